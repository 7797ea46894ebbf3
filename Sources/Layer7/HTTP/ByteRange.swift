/// Where a part of a message lies in the bytes that the message was read from.
///
/// Half the size of `Range<Int>`: messages keep one or two of them for every field.
public struct ByteRange: Sendable, Hashable {
  public let start: UInt32
  public let count: UInt32

  @inline(__always)
  init(_ start: Int, _ count: Int) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.count = UInt32(truncatingIfNeeded: count)
  }

  @inline(__always)
  init(_ range: Range<Int>) {
    self.init(range.lowerBound, range.count)
  }

  static let empty = ByteRange(0, 0)

  public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
  public var isEmpty: Bool { count == 0 }
  var end: Int { Int(start) + Int(count) }
}

extension RawSpan {
  /// The bytes of a part; traps when they are not this message's.
  @_lifetime(copy self)
  public func part(_ range: ByteRange) -> RawSpan { extracting(range.range) }

  /// A part as text: UTF-8, with every byte that is not UTF-8 written `\xNN`.
  public func text(_ range: ByteRange) -> String {
    part(range).withUnsafeBytes { bytes in
      if let text = String(validating: bytes, as: UTF8.self) { return text }
      return String(escapingInvalidBytesOf: bytes)
    }
  }

  /// True when the part holds exactly these ASCII characters, whatever their case. `lowercased` must be lower-cased.
  @inline(__always)
  func isPart(_ range: ByteRange, caseInsensitively lowercased: StaticString) -> Bool {
    guard Int(range.count) == lowercased.utf8CodeUnitCount else { return false }
    for index in 0..<Int(range.count)
    where asciiLowercased(byte(Int(range.start) + index)) != lowercased.utf8Start[index] { return false }
    return true
  }

  /// True when the part holds exactly these bytes.
  @inline(__always)
  func isPart(_ range: ByteRange, _ expected: StaticString) -> Bool {
    guard Int(range.count) == expected.utf8CodeUnitCount else { return false }
    for index in 0..<Int(range.count) where byte(Int(range.start) + index) != expected.utf8Start[index] { return false }
    return true
  }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}

@inline(__always)
func asciiLowercased(_ byte: UInt8) -> UInt8 {
  byte &- 0x41 < 26 ? byte | 0x20 : byte
}

extension String {
  /// UTF-8 where it is valid; `\xNN` for each other byte.
  fileprivate init(escapingInvalidBytesOf bytes: UnsafeRawBufferPointer) {
    self = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      // A character takes at most four bytes: the longest valid start of the rest is found in a few steps.
      let character = (1...min(4, rest.count)).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }
        .first
      if let character {
        append(character)
        rest = rest.dropFirst(character.utf8.count)
      } else {
        let digits = String(rest[rest.startIndex], radix: 16)
        append("\\x" + (digits.count == 1 ? "0" : "") + digits)
        rest = rest.dropFirst()
      }
    }
  }
}
