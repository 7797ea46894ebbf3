/// How a run differs from a live dataplane. What the agent configures is in `Tables.settings`.
public struct EngineOptions: Sendable {
  /// What to make of TCP connections whose beginning the capture lacks.
  public enum Midstream: Sendable {
    /// Judge the first packet seen like any other: as Cilium does when its entry is gone.
    case judge
    /// Take any TCP packet other than an opening SYN as one of a connection that was allowed: forwarded, and an entry
    /// made, without policy.
    case allow
  }

  public var midstream = Midstream.judge
  /// When the packet that would open a connection is dropped, drop what could only follow it: answers, and TCP packets
  /// other than further SYNs. Captures are mostly taken where the policies in question are not enforced, so they hold
  /// such packets, which with the policies in force nobody would have sent. False: judge each packet as it comes, as a
  /// live dataplane would.
  public var followsRefusals = true
  /// Mutual authentication is taken to succeed; otherwise no pair is authenticated and demanding entries drop (189).
  public var assumeAuthenticated = true
  /// Connections remembered, rounded up to a power of two; 128 bytes each. Memory grows with use up to this.
  public var maximumConnections = 1 << 20
  /// Fragmented datagrams remembered, as Cilium's map has them; rounded up to a power of two.
  public var maximumFragments = 8192

  /// Captures were taken at several points, and a packet may be in them once for each. Such records are found among the
  /// packets that one engine judges in groups: all of them have to go to the same one.
  public var findsSightings = false
  /// Nanoseconds of capture time from one sighting of a packet to the next at the most.
  public var sightingWindow: Int64 = 100_000_000

  public init() {}
}
