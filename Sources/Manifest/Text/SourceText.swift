/// The text of a file, known to be UTF-8, without byte order mark and with line feeds as its only ends of line.
struct SourceText: Sendable {
  let bytes: [UInt8]
  /// Columns are byte offsets then.
  let isASCII: Bool
  /// Control characters, and the line ends that only Unicode knows. libyaml decides about texts that have them.
  let hasRareCharacters: Bool

  init(_ raw: [UInt8]) throws(SyntaxError) {
    if raw.starts(with: [0xFF, 0xFE]) || raw.starts(with: [0xFE, 0xFF]) {
      throw SyntaxError(
        Position(line: 1, column: 1), "the text is UTF-16, expected UTF-8", hint: "convert it with iconv -t UTF-8")
    }
    var text = raw
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
    let survey = Self.lend(text, to: { ByteSurvey($0) })
    if let offset = survey.invalidOffset {
      let byte = String(text[offset], radix: 16)
      throw SyntaxError(Self.position(of: offset, in: text), "invalid UTF-8 (byte 0x\(byte))")
    }
    if survey.hasCarriageReturn { text = Self.withLineFeeds(text) }
    bytes = text
    isASCII = survey.isASCII
    hasRareCharacters = survey.hasRareCharacters
  }

  /// Lends the bytes to `body`, which must not keep the view.
  func withBytes<R>(_ body: (ByteView) throws -> R) rethrows -> R {
    try Self.lend(bytes, to: body)
  }

  private static func lend<R>(_ bytes: [UInt8], to body: (ByteView) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1) { one in
      one.initialize(repeating: 0)
      return try bytes.withUnsafeBufferPointer { buffer in
        guard let placeholder = one.baseAddress else { preconditionFailure("one byte of stack") }
        return try body(ByteView(lent: buffer, orEmpty: UnsafePointer(placeholder)))
      }
    }
  }

  /// YAML 1.1 takes a lone carriage return for an end of line too.
  private static func withLineFeeds(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var previous: UInt8 = 0
    for byte in text {
      if byte == 0x0D {
        result.append(0x0A)
      } else if byte != 0x0A || previous != 0x0D {
        result.append(byte)
      }
      previous = byte
    }
    return result
  }

  private static func position(of offset: Int, in text: [UInt8]) -> Position {
    var line = 1
    var column = 1
    for byte in text[..<offset] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return Position(line: line, column: column)
  }
}
