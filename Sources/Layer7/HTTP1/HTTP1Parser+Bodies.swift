/// Where a message ends (RFC 9112 §6 and §7).
extension HTTP1Parser {
  /// What follows the head that has just been read, and what the other direction has to know of it.
  mutating func framing(_ bytes: RawSpan, _ exchanges: inout HTTP1Exchanges) -> State {
    if head.transferCodings != .absent, head.contentLength != nil { head.oddities.insert(.lengthAndEncoding) }
    if head.transferCodings == .other { head.oddities.insert(.unclearEncoding) }
    switch head.firstLine {
    case .request(let method, _, _):
      exchanges.sent(request(method, bytes))
      return requestFraming()
    case .response(_, let status, _):
      return responseFraming(status, bytes, &exchanges)
    }
  }

  private func request(_ method: ByteRange, _ bytes: RawSpan) -> HTTP1Exchanges.Request {
    if bytes.isPart(method, "HEAD") { return .head }
    if bytes.isPart(method, "CONNECT") { return .connect }
    return switch head.upgradeIsHTTP2(in: bytes) {
    case true?: .upgradeToHTTP2
    case false?: .upgrade
    case nil: .plain
    }
  }

  private func requestFraming() -> State {
    switch head.transferCodings {
    case .chunked: .chunkSize
    case .other: .unknownEnd
    case .absent:
      if head.oddities.contains(.invalidLength) { .unknownEnd } else { body(head.contentLength ?? 0) }
    }
  }

  private func body(_ length: UInt64) -> State { length == 0 ? .between : .body(length) }

  private func responseFraming(_ status: Int, _ bytes: RawSpan, _ exchanges: inout HTTP1Exchanges) -> State {
    if status == 101 {
      let request = exchanges.answered()
      let isHTTP2 = request == .upgradeToHTTP2 || head.upgradeIsHTTP2(in: bytes) == true
      exchanges.switch(to: isHTTP2 ? .http2 : .upgraded)
      return .between
    }
    if 100..<200 ~= status { return .between }
    let request = exchanges.answered()
    if request == .connect, 200..<300 ~= status {
      exchanges.switch(to: .tunnel)
      return .between
    }
    if request == .head || status == 204 || status == 304 { return .between }
    switch head.transferCodings {
    case .chunked: return .chunkSize
    case .other: return .untilClose
    case .absent: break
    }
    guard let length = head.contentLength, !head.oddities.contains(.invalidLength) else { return .untilClose }
    return body(length)
  }

  /// Passes over as much of a body as the bytes hold, from `position` on.
  mutating func passBody(_ bytes: RawSpan, _ position: inout Int) -> Failure? {
    while position < bytes.byteCount {
      let available = UInt64(bytes.byteCount - position)
      switch state {
      case .body(let rest):
        let passed = min(rest, available)
        position += Int(passed)
        state = passed == rest ? .between : .body(rest - passed)
      case .chunk(let rest):
        let passed = min(rest, available)
        position += Int(passed)
        state = passed == rest ? .chunkEnd : .chunk(rest - passed)
      case .chunkSize:
        guard let line = Self.line(bytes, &position) else {
          return available > UInt64(Self.maximumChunkLine) ? .invalidChunk : nil
        }
        guard let size = Self.chunkSize(bytes, line) else { return .invalidChunk }
        state = size == 0 ? .trailers(0) : .chunk(size)
      case .chunkEnd:
        guard let line = Self.line(bytes, &position) else { return available > 2 ? .invalidChunk : nil }
        guard line.isEmpty else { return .invalidChunk }
        state = .chunkSize
      case .trailers(let passed):
        let start = position
        guard let line = Self.line(bytes, &position) else {
          return passed + Int(available) > Self.maximumHead ? .trailersTooLong : nil
        }
        guard passed + position - start <= Self.maximumHead else { return .trailersTooLong }
        state = line.isEmpty ? .between : .trailers(passed + position - start)
      default:
        return nil
      }
    }
    return nil
  }

  /// The next line without its end, passing over it; nil, and nothing passed, when its end has not come.
  private static func line(_ bytes: RawSpan, _ position: inout Int) -> Range<Int>? {
    let start = position
    let feed = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start, to: bytes.byteCount)
    guard feed < bytes.byteCount else { return nil }
    position = feed + 1
    return start..<(feed > start && bytes.byte(feed - 1) == UInt8(ascii: "\r") ? feed - 1 : feed)
  }

  /// The hexadecimal number that a chunk begins with; what follows it must be blank or an extension.
  private static func chunkSize(_ bytes: RawSpan, _ line: Range<Int>) -> UInt64? {
    var size: UInt64 = 0
    var offset = line.lowerBound
    while offset < line.upperBound, let digit = hexadecimalDigit(bytes.byte(offset)) {
      guard offset - line.lowerBound < 15 else { return nil }
      size = size << 4 | UInt64(digit)
      offset += 1
    }
    guard offset > line.lowerBound, line.count <= maximumChunkLine else { return nil }
    guard offset < line.upperBound else { return size }
    let next = bytes.byte(offset)
    return next == UInt8(ascii: ";") || next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") ? size : nil
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
