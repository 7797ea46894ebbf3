/// Reads the documents of one text, whichever of the two languages it is written in.
///
/// A text that begins with a bracket is JSON, as kubectl decides it; in a file that is not called `.json` it may still
/// turn out to be YAML. Everything else is YAML.
struct DocumentReader {
  var limits: ManifestLimits
  var mask: FieldMask
  /// The plain subset of YAML by a scanner of our own. Off only to compare it with libyaml.
  var usesScanner = true

  /// Gives the documents in order. On an error those before it have been given, and the rest of the text is lost.
  func read(_ text: SourceText, isJSON: Bool, each: (Value) -> Void) throws(SyntaxError) {
    var failure: SyntaxError?
    text.withBytes { bytes in
      do throws(SyntaxError) {
        try read(text, bytes, isJSON, each)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private func read(
    _ text: SourceText, _ bytes: ByteView, _ isJSON: Bool, _ each: (Value) -> Void
  ) throws(SyntaxError) {
    var cursor = TextCursor(offset: 0, line: 1)
    if beginsWithBracket(bytes) {
      var parser = JSONParser(
        bytes, at: 0, lines: LineTracker(isASCII: text.isASCII), depthLimit: limits.depth)
      do throws(SyntaxError) {
        while !parser.isAtEnd(), !(bytes.matches("---", at: parser.index) && !isJSON) {
          cursor = TextCursor(offset: parser.index, line: parser.lines.line)
          each(try parser.parse(mask))
        }
        if parser.index >= bytes.count { return }
        cursor = TextCursor(offset: parser.index, line: parser.lines.line)
      } catch {
        // YAML's brackets are less strict than JSON's; but a document in the middle of a line is JSON's alone.
        guard !isJSON, cursor.offset == 0 || bytes[cursor.offset - 1] == 0x0A else { throw error }
      }
    }
    try readYAML(text, bytes, from: cursor, each)
  }

  private func beginsWithBracket(_ bytes: ByteView) -> Bool {
    for index in 0..<bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A: continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): return true
      default: return false
      }
    }
    return false
  }

  private func readYAML(
    _ text: SourceText, _ bytes: ByteView, from start: TextCursor, _ each: (Value) -> Void
  ) throws(SyntaxError) {
    guard usesScanner, !text.hasRareCharacters else { return try compose(bytes, from: start, each) }
    var cursor = start
    var isFirst = true
    while cursor.offset < bytes.count {
      var parser = BlockParser(bytes, from: cursor, isASCII: text.isASCII, limits: limits)
      var misplaced: Position?
      do throws(NotPlain) {
        while try parser.findDocument() {
          cursor = parser.cursor
          if !isFirst, !parser.isAtDocumentStart {
            misplaced = parser.here
            break
          }
          isFirst = false
          if let value = try parser.document(mask) { each(value) }
          cursor = parser.cursor
        }
      } catch {
        isFirst = false
        guard let next = try composeOne(bytes, from: cursor, each) else { return }
        cursor = next
        continue
      }
      if let misplaced { throw SyntaxError(misplaced, "did not find expected <document start>") }
      return
    }
  }

  /// All documents from `start` on, by libyaml.
  private func compose(_ bytes: ByteView, from start: TextCursor, _ each: (Value) -> Void) throws(SyntaxError) {
    var composer = try composer(bytes, from: start)
    while let document = try composer.document(mask) { each(document) }
  }

  /// One document by libyaml. Returns the line where the next begins; nil when there is none, all being read.
  private func composeOne(
    _ bytes: ByteView, from start: TextCursor, _ each: (Value) -> Void
  ) throws(SyntaxError) -> TextCursor? {
    var composer = try composer(bytes, from: start)
    guard let document = try composer.document(mask) else { return nil }
    each(document)
    guard let line = try composer.nextDocumentLine() else { return nil }
    var cursor = start
    while cursor.line < line, let end = bytes.firstIndex(of: 0x0A, in: cursor.offset..<bytes.count) {
      cursor = TextCursor(offset: end + 1, line: cursor.line + 1)
    }
    return cursor
  }

  private func composer(_ bytes: ByteView, from start: TextCursor) throws(SyntaxError) -> YAMLComposer {
    guard let composer = YAMLComposer(bytes, start.offset..<bytes.count, line: start.line, limits: limits) else {
      throw SyntaxError(Position(line: start.line, column: 1), "out of memory")
    }
    return composer
  }
}

/// The beginning of a line.
struct TextCursor {
  var offset: Int
  var line: Int
}
