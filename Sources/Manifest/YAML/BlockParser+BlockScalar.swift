/// How a block scalar begins: `|2-`, `>`, …
private struct BlockScalarHeader {
  enum Chomping { case strip, clip, keep }

  var isLiteral: Bool
  var chomping = Chomping.clip
  /// 0 when the first line decides.
  var increment = 0
}

extension BlockParser {
  /// The text after `|` or `>`, inside a collection at column `parent`. Follows the steps of libyaml's scanner.
  mutating func blockScalar(in parent: Int) throws(NotPlain) -> String {
    let header = try blockScalarHeader()
    var text: [UInt8] = []
    var column = header.increment == 0 ? 0 : max(parent, 0) + header.increment
    var breaks = try passBreaks(&column, in: parent)
    var hasBreak = false
    var wasBlank = false
    while !isAtEnd, index - lineStart == column, index < lineEnd {
      let isBlank = bytes[index] == 0x20 || bytes[index] == 0x09
      if hasBreak {
        if header.isLiteral || wasBlank || isBlank { text.append(0x0A) } else if breaks == 0 { text.append(0x20) }
      }
      text.append(contentsOf: repeatElement(0x0A, count: breaks))
      wasBlank = isBlank
      bytes.append(index..<lineEnd, to: &text)
      hasBreak = lineEnd < bytes.count
      nextRawLine()
      breaks = try passBreaks(&column, in: parent)
    }
    if header.chomping != .strip, hasBreak { text.append(0x0A) }
    if header.chomping == .keep { text.append(contentsOf: repeatElement(0x0A, count: breaks)) }
    try settle()
    return String(decoding: text, as: UTF8.self)
  }

  /// As `blockScalar`, without making the text.
  mutating func skipBlockScalar(in parent: Int) throws(NotPlain) {
    let header = try blockScalarHeader()
    var column = header.increment == 0 ? 0 : max(parent, 0) + header.increment
    _ = try passBreaks(&column, in: parent)
    while !isAtEnd, index - lineStart == column, index < lineEnd {
      nextRawLine()
      _ = try passBreaks(&column, in: parent)
    }
    try settle()
  }

  private mutating func blockScalarHeader() throws(NotPlain) -> BlockScalarHeader {
    var header = BlockScalarHeader(isLiteral: bytes[index] == UInt8(ascii: "|"))
    index += 1
    for _ in 0..<2 where index < lineEnd {
      switch bytes[index] {
      case UInt8(ascii: "-"): header.chomping = .strip
      case UInt8(ascii: "+"): header.chomping = .keep
      case UInt8(ascii: "1")...UInt8(ascii: "9"): header.increment = Int(bytes[index] - UInt8(ascii: "0"))
      default: continue
      }
      index += 1
    }
    guard isLineDone() else { throw NotPlain() }
    nextRawLine()
    return header
  }

  /// Passes indentation and empty lines; returns how many of these there were. The first time the indentation of the
  /// text is found out, which may be less than that of an empty line before it.
  private mutating func passBreaks(_ column: inout Int, in parent: Int) throws(NotPlain) -> Int {
    var breaks = 0
    var deepest = 0
    while true {
      index = lineStart
      while index < lineEnd, column == 0 || index - lineStart < column, bytes[index] == 0x20 { index += 1 }
      deepest = max(deepest, index - lineStart)
      if index < lineEnd, column == 0 || index - lineStart < column, bytes[index] == 0x09 { throw NotPlain() }
      guard index >= lineEnd, lineEnd < bytes.count else { break }
      breaks += 1
      nextRawLine()
    }
    if column == 0 { column = max(deepest, parent + 1, 1) }
    return breaks
  }
}
