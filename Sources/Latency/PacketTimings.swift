/// The times of a batch's packets as they were taken: one packet in `interval` has its marks written down, and the whole
/// batch its time by the system's clock.
///
/// Nothing is evaluated while packets are judged; `LatencyRecorder` does that between batches.
///
/// Unsafe, because an array cannot be written to in place across modules without checks per element: the memory is the
/// value's own, freed with it, and `count` never exceeds `capacity`.
public struct PacketTimings: ~Copyable {
  private let base: UnsafeMutablePointer<PacketMarks>
  public let capacity: Int
  /// Of how many packets one is timed.
  public let interval: Int
  private var untimed: Int
  /// How many packets have marks.
  public private(set) var count = 0
  /// All packets of the batch, timed or not.
  public private(set) var packets = 0
  /// What the batch took, by the monotonic clock.
  public private(set) var nanoseconds: UInt64 = 0

  /// - Parameters:
  ///   - capacity: that of the batches.
  ///   - interval: of how many packets one is timed.
  public init(capacity: Int, interval: Int) {
    precondition(capacity > 0 && interval > 0)
    self.capacity = capacity
    self.interval = interval
    untimed = interval - 1
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  public subscript(position: Int) -> PacketMarks {
    precondition(position >= 0 && position < count)
    return base[position]
  }

  /// A batch begins: what the last one left is forgotten.
  public mutating func begin() {
    count = 0
    packets = 0
    nanoseconds = CycleCounter.nanoseconds()
  }

  /// Counts a packet, and says whether it is to be timed.
  @inline(__always)
  public mutating func isNextTimed() -> Bool {
    packets &+= 1
    untimed &+= 1
    guard untimed == interval else { return false }
    untimed = 0
    return true
  }

  @inline(__always)
  public mutating func append(_ marks: PacketMarks) {
    precondition(count < capacity)
    base[count] = marks
    count &+= 1
  }

  public mutating func end() { nanoseconds = CycleCounter.nanoseconds() &- nanoseconds }
}
