/// The text is outside the subset of YAML that `BlockParser` knows, or wrong; libyaml decides which.
struct NotPlain: Error {}

/// A parser for YAML as kubectl prints it and most people write it: block maps and lists, one-line keys, scalars of
/// every style, comments, and brackets as far as they are JSON.
///
/// It exists for speed: subtrees that a mask does not want are passed line by line, ten times as fast as libyaml finds
/// its tokens. It never reports an error and never guesses: on anchors, tags, `?` keys, directives, tabs and on whatever
/// looks wrong it gives up with `NotPlain`, and the document goes to `YAMLComposer`. In what nobody reads it checks only
/// what it takes to find the end.
///
/// Every function that reads a value leaves the cursor on the first character of the next line with content.
struct BlockParser {
  let bytes: ByteView
  let limits: ManifestLimits
  var lines: LineTracker
  /// The cursor.
  var index = 0
  var lineStart: Int
  var lineEnd: Int
  /// The column of the cursor's line, counted from 0; -1 at the end of the document.
  var indent = -1
  /// Of the lines that the last move passed over.
  var blankLines = 0
  var passedComment = false
  var depth = 0
  /// True while measuring what libyaml will read: properties and odd brackets are passed over then.
  var isMeasuring = false

  init(_ bytes: ByteView, from cursor: TextCursor, isASCII: Bool, limits: ManifestLimits) {
    self.bytes = bytes
    self.limits = limits
    lines = LineTracker(line: cursor.line, start: cursor.offset, isASCII: isASCII)
    lineStart = cursor.offset
    lineEnd = bytes.firstIndex(of: 0x0A, in: cursor.offset..<bytes.count) ?? bytes.count
  }

  /// The beginning of the cursor's line.
  var cursor: TextCursor { TextCursor(offset: lineStart, line: lines.line) }

  var isAtEnd: Bool { lineStart >= bytes.count }

  // MARK: Documents

  /// The next document; nil at the end of the text. The cursor must be at the beginning of a line.
  mutating func document(_ mask: FieldMask) throws(NotPlain) -> Value? {
    if try !findDocument() { return nil }
    if isMarker(UInt8(ascii: "-")) {
      try endMarkerLine()
      if isAtEnd || isMarker(UInt8(ascii: "-")) || isMarker(UInt8(ascii: ".")) { return Value(.null) }
    }
    guard bytes[index] != UInt8(ascii: "%") else { throw NotPlain() }
    let value = try node(in: -1, mask)
    guard indent < 0 else { throw NotPlain() }
    // A scalar is no object; let libyaml find out what it was meant to be.
    switch value.content {
    case .map, .list: return value
    default: throw NotPlain()
    }
  }

  /// Moves to where the next document begins, past `...` lines; false at the end of the text.
  mutating func findDocument() throws(NotPlain) -> Bool {
    try settle()
    while isMarker(UInt8(ascii: ".")) { try endMarkerLine() }
    return !isAtEnd
  }

  /// Whether the cursor is on `---` or a directive.
  var isAtDocumentStart: Bool { isMarker(UInt8(ascii: "-")) || indent == 0 && bytes[index] == UInt8(ascii: "%") }

  private func isMarker(_ character: UInt8) -> Bool {
    indent < 0 && index < bytes.count && bytes[index] == character
  }

  /// Passes the rest of a `---` or `...` line, which must be empty.
  private mutating func endMarkerLine() throws(NotPlain) {
    index += 3
    try endLine()
  }

  // MARK: Lines

  /// Moves to the beginning of the next line, whatever is on it.
  @inline(__always)
  mutating func nextRawLine() {
    lineStart = min(lineEnd + 1, bytes.count)
    lines.newLine(at: lineStart)
    lineEnd = bytes.firstIndex(of: 0x0A, in: lineStart..<bytes.count) ?? bytes.count
  }

  /// Moves to the next line with content.
  @inline(__always)
  mutating func nextLine() throws(NotPlain) {
    nextRawLine()
    try settle()
  }

  /// Moves to the content of this line or of the next that has any.
  mutating func settle() throws(NotPlain) {
    blankLines = 0
    passedComment = false
    while lineStart < bytes.count {
      index = lineStart
      while bytes.isBlank16(at: index) { index += 16 }
      while index < lineEnd, bytes[index] == 0x20 { index += 1 }
      if index >= lineEnd {
        // The blanks may have run on into the next line only if this one ended, which no blank does.
        blankLines += 1
      } else if bytes[index] == UInt8(ascii: "#") {
        passedComment = true
      } else {
        guard bytes[index] != 0x09 else { throw NotPlain() }
        indent = index - lineStart
        if indent == 0, isAtDocumentMarker { indent = -1 }
        return
      }
      nextRawLine()
    }
    index = bytes.count
    indent = -1
  }

  /// `---` or `...` at the beginning of a line.
  var isAtDocumentMarker: Bool {
    guard bytes.matches("---", at: lineStart) || bytes.matches("...", at: lineStart) else { return false }
    return isBlank(lineStart + 3)
  }

  /// Demands that nothing but a comment is left on the line, and moves on.
  mutating func endLine() throws(NotPlain) {
    guard isLineDone() else { throw NotPlain() }
    try nextLine()
  }

  /// Passes blanks. True when the line holds nothing else than a comment from here on.
  @inline(__always)
  mutating func isLineDone() -> Bool {
    let start = index
    while index < lineEnd, bytes[index] == 0x20 { index += 1 }
    return index >= lineEnd || bytes[index] == UInt8(ascii: "#") && index > start
  }

  // MARK: Characters

  /// Whether the line ends here or goes on with a blank.
  @inline(__always)
  func isBlank(_ index: Int) -> Bool {
    index >= lineEnd || bytes[index] == 0x20 || bytes[index] == 0x09
  }

  /// Whether the cursor is on a `-` that begins an element.
  @inline(__always)
  var isAtDash: Bool {
    index < lineEnd && bytes[index] == UInt8(ascii: "-") && isBlank(index + 1)
  }

  /// The cursor's place.
  @inline(__always)
  var here: Position {
    mutating get { lines.position(of: index, in: bytes) }
  }
}
