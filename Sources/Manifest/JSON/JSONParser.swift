/// Reads one JSON value after another from a text. Strict: no comments, no trailing commas, no leading zeros.
///
/// Unwanted values are checked like the others, only not built.
struct JSONParser {
  let bytes: ByteView
  var index: Int
  private(set) var lines: LineTracker
  private let depthLimit: Int
  var depth = 0

  init(_ bytes: ByteView, at index: Int, lines: LineTracker, depthLimit: Int) {
    self.bytes = bytes
    self.index = index
    self.lines = lines
    self.depthLimit = depthLimit
  }

  /// True when only white space is left.
  mutating func isAtEnd() -> Bool {
    skipSpace()
    return index >= bytes.count
  }

  mutating func parse(_ mask: FieldMask) throws(SyntaxError) -> Value {
    skipSpace()
    let position = here
    if case .nothing = mask.extent {
      try skipValue()
      return Value(.null, at: position)
    }
    guard index < bytes.count else { throw SyntaxError(position, "expected a value, found the end of the text") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return Value(try map(mask, from: position), at: position)
    case UInt8(ascii: "["): return Value(try list(mask, from: position), at: position)
    case UInt8(ascii: "\""): return Value(.string(try string()), at: position)
    case UInt8(ascii: "t") where word("true"): return Value(.boolean(true), at: position)
    case UInt8(ascii: "f") where word("false"): return Value(.boolean(false), at: position)
    case UInt8(ascii: "n") where word("null"): return Value(.null, at: position)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return Value(try number(), at: position)
    default: throw SyntaxError(position, "expected a value, found \(found)")
    }
  }

  // MARK: Maps and lists

  private mutating func map(_ mask: FieldMask, from start: Position) throws(SyntaxError) -> Value.Content {
    try enter(start)
    var members: [Value.Member] = []
    var fields = MapMask(mask)
    index += 1
    skipSpace()
    if take("}") { return leave(.map(members)) }
    while true {
      skipSpace()
      let keyPosition = here
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw SyntaxError(keyPosition, "expected a \"key\", found \(found)", hint: opened("{", start))
      }
      let first = index + 1
      var choice: (mask: FieldMask, name: String?)
      if try skipString() {
        index = first - 1
        let name = try string()
        choice = (fields.value(of: name), name)
      } else {
        choice = fields.value(of: first..<index - 1, in: bytes)
      }
      let keyRange = first..<index - 1
      skipSpace()
      guard take(":") else { throw SyntaxError(here, "expected ':' after the key, found \(found)") }
      let value = try parse(choice.mask)
      if case .nothing = choice.mask.extent {
        // Left out.
      } else {
        let key = choice.name ?? bytes.string(keyRange)
        fields.didRead(key, value)
        members.append(Value.Member(key: key, keyPosition: keyPosition, value: value))
      }
      skipSpace()
      if take("}") { return leave(.map(members)) }
      guard take(",") else {
        throw SyntaxError(here, "expected ',' or '}', found \(found)", hint: opened("{", start))
      }
    }
  }

  private mutating func list(_ mask: FieldMask, from start: Position) throws(SyntaxError) -> Value.Content {
    try enter(start)
    var elements: [Value] = []
    index += 1
    skipSpace()
    if take("]") { return leave(.list(elements)) }
    while true {
      elements.append(try parse(mask))
      skipSpace()
      if take("]") { return leave(.list(elements)) }
      guard take(",") else {
        throw SyntaxError(here, "expected ',' or ']', found \(found)", hint: opened("[", start))
      }
    }
  }

  mutating func enter(_ position: Position) throws(SyntaxError) {
    depth += 1
    guard depth <= depthLimit else {
      throw SyntaxError(position, "more than \(depthLimit) maps and lists inside one another")
    }
  }

  private mutating func leave(_ content: Value.Content) -> Value.Content {
    depth -= 1
    return content
  }

  // MARK: Scalars

  /// Moves past the string that begins here. True when it holds escapes.
  mutating func skipString() throws(SyntaxError) -> Bool {
    let start = index
    var end = index + 1
    var hasEscapes = false
    let count = bytes.count
    while end < count {
      if bytes.isPlainJSON8(at: end) {
        end += 8
        continue
      }
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") {
        index = end + 1
        return hasEscapes
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        end += 1
      } else if byte < 0x20 {
        index = end
        throw SyntaxError(
          here, "a control character or end of line in a string; expected '\"' or an escape such as \\n")
      }
      end += 1
    }
    index = start
    throw SyntaxError(here, "the string that begins here has no end")
  }

  private mutating func string() throws(SyntaxError) -> String {
    let start = index
    guard try skipString() else { return bytes.string(start + 1..<index - 1) }
    let end = index
    do {
      return try JSONEscapes.decode(start + 1..<end - 1, in: bytes)
    } catch {
      index = error.offset
      throw SyntaxError(here, error.message)
    }
  }

  mutating func word(_ text: StaticString) -> Bool {
    guard bytes.matches(text, at: index) else { return false }
    index += text.utf8CodeUnitCount
    return true
  }

  private mutating func number() throws(SyntaxError) -> Value.Content {
    let start = index
    let position = here
    let isInteger = try skipNumber()
    let text = bytes.string(start..<index)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw SyntaxError(position, "the number \(text) is too large")
    }
    return Scalar.content(of: value)
  }

  /// Moves past the number that begins here. True when it is written as a whole number.
  mutating func skipNumber() throws(SyntaxError) -> Bool {
    let position = here
    var isInteger = true
    if bytes[index] == UInt8(ascii: "-") { index += 1 }
    let whole = digits()
    let first = whole.isEmpty ? 0 : bytes[whole.lowerBound]
    guard !whole.isEmpty, whole.count == 1 || first != UInt8(ascii: "0") else {
      throw SyntaxError(position, "not a JSON number")
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      guard !digits().isEmpty else { throw SyntaxError(position, "not a JSON number") }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      guard !digits().isEmpty else { throw SyntaxError(position, "not a JSON number") }
    }
    return isInteger
  }

  private mutating func digits() -> Range<Int> {
    let start = index
    while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
    return start..<index
  }

  // MARK: Text

  @inline(__always)
  mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20: index += 1
      case 0x0A:
        index += 1
        lines.newLine(at: index)
        // Pretty-printed text is to a third indentation.
        while bytes.isBlank16(at: index) { index += 16 }
      case 0x09, 0x0D: index += 1
      default: return
      }
    }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  var here: Position {
    mutating get { lines.position(of: index, in: bytes) }
  }

  var found: String {
    guard index < bytes.count else { return "the end of the text" }
    let byte = bytes[index]
    if byte == 0x0A { return "the end of the line" }
    return byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "a character that JSON does not allow"
  }

  func opened(_ bracket: String, _ position: Position) -> String {
    "the '\(bracket)' was opened at line \(position.line), column \(position.column)"
  }
}
