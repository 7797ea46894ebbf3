/// The escapes of JSON strings.
enum JSONEscapes {
  struct Failure: Error {
    var offset: Int
    var message: String
  }

  /// The text of the string whose inside is `range`. A lone surrogate becomes U+FFFD, as in Go.
  static func decode(_ range: Range<Int>, in bytes: ByteView) throws(Failure) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "\\") else {
        let end = bytes.firstIndex(of: UInt8(ascii: "\\"), in: index..<range.upperBound) ?? range.upperBound
        bytes.append(index..<end, to: &result)
        index = end
        continue
      }
      guard index + 1 < range.upperBound else { throw Failure(offset: index, message: "an escape without its end") }
      if let byte = simple(bytes[index + 1]) {
        result.append(byte)
        index += 2
      } else {
        let (scalar, length) = try unicode(at: index, range.upperBound, bytes)
        result.append(contentsOf: String(Character(scalar)).utf8)
        index += length
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func simple(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: nil
    }
  }

  private static func unicode(
    at index: Int, _ end: Int, _ bytes: ByteView
  ) throws(Failure) -> (scalar: Unicode.Scalar, length: Int) {
    guard let high = unit(at: index, end, bytes) else {
      throw Failure(offset: index, message: "unknown escape; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000")
    }
    if let scalar = Unicode.Scalar(high) { return (scalar, 6) }
    guard high < 0xDC00, let low = unit(at: index + 6, end, bytes), (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { return ("\u{FFFD}", 6) }
    return (scalar, 12)
  }

  /// The number in `\u1234`.
  private static func unit(at index: Int, _ end: Int, _ bytes: ByteView) -> UInt32? {
    guard index + 6 <= end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    var result: UInt32 = 0
    for offset in 2..<6 {
      guard let digit = hexadecimalDigit(bytes[index + offset]) else { return nil }
      result = result << 4 | digit
    }
    return result
  }

  static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }
}
