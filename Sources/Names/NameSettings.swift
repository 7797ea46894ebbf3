public import Cluster

/// How long learnt addresses count, and how many there may be: Cilium's `tofqdns-*` options (`cilium-policy.md` §7.6).
public struct NameSettings: Sendable, Equatable {
  /// `tofqdns-min-ttl`, in seconds: shorter lifetimes are prolonged to it.
  public var minimumTimeToLive: Int64 = 0
  /// `tofqdns-endpoint-max-ip-per-hostname`: addresses of one name that one endpoint asked for.
  public var maximumAddresses = 1000
  /// `tofqdns-max-deferred-connection-deletes`: addresses of one endpoint that only connections keep.
  public var maximumDeferred = 10_000
  /// `tofqdns-idle-connection-grace-period`, in seconds.
  public var gracePeriod: Int64 = 0
  /// `conntrack-gc-interval`, in seconds. Where it is not set, Cilium begins with five minutes and adapts to how full its
  /// table is; Weir stays there.
  public var scanInterval: Int64 = 300
  /// Names times addresses times endpoints that are remembered at most; more are not learnt, and counted.
  public var maximumEntries = 1 << 20

  /// Seconds between two rounds in which what has expired is let go.
  static let collectionInterval: Int64 = 60

  public init() {}

  public init(_ settings: Settings) {
    minimumTimeToLive = Self.seconds(settings.fqdnMinimumTimeToLive)
    maximumAddresses = settings.fqdnMaximumAddresses
    maximumDeferred = settings.fqdnMaximumDeferred
    gracePeriod = Self.seconds(settings.fqdnGracePeriod)
    if settings.conntrackInterval > 0 { scanInterval = Self.seconds(settings.conntrackInterval) }
  }

  /// No more than a time to live can be, so that no sum of times overflows.
  private static func seconds(_ value: Int) -> Int64 { Int64(min(max(value, 0), Int(UInt32.max))) }
}
