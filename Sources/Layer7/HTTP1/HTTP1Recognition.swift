/// What the first bytes of a message are, as far as they tell.
enum HTTP1Recognition: Equatable {
  case request, response
  /// The client's connection preface of HTTP/2 (RFC 9113 §3.4).
  case http2Preface
  case neither
  /// Too few bytes to say.
  case undecided

  /// A first line with an unknown method must end within this many bytes, and end in a version.
  static let maximumUnknownLine = 8_192

  /// Looks at `bytes` from `start` on. A known method is enough for a request, as its line may be malformed; an unknown
  /// one needs a line that ends in `HTTP/` and a version.
  static func recognise(_ bytes: RawSpan, from start: Int) -> HTTP1Recognition {
    let end = bytes.byteCount
    guard start < end else { return .undecided }
    if let answer = begins(bytes, start, with: "HTTP/") { return answer ? .response : .undecided }
    if let answer = begins(bytes, start, with: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
      return answer ? .http2Preface : .undecided
    }
    var offset = start
    let longest = min(end, start + HTTP1Method.maximumLength + 1)
    while offset < longest, HTTP1Method.isTokenByte(bytes.byte(offset)) { offset += 1 }
    guard offset < end else {
      return offset < longest || end - start <= HTTP1Method.maximumLength ? .undecided : .neither
    }
    let method = ByteRange(start, offset - start)
    let delimiter = bytes.byte(offset)
    guard delimiter == UInt8(ascii: " ") || delimiter == UInt8(ascii: "\r") || delimiter == UInt8(ascii: "\n"),
      !method.isEmpty, offset < longest
    else { return .neither }
    if HTTP1Method.isKnown(method, in: bytes) { return .request }
    guard delimiter == UInt8(ascii: " ") else { return .neither }

    let lineEnd = bytes.firstOffset(
      of: UInt8(ascii: "\n"), from: offset, to: min(end, start + maximumUnknownLine))
    guard lineEnd < end else { return .undecided }
    guard bytes.byte(lineEnd) == UInt8(ascii: "\n") else { return .neither }
    return endsInVersion(bytes, offset..<lineEnd) ? .request : .neither
  }

  /// nil when the bytes differ from the beginning of `text`, false when they end within it.
  private static func begins(_ bytes: RawSpan, _ start: Int, with text: StaticString) -> Bool? {
    let count = min(text.utf8CodeUnitCount, bytes.byteCount - start)
    for index in 0..<count where bytes.byte(start + index) != text.utf8Start[index] { return nil }
    return count == text.utf8CodeUnitCount
  }

  private static func endsInVersion(_ bytes: RawSpan, _ line: Range<Int>) -> Bool {
    var end = line.upperBound
    if end > line.lowerBound, bytes.byte(end - 1) == UInt8(ascii: "\r") { end -= 1 }
    guard end - line.lowerBound >= 9, let begins = begins(bytes, end - 8, with: "HTTP/"), begins else { return false }
    return bytes.byte(end - 9) == UInt8(ascii: " ") && isDigit(bytes.byte(end - 3))
      && bytes.byte(end - 2) == UInt8(ascii: ".") && isDigit(bytes.byte(end - 1))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
