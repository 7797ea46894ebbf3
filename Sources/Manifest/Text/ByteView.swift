#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a text, lent to a parser for the length of `SourceText.withBytes`.
///
/// Unsafe code is confined to this file. It is sound because a view exists only inside that call, whose array cannot
/// go away or change meanwhile, because no parser keeps one, and because every access is checked against `count`.
struct ByteView {
  private let base: UnsafePointer<UInt8>
  let count: Int

  /// `buffer` must outlive the view; only `SourceText.withBytes` may call this.
  init(lent buffer: UnsafeBufferPointer<UInt8>, orEmpty placeholder: UnsafePointer<UInt8>) {
    base = buffer.baseAddress ?? placeholder
    count = buffer.count
  }

  @inline(__always)
  subscript(index: Int) -> UInt8 {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    return base[index]
  }

  /// The first `byte` in `range`; nil when there is none.
  @inline(__always)
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    check(range)
    guard let found = memchr(base + range.lowerBound, Int32(byte), range.count) else { return nil }
    return base.distance(to: found.assumingMemoryBound(to: UInt8.self))
  }

  @inline(__always)
  func matches(_ text: StaticString, at index: Int) -> Bool {
    guard index >= 0, index <= count - text.utf8CodeUnitCount else { return false }
    return memcmp(base + index, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  @inline(__always)
  func equals(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
    check(range)
    guard range.count == other.count else { return false }
    return other.withUnsafeBufferPointer { memcmp(base + range.lowerBound, $0.baseAddress ?? base, range.count) == 0 }
  }

  func string(_ range: Range<Int>) -> String {
    check(range)
    return String(decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
  }

  func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
    check(range)
    bytes.append(contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Lends the bytes of `range` to C.
  func withPointer<R>(_ range: Range<Int>, _ body: (UnsafePointer<UInt8>, Int) throws -> R) rethrows -> R {
    check(range)
    return try body(base + range.lowerBound, range.count)
  }

  /// Whether the 16 bytes from `index` on exist and are all spaces.
  @inline(__always)
  func isBlank16(at index: Int) -> Bool {
    guard index >= 0, index <= count - 16 else { return false }
    let (low, high) = UnsafeRawPointer(base + index).loadUnaligned(as: (UInt64, UInt64).self)
    return low == 0x2020_2020_2020_2020 && high == 0x2020_2020_2020_2020
  }

  /// Whether the 8 bytes from `index` on exist and neither end a JSON string, nor begin an escape, nor control anything.
  @inline(__always)
  func isPlainJSON8(at index: Int) -> Bool {
    guard index >= 0, index <= count - 8 else { return false }
    // Each term's high bits mark the bytes in question, or bytes above one in question; a byte is never missed.
    let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let control = (word &- ones &* 0x20) & ~word
    return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | control) & (ones &* 0x80) == 0
  }

  /// Whether the 8 bytes from `index` on exist and are all printable ASCII or line feeds.
  @inline(__always)
  func isPrintable8(at index: Int) -> Bool {
    guard index >= 0, index <= count - 8 else { return false }
    // The eight bytes are examined at once; no sum or difference below carries from one byte to the next.
    let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
    let highBits: UInt64 = 0x8080_8080_8080_8080
    let lowBits = ~highBits
    let belowSpace = ~((word | highBits) &- 0x2020_2020_2020_2020)
    let difference = word ^ 0x0A0A_0A0A_0A0A_0A0A
    let otherThanLineFeed = ((difference & lowBits) &+ lowBits) | difference
    let delete = (word & lowBits) &+ 0x0101_0101_0101_0101
    return (word | belowSpace & otherThanLineFeed | delete) & highBits == 0
  }

  @inline(__always)
  private func check(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
  }
}
