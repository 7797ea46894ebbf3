public import Addresses

/// Text on its way out.
///
/// Writers append a hundred small pieces to a line. An array would ask each time whether it is shared and then call out
/// to copy; here an append is a comparison and a store. Sound because the memory has one owner, every write is preceded
/// by `reserve`, and nothing outside sees the pointer but for the length of a closure.
public struct OutputBuffer: ~Copyable, ByteSink {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  public private(set) var count = 0

  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity &- count < more { grow(by: more) }
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
  }

  @inline(__always)
  public mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count)
    (base + count).update(from: source, count: bytes.count)
    count &+= bytes.count
  }

  mutating func append(contentsOf bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  /// Appends `count` bytes, all of which `fill` must set.
  @inline(__always)
  mutating func append(count more: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    reserve(more)
    fill(base + count)
    count &+= more
  }

  /// Where the next byte goes, in memory that was reserved.
  struct Cursor: ByteSink {
    fileprivate(set) var next: UnsafeMutablePointer<UInt8>

    @inline(__always)
    mutating func append(_ byte: UInt8) {
      next.pointee = byte
      next += 1
    }

    /// Appends the last `digits` hexadecimal digits of `value`, of at most eight. Memory for eight is needed.
    @inline(__always)
    mutating func append(hexadecimal value: UInt64, digits: Int) {
      // The digits to the front, then one to a byte.
      var spread = (value << UInt64(32 - 4 * digits)) & 0xffff_ffff
      spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff
      spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff
      spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f
      let letters = ((spread &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
      let text = spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
      UnsafeMutableRawPointer(next).storeBytes(of: text.bigEndian, as: UInt64.self)
      next += digits
    }
  }

  /// Appends what `fill` puts behind one another: `most` bytes at most, those included that are overwritten again.
  @inline(__always)
  mutating func append(atMost most: Int, _ fill: (inout Cursor) -> Void) {
    reserve(most)
    var cursor = Cursor(next: base + count)
    fill(&cursor)
    let length = cursor.next - (base + count)
    precondition(length <= most)
    count &+= length
  }

  mutating func append(_ byte: UInt8, count repeats: Int) {
    reserve(repeats)
    (base + count).update(repeating: byte, count: repeats)
    count += repeats
  }

  /// Appends the bytes of `range` to another buffer.
  @inline(__always)
  func copy(_ range: Range<Int>, to other: inout OutputBuffer) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    other.append(contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// How many characters of UTF-8 lie in `range`.
  func characters(_ range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return range.reduce(0) { base[$1] & 0xc0 == 0x80 ? $0 : $0 + 1 }
  }

  var last: UInt8? {
    @inline(__always) get { count > 0 ? base[count &- 1] : nil }
  }

  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return base[index]
  }

  /// Forgets everything from `length` on.
  mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count)
    count = length
  }

  mutating func removeLast() { truncate(to: count - 1) }

  public mutating func removeAll() { count = 0 }

  mutating func insert(_ byte: UInt8, at index: Int) {
    append(byte)
    var place = count - 1
    while place > index {
      base[place] = base[place - 1]
      place -= 1
    }
    base[index] = byte
  }

  /// Where `predicate` first holds, from `start` on.
  func firstIndex(from start: Int, where predicate: (UInt8) -> Bool) -> Int? {
    precondition(start >= 0)
    return (start..<max(start, count)).first { predicate(base[$0]) }
  }

  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// A copy of what was appended from `start` on.
  func bytes(from start: Int) -> [UInt8] {
    precondition(start >= 0 && start <= count)
    return Array(UnsafeBufferPointer(start: base + start, count: count - start))
  }

  public var bytes: [UInt8] { bytes(from: 0) }

  /// What was appended, as text; invalid UTF-8 becomes U+FFFD.
  public var text: String {
    String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
  }
}
