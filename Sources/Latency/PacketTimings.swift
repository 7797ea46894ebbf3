/// The times of a batch's packets as they were taken: in one batch of `interval` every packet has its marks written down,
/// and the batch its time by the system's clock. Whole batches, so that both clocks measure the same: of single packets
/// the one that the kernel interrupts would stand for many.
///
/// Nothing is evaluated while packets are judged; `LatencyRecorder` does that between batches.
///
/// Unsafe, because an array cannot be written to in place across modules without checks per element: the memory is the
/// value's own, freed with it, and `count` never exceeds `capacity`.
public struct PacketTimings: ~Copyable {
  private let base: UnsafeMutablePointer<PacketMarks>
  public let capacity: Int
  /// Of how many batches one is timed.
  public let interval: Int
  private var untimed: Int
  /// How many packets have marks.
  public private(set) var count = 0
  /// All packets of the batch, timed or not.
  public private(set) var packets = 0
  /// What the batch took, by the monotonic clock; 0 when it was not timed.
  public private(set) var nanoseconds: UInt64 = 0

  /// - Parameters:
  ///   - capacity: that of the batches.
  ///   - interval: of how many batches one is timed; the first one is.
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
  ///
  /// - Returns: whether its packets are to be timed.
  public mutating func begin() -> Bool {
    count = 0
    packets = 0
    nanoseconds = 0
    untimed += 1
    guard untimed == interval else { return false }
    untimed = 0
    nanoseconds = CycleCounter.nanoseconds()
    return true
  }

  @inline(__always)
  public mutating func append(_ marks: PacketMarks) {
    precondition(count < capacity)
    base[count] = marks
    count &+= 1
  }

  /// The batch had so many packets.
  public mutating func end(packets: Int) {
    if nanoseconds != 0 { nanoseconds = CycleCounter.nanoseconds() &- nanoseconds }
    self.packets = packets
  }
}
