extension BlockParser {
  /// Passes the value of a key at `column`; the cursor is after the colon.
  mutating func skipValue(of column: Int) throws(NotPlain) {
    try skipRest(of: column)
    while indent > column || indent == column && isAtDash { try skipLine(in: column) }
  }

  /// Passes the element at `column` for libyaml to read it.
  mutating func measure(_ column: Int) throws(NotPlain) {
    isMeasuring = true
    defer { isMeasuring = false }
    try skipLine(in: column)
    while indent > column { try skipLine(in: column) }
  }

  /// Passes a line with its continuations: dashes, a key with what is beside it, or a scalar.
  private mutating func skipLine(in parent: Int) throws(NotPlain) {
    var owner = parent
    while true {
      switch bytes[index] {
      case UInt8(ascii: "-") where isBlank(index + 1), UInt8(ascii: "?") where isBlank(index + 1),
        UInt8(ascii: ":") where isBlank(index + 1):
        owner = index - lineStart
        index += 1
        if isLineDone() { return try nextLine() }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        guard let end = quotedEnd(), end < lineEnd, bytes[end] == UInt8(ascii: ":"), isBlank(end + 1) else {
          return try skipRest(of: owner)
        }
        owner = index - lineStart
        index = end + 1
        return try skipRest(of: owner)
      case UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "*"):
        try skipProperty()
        if isLineDone() { return try nextLine() }
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "|"), UInt8(ascii: ">"):
        return try skipRest(of: owner)
      default:
        let (end, isKey) = try plainEnd(from: index)
        guard isKey else { return try skipRest(of: owner) }
        owner = index - lineStart
        index = end
        while bytes[index] != UInt8(ascii: ":") { index += 1 }
        index += 1
        return try skipRest(of: owner)
      }
    }
  }

  /// Passes what is beside a key or dash at column `owner`, if anything.
  private mutating func skipRest(of owner: Int) throws(NotPlain) {
    while true {
      if isLineDone() { return try nextLine() }
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if let end = quotedEnd() { index = end } else { _ = try quoted() }
        return try endLine()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        try skipBrackets()
        return try endLine()
      case UInt8(ascii: "|"), UInt8(ascii: ">"): return try skipBlockScalar(in: owner)
      case UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "*"): try skipProperty()
      case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: ","), UInt8(ascii: "]"),
        UInt8(ascii: "}"), UInt8(ascii: "#"), 0x09:
        throw NotPlain()
      case UInt8(ascii: "-") where isBlank(index + 1), UInt8(ascii: "?") where isBlank(index + 1): throw NotPlain()
      default: return try skipPlain(in: owner)
      }
    }
  }

  private mutating func skipPlain(in owner: Int) throws(NotPlain) {
    repeat {
      let (end, isKey) = try plainEnd(from: index)
      guard !isKey else { throw NotPlain() }
      if try moveOn(from: end) { return }
    } while indent > owner && !passedComment
  }

  /// An anchor, alias or tag. What has a name may be wanted elsewhere, so only libyaml can leave it out.
  private mutating func skipProperty() throws(NotPlain) {
    guard isMeasuring else { throw NotPlain() }
    while !isBlank(index) { index += 1 }
  }

  /// Brackets that need not be JSON. Quotes count only where a scalar begins.
  private mutating func skipBrackets() throws(NotPlain) {
    var parser = JSONParser(bytes, at: index, lines: lines, depthLimit: limits.depth)
    if (try? parser.parse(.nothing)) != nil { return move(to: parser.index, lines: parser.lines) }
    var open = 0
    var previous: UInt8 = 0
    while true {
      if index >= lineEnd {
        nextRawLine()
        index = lineStart
        guard !isAtEnd, !isAtDocumentMarker else { throw NotPlain() }
        continue
      }
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): open -= 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if [UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":")].contains(previous) {
          guard bytes[index - 1] != UInt8(ascii: ":") else { throw NotPlain() }
          _ = try quoted()
          previous = byte
          continue
        }
      case UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"):
        guard isMeasuring, byte != UInt8(ascii: "#") else { throw NotPlain() }
      default: break
      }
      if byte != 0x20 && byte != 0x09 { previous = byte }
      index += 1
      if open == 0 { return }
      guard open <= limits.depth else { throw NotPlain() }
    }
  }
}
