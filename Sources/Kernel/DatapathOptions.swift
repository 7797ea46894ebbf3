/// How the BPF program is loaded. What the agent configures is in `Tables.settings`.
public struct DatapathOptions: Sendable {
  public enum Hook: String, Sendable, CaseIterable {
    case tc
    case xdp
  }

  /// Which packets are judged at which end.
  public struct Hops: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let ingress = Hops(rawValue: 1)
    public static let egress = Hops(rawValue: 2)
  }

  public enum Events: UInt32, Sendable {
    case none = 0
    /// Each connection's first packet at a hop, and every packet that is not plainly forwarded.
    case verdicts = 1
    case all = 2
  }

  public var hooks: Set<Hook> = [.tc]
  public var hops: Hops = [.ingress, .egress]
  /// Decide, count and report, but let everything pass.
  public var observeOnly = false
  public var events = Events.none
  /// Connections are judged at the time that `Datapath.now` says instead of the kernel's monotonic clock.
  public var clockIsGiven = false
  /// Keep each packet's verdict for `Datapath.testRun`.
  public var keepsVerdict = false
  /// Mutual authentication is taken to succeed; otherwise no pair is authenticated and demanding entries drop (189).
  public var assumeAuthenticated = true
  /// Index into `Tables.endpoints`: the interface is this endpoint's. nil: endpoints are found by address.
  public var endpoint: Int?
  /// TCP connections remembered for each family; half as many of other protocols.
  public var maximumConnections = 524_288
  /// For measuring: bits of the source port and of the source address that change from packet to packet.
  public var variation: (port: UInt16, address: UInt16)?

  public init() {}
}
