/// Records of a capture, as many as are read and judged together.
///
/// Unsafe, because an array cannot be written to in place across modules without checks per element: the memory is the
/// value's own, freed with it, and `count` never exceeds `capacity`.
public struct CapturedPackets: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<CapturedPacket>
  public let capacity: Int
  public private(set) var count = 0
  /// Where the bytes begin that will be read next, when they lie in memory behind those of these packets: to be asked
  /// for while these are judged, never to be read.
  public var upcoming: UnsafeRawPointer?

  public init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  @inlinable @inline(__always)
  public subscript(index: Int) -> CapturedPacket {
    precondition(index >= 0 && index < count)
    return base[index]
  }

  /// What is there now.
  public var all: UnsafeBufferPointer<CapturedPacket> { UnsafeBufferPointer(start: base, count: count) }

  public mutating func removeAll() { count = 0 }

  public mutating func append(_ packet: CapturedPacket) {
    precondition(count < capacity)
    base[count] = packet
    count += 1
  }

  /// Replaces the contents by what `body` writes to the front of the memory it is given; it returns how many that are.
  public mutating func refill(_ body: (UnsafeMutableBufferPointer<CapturedPacket>) -> Int) {
    removeAll()
    extend(by: capacity, body)
  }

  /// Adds at most `limit` packets: what `body` writes to the front of the memory it is given; it returns how many that
  /// are.
  public mutating func extend<Failure: Error>(
    by limit: Int, _ body: (UnsafeMutableBufferPointer<CapturedPacket>) throws(Failure) -> Int
  ) throws(Failure) {
    let room = min(limit, capacity - count)
    let written = try body(UnsafeMutableBufferPointer(start: base + count, count: room))
    precondition(written >= 0 && written <= room)
    count += written
  }
}
