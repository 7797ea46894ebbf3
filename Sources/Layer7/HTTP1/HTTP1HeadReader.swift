/// Reads a head line by line, and can go on where it stopped when more bytes have come.
struct HTTP1HeadReader: Sendable {
  enum Progress {
    case incomplete
    /// The offset after the blank line.
    case complete(Int)
    case failed(HTTP1Parser.Failure)
  }

  /// Where the next line begins, and up to where it was searched for its end.
  private var lineStart: Int
  private var searched: Int
  private var hasFirstLine = false
  private let start: Int

  init(from start: Int) {
    self.start = start
    lineStart = start
    searched = start
  }

  /// `bytes` must begin with those of the call before.
  mutating func read(_ bytes: RawSpan, into head: inout HTTP1Head) -> Progress {
    let end = min(bytes.byteCount, start + HTTP1Parser.maximumHead)
    guard searched <= end else { return .incomplete }
    if !hasFirstLine {
      let feed = bytes.firstOffset(of: UInt8(ascii: "\n"), from: searched, to: end)
      guard feed < end else { return incomplete(at: feed, bytes, end) }
      head.readFirstLine(bytes, Self.line(bytes, lineStart, feed, &head))
      hasFirstLine = true
      lineStart = feed + 1
      searched = lineStart
    }
    while true {
      // The name's end or, where there is no colon, the line's.
      var colon = bytes.firstOffset(of: UInt8(ascii: ":"), or: UInt8(ascii: "\n"), from: lineStart, to: end)
      let feed =
        colon < end && bytes.byte(colon) == UInt8(ascii: ":")
        ? bytes.firstOffset(of: UInt8(ascii: "\n"), from: max(colon, searched), to: end) : colon
      guard feed < end else { return incomplete(at: feed, bytes, end) }
      let line = Self.line(bytes, lineStart, feed, &head)
      lineStart = feed + 1
      searched = lineStart
      if line.isEmpty { return .complete(lineStart) }
      colon = min(colon, line.upperBound)
      guard head.readField(bytes, line, colon: colon) else { return .failed(.tooManyFields) }
    }
  }

  private mutating func incomplete(at offset: Int, _ bytes: RawSpan, _ end: Int) -> Progress {
    searched = offset
    return end < bytes.byteCount || end - start == HTTP1Parser.maximumHead ? .failed(.headTooLong) : .incomplete
  }

  /// The line that ends with the line feed at `feed`, without its line end.
  @inline(__always)
  private static func line(_ bytes: RawSpan, _ start: Int, _ feed: Int, _ head: inout HTTP1Head) -> Range<Int> {
    if feed > start, bytes.byte(feed - 1) == UInt8(ascii: "\r") { return start..<feed - 1 }
    head.oddities.insert(.bareLineFeed)
    return start..<feed
  }
}
