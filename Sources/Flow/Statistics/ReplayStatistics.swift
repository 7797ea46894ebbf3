/// The totals of a replay: what `--stats-json` writes and the summary shows. Whoever replays fills it in.
public struct ReplayStatistics: Sendable, Hashable {
  public var packets: UInt64 = 0
  public var bytes: UInt64 = 0
  public var flows: UInt64 = 0
  /// Wall-clock time of the replay.
  public var seconds = 0.0
  /// By packet: the first drop of its hops, else what became of it.
  public var verdicts = Verdicts()
  /// By connection. Redirected ones count as forwarded.
  public var flowVerdicts = Verdicts()
  /// Records that show a packet already counted at another capture point.
  public var sightings: UInt64 = 0
  /// By packet.
  public var dropReasons: [Flow.DropReason: UInt64] = [:]
  public var l7 = L7()
  public var names = Names()
  public var packetsBy = PacketsBy()
  /// In the order in which a packet meets the hops.
  public var latency: [Latency] = []
  /// How `latency` was measured; nil when it was not.
  public var latencyRun: LatencyRun?
  public var limits = Limits()
  /// Where the captures were taken, in words: for the summary alone; empty where nobody knows.
  public var vantage = ""
  /// For the summary alone.
  public var deniedPairs = DeniedPairs()

  public init() {}

  public struct Verdicts: Sendable, Hashable {
    public var forwarded: UInt64 = 0
    public var dropped: UInt64 = 0
    /// Went on through a proxy.
    public var redirected: UInt64 = 0
    public var audit: UInt64 = 0
    /// Nobody's policy applies: no managed end, ARP, neighbour discovery, unreadable packets.
    public var unjudged: UInt64 = 0

    public init() {}

    static func += (a: inout Verdicts, b: Verdicts) {
      a.forwarded += b.forwarded
      a.dropped += b.dropped
      a.redirected += b.redirected
      a.audit += b.audit
      a.unjudged += b.unjudged
    }
  }

  /// What DNS answers have taught.
  public struct Names: Sendable, Hashable {
    public var answers: UInt64 = 0
    public var names: UInt64 = 0
    /// Pairs of name and address: learnt, forgotten again, and not learnt for want of room.
    public var addresses: UInt64 = 0
    public var expired: UInt64 = 0
    public var dropped: UInt64 = 0

    public init() {}
  }

  public struct L7: Sendable, Hashable {
    public var httpRequests: UInt64 = 0
    public var httpDenied: UInt64 = 0
    public var dnsQueries: UInt64 = 0
    public var dnsDenied: UInt64 = 0
    public var tlsServerNames: UInt64 = 0
    public var tlsServerNamesDenied: UInt64 = 0
    public var kafkaRequests: UInt64 = 0
    /// For the summary alone.
    public var kafkaDenied: UInt64 = 0
    /// What became of whole connections, in words with their counts: for the summary alone.
    public var notes: [String] = []

    public init() {}
  }

  public struct PacketsBy: Sendable, Hashable {
    public var ipv4: UInt64 = 0
    public var ipv6: UInt64 = 0
    public var arp: UInt64 = 0
    public var other: UInt64 = 0
    public var tcp: UInt64 = 0
    public var udp: UInt64 = 0
    public var sctp: UInt64 = 0
    public var icmp: UInt64 = 0
    public var fragments: UInt64 = 0
    public var truncated: UInt64 = 0
    public var malformed: UInt64 = 0

    public init() {}
  }

  /// How long a hop took, in nanoseconds.
  public struct Latency: Sendable, Hashable {
    public var hop: String
    public var count: UInt64
    public var p50: UInt64
    public var p90: UInt64
    public var p99: UInt64
    public var p999: UInt64
    public var max: UInt64

    public init(hop: String, count: UInt64, p50: UInt64, p90: UInt64, p99: UInt64, p999: UInt64, max: UInt64) {
      self.hop = hop
      self.count = count
      self.p50 = p50
      self.p90 = p90
      self.p99 = p99
      self.p999 = p999
      self.max = max
    }
  }

  /// What the times of the hops were taken of.
  public struct LatencyRun: Sendable, Hashable {
    public var packets: UInt64
    /// How many of them were timed.
    public var timed: UInt64
    /// What the time was read from.
    public var timer: String
    /// The cost of one reading, which is subtracted wherever there was one.
    public var timerNanoseconds: Double
    /// What the times add up to, as a part of what the packet loop took by another clock.
    public var agreement: Double

    public init(packets: UInt64, timed: UInt64, timer: String, timerNanoseconds: Double, agreement: Double) {
      self.packets = packets
      self.timed = timed
      self.timer = timer
      self.timerNanoseconds = timerNanoseconds
      self.agreement = agreement
    }
  }

  /// How often a limit on memory was met.
  public struct Limits: Sendable, Hashable {
    public var connectionsEvicted: UInt64 = 0
    public var reassemblyDropped: UInt64 = 0

    public init() {}
  }
}

extension ReplayStatistics {
  /// Adds the counters of another part of the same replay, such as those of another thread.
  ///
  /// Times cannot be added up: `seconds` and `latency` stay as they are.
  public mutating func merge(_ other: ReplayStatistics) {
    packets += other.packets
    bytes += other.bytes
    flows += other.flows
    verdicts += other.verdicts
    flowVerdicts += other.flowVerdicts
    sightings += other.sightings
    dropReasons.merge(other.dropReasons) { $0 + $1 }
    for counter in L7.counters { l7[keyPath: counter.path] += other.l7[keyPath: counter.path] }
    for counter in PacketsBy.counters { packetsBy[keyPath: counter.path] += other.packetsBy[keyPath: counter.path] }
    limits.connectionsEvicted += other.limits.connectionsEvicted
    limits.reassemblyDropped += other.limits.reassemblyDropped
    deniedPairs.merge(other.deniedPairs)
  }
}
