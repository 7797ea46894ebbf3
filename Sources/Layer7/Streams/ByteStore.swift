/// Buffers that grow by appending, each known by a small number, with a bound on what they hold together.
///
/// It owns the memory behind its pointers: a buffer is allocated, grown and freed in this file alone, no pointer leaves
/// it except as a span that borrows the store, and every range is checked against the buffer's count first.
struct ByteStore: ~Copyable {
  private struct Buffer {
    var base: UnsafeMutableRawPointer
    var capacity: Int
    var count: Int
  }

  /// The number that stands for no buffer.
  static let none: Int32 = -1

  private let limit: Int
  private var buffers: [Buffer] = []
  private var free: [Int32] = []
  /// Bytes allocated in all buffers.
  private(set) var allocated = 0

  init(limit: Int) {
    self.limit = limit
  }

  deinit {
    for buffer in buffers where buffer.capacity > 0 { buffer.base.deallocate() }
  }

  /// A new buffer with a copy of `bytes`; nil when the store is full.
  mutating func make(_ bytes: RawSpan) -> Int32? {
    let number: Int32
    if let free = free.popLast() {
      number = free
    } else {
      number = Int32(truncatingIfNeeded: buffers.count)
      buffers.append(Buffer(base: Self.nothing, capacity: 0, count: 0))
    }
    guard append(bytes, to: number) else {
      release(number)
      return nil
    }
    return number
  }

  func count(_ number: Int32) -> Int { buffers[Int(number)].count }

  @_lifetime(borrow self)
  func bytes(_ number: Int32) -> RawSpan {
    let buffer = buffers[Int(number)]
    let span = RawSpan(_unsafeStart: UnsafeRawPointer(buffer.base), byteCount: buffer.count)
    return _overrideLifetime(span, borrowing: self)
  }

  /// False, and nothing appended, when the store is full.
  mutating func append(_ bytes: RawSpan, to number: Int32) -> Bool {
    guard reserve(bytes.byteCount, in: number) else { return false }
    let end = buffers[Int(number)].base + buffers[Int(number)].count
    bytes.withUnsafeBytes { end.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(end), byteCount: $0.count) }
    buffers[Int(number)].count += bytes.byteCount
    return true
  }

  /// Appends all of one buffer to another and releases it; false, and neither changed, when the store is full.
  mutating func append(contentsOf other: Int32, to number: Int32) -> Bool {
    let added = buffers[Int(other)].count
    guard reserve(added, in: number) else { return false }
    let end = buffers[Int(number)].base + buffers[Int(number)].count
    end.copyMemory(from: buffers[Int(other)].base, byteCount: added)
    buffers[Int(number)].count += added
    release(other)
    return true
  }

  mutating func removeFirst(_ count: Int, from number: Int32) {
    let buffer = buffers[Int(number)]
    let removed = min(max(count, 0), buffer.count)
    buffer.base.copyMemory(from: buffer.base + removed, byteCount: buffer.count - removed)
    buffers[Int(number)].count -= removed
  }

  mutating func release(_ number: Int32) {
    let buffer = buffers[Int(number)]
    if buffer.capacity > 0 { buffer.base.deallocate() }
    allocated -= buffer.capacity
    buffers[Int(number)] = Buffer(base: Self.nothing, capacity: 0, count: 0)
    free.append(number)
  }

  /// Makes room for `added` bytes more, doubling, so that appending costs linear time.
  private mutating func reserve(_ added: Int, in number: Int32) -> Bool {
    let buffer = buffers[Int(number)]
    let wanted = buffer.count + added
    guard wanted > buffer.capacity else { return true }
    let capacity = max(wanted, buffer.capacity * 2)
    guard allocated - buffer.capacity + capacity <= limit else { return false }
    let base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    base.copyMemory(from: buffer.base, byteCount: buffer.count)
    if buffer.capacity > 0 { buffer.base.deallocate() }
    allocated += capacity - buffer.capacity
    buffers[Int(number)] = Buffer(base: base, capacity: capacity, count: buffer.count)
    return true
  }

  /// Where a buffer without capacity points to; nothing is ever read or written there.
  private static var nothing: UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: 8).unsafelyUnwrapped
  }
}
