extension BlockParser {
  // MARK: Plain scalars

  /// Where the plain text that begins at `start` ends on this line, blanks before the end left out, and whether a colon
  /// makes it a key.
  @inline(__always)
  func plainEnd(from start: Int) throws(NotPlain) -> (end: Int, isKey: Bool) {
    var index = start
    var end = start
    while index < lineEnd {
      let byte = bytes[index]
      if byte > UInt8(ascii: ":") {
        index += 1
        end = index
        continue
      }
      switch byte {
      case UInt8(ascii: ":"):
        if isBlank(index + 1) {
          if index + 1 < lineEnd, bytes[index + 1] == 0x09 { throw NotPlain() }
          return (end, true)
        }
        end = index + 1
      case UInt8(ascii: "#") where end < index: return (end, false)
      case 0x20: break
      case 0x09: throw NotPlain()
      default: end = index + 1
      }
      index += 1
    }
    return (end, false)
  }

  /// A plain scalar, perhaps over several lines, inside a collection at column `parent`.
  mutating func plain(in parent: Int) throws(NotPlain) -> Value.Content {
    let start = index
    let first = try plainEnd(from: start)
    guard !first.isKey else { throw NotPlain() }
    let hasComment = try moveOn(from: first.end)
    // Text above is cheap to make now; most scalars end with their line.
    guard indent > parent, !hasComment, !passedComment else { return Scalar.resolve(bytes.string(start..<first.end)) }
    var text: [UInt8] = []
    bytes.append(start..<first.end, to: &text)
    while indent > parent, !passedComment {
      appendBreaks(1 + blankLines, to: &text)
      let next = try plainEnd(from: index)
      guard !next.isKey else { throw NotPlain() }
      bytes.append(index..<next.end, to: &text)
      if try moveOn(from: next.end) { break }
    }
    return Scalar.resolve(String(decoding: text, as: UTF8.self))
  }

  /// Passes a comment and moves to the next line. True when there was one.
  mutating func moveOn(from end: Int) throws(NotPlain) -> Bool {
    index = end
    guard isLineDone() else { throw NotPlain() }
    let hasComment = index < lineEnd
    try nextLine()
    return hasComment
  }

  /// Folds line ends: a single one is a space, of more the first does not count.
  private func appendBreaks(_ count: Int, to text: inout [UInt8]) {
    if count == 1 { text.append(0x20) } else { text.append(contentsOf: repeatElement(0x0A, count: count - 1)) }
  }

  // MARK: Quotes

  /// Just after the closing quote; nil when it is not on this line.
  func quotedEnd() -> Int? {
    let quote = bytes[index]
    var position = index + 1
    while position < lineEnd {
      if bytes[position] == quote {
        guard quote == UInt8(ascii: "'"), position + 1 < lineEnd, bytes[position + 1] == quote else {
          return position + 1
        }
        position += 1
      } else if bytes[position] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        position += 1
      }
      position += 1
    }
    return nil
  }

  /// The text between quotes; stops after the closing one, perhaps on a later line.
  mutating func quoted() throws(NotPlain) -> String {
    let quote = bytes[index]
    let inside = index + 1..<lineEnd
    if let end = bytes.firstIndex(of: quote, in: inside) {
      let isSimple =
        quote == UInt8(ascii: "'")
        ? end + 1 >= lineEnd || bytes[end + 1] != quote
        : bytes.firstIndex(of: UInt8(ascii: "\\"), in: index..<end) == nil
      if isSimple {
        let text = bytes.string(index + 1..<end)
        index = end + 1
        return text
      }
    }
    return try foldedQuoted(quote)
  }

  /// The general case, in the steps of the YAML specification: runs of text, then blanks and line ends between them.
  private mutating func foldedQuoted(_ quote: UInt8) throws(NotPlain) -> String {
    var text: [UInt8] = []
    index += 1
    while true {
      var wasEscapedBreak = false
      while index < lineEnd, bytes[index] != 0x20, bytes[index] != 0x09 {
        let byte = bytes[index]
        if byte == quote {
          guard quote == UInt8(ascii: "'"), index + 1 < lineEnd, bytes[index + 1] == quote else {
            index += 1
            return String(decoding: text, as: UTF8.self)
          }
          text.append(quote)
          index += 2
        } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
          if index + 1 >= lineEnd {
            wasEscapedBreak = true
            try nextQuotedLine()
            break
          }
          try YAMLEscapes.append(at: &index, lineEnd, bytes, to: &text)
        } else {
          text.append(byte)
          index += 1
        }
      }
      try foldBlanks(afterBreak: wasEscapedBreak, &text)
    }
  }

  private mutating func foldBlanks(afterBreak: Bool, _ text: inout [UInt8]) throws(NotPlain) {
    let start = index
    var breaks = 0
    var end = index
    while true {
      if index >= lineEnd {
        breaks += 1
        try nextQuotedLine()
      } else if bytes[index] == 0x20 || bytes[index] == 0x09 {
        index += 1
        end = index
      } else {
        break
      }
    }
    if afterBreak {
      text.append(contentsOf: repeatElement(0x0A, count: breaks))
    } else if breaks > 0 {
      appendBreaks(breaks, to: &text)
    } else {
      bytes.append(start..<end, to: &text)
    }
  }

  private mutating func nextQuotedLine() throws(NotPlain) {
    nextRawLine()
    index = lineStart
    guard !isAtEnd, !isAtDocumentMarker else { throw NotPlain() }
  }
}
