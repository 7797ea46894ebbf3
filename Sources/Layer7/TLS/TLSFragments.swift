/// A handshake message put together from the records that it is spread over (RFC 8446, section 5.1).
struct TLSFragments {
  /// What there is of the message.
  private(set) var data: [UInt8] = []
  private(set) var isComplete = false
  /// Something else than a handshake record comes before the message's end.
  private(set) var isInterrupted = false
  /// How many bytes from the first record on have to be there before another look is worth it.
  private(set) var needed = 0
  /// The record in which the message ends, and how much of that record's content it takes.
  private(set) var position: Int
  private(set) var passed: Int

  /// - Parameters:
  ///   - start: of the record in which the message begins.
  ///   - passed: bytes of that record's content in front of the message.
  ///   - count: of the message's bytes.
  init(_ bytes: RawSpan, from start: Int, passing passed: Int, count: Int) {
    position = start
    self.passed = passed
    while true {
      var reader = ByteReader(bytes.extracting(droppingFirst: min(position, bytes.byteCount)))
      guard let type = reader.byte(), reader.uint16() != nil, let length = reader.uint16() else { break }
      guard type == TLSStreamReader.ContentType.handshake else {
        isInterrupted = true
        return
      }
      let content = position + TLSStreamReader.recordHeaderLength
      let end = min(content + Int(length), bytes.byteCount)
      let from = min(content + self.passed, end)
      let taken = min(end - from, count - data.count)
      bytes.extracting(from..<from + taken).withUnsafeBytes { data.append(contentsOf: $0) }
      self.passed += taken
      isComplete = data.count == count
      guard !isComplete, content + Int(length) <= bytes.byteCount else { break }
      position = content + Int(length)
      self.passed = 0
    }
    needed = bytes.byteCount - start + count - data.count
  }
}
