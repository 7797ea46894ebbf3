/// The verdicts of a batch that somebody wants to see one by one, in the packets' order.
public struct VerdictReports: ~Copyable {
  public struct Wanted: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inline(__always)
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Dropped packets, except those that only follow a refusal.
    public static var drops: Wanted { Wanted(rawValue: 1 << 0) }
    /// Packets that open a connection at a hop, or would have without audit mode.
    public static var openings: Wanted { Wanted(rawValue: 1 << 1) }
    /// All packets of connections that go through a proxy: what a reassembler of their streams needs.
    public static var redirected: Wanted { Wanted(rawValue: 1 << 2) }
    /// All packets; none takes a shortcut then.
    public static var everything: Wanted { Wanted(rawValue: 1 << 3) }
  }

  public struct Report: BitwiseCopyable {
    /// The packet's place among those captured together.
    public var index: UInt32
    public var verdict: PacketVerdict
  }

  public let wanted: Wanted
  public private(set) var count = 0
  private let reports: FixedBuffer<Report>

  /// - Parameter capacity: that of the batches.
  public init(_ wanted: Wanted, capacity: Int) {
    self.wanted = wanted
    reports = FixedBuffer(repeating: Report(index: 0, verdict: PacketVerdict()), count: capacity)
  }

  public subscript(position: Int) -> Report {
    precondition(position >= 0 && position < count)
    return reports[position]
  }

  mutating func removeAll() { count = 0 }

  /// Whether a packet with this verdict may be asked for; false for most.
  @inline(__always)
  func mayWant(_ verdict: Verdict) -> Bool {
    verdict == .dropped || !wanted.isDisjoint(with: [.openings, .everything])
      || (verdict == .redirected && wanted.contains(.redirected))
  }

  @inline(__always)
  mutating func take(_ verdict: PacketVerdict, of index: UInt32) {
    guard !wanted.isDisjoint(with: verdict.kinds) || wanted.contains(.everything) else { return }
    precondition(count < reports.count)
    reports[count] = Report(index: index, verdict: verdict)
    count &+= 1
  }
}

extension PacketVerdict {
  /// What of `VerdictReports.Wanted` the packet is.
  @inline(__always)
  public var kinds: VerdictReports.Wanted {
    var kinds: VerdictReports.Wanted = []
    if verdict == .dropped, !flags.contains(.followsRefusal) { kinds.formUnion(.drops) }
    if verdict == .redirected { kinds.formUnion(.redirected) }
    if egress.opens || ingress.opens { kinds.formUnion(.openings) }
    return kinds
  }
}

extension HopVerdict {
  /// Whether the packet opens a connection here, or would if it were not let through by audit mode alone.
  @inline(__always)
  fileprivate var opens: Bool {
    flags.contains(.opensConnection) || (isPresent && verdict == .audit && state == .new)
  }
}
