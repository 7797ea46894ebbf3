/// A JSON text as a tree. Members keep their order, numbers their digits.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  struct Member: Equatable {
    var name: String
    var value: JSONValue
  }

  /// What is wrong with a text, and at which byte.
  struct SyntaxError: Error, Equatable {
    var offset: Int
    var reason: String
  }

  /// Values may be nested this deep.
  static let depthLimit = 100

  init(parsing bytes: [UInt8]) throws(SyntaxError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.parseDocument()
  }
}

/// A parser of RFC 8259. Invalid UTF-8 and lone surrogates become U+FFFD.
private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parseDocument() throws(JSONValue.SyntaxError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw error("text after the value") }
    return value
  }

  private func error(_ reason: String) -> JSONValue.SyntaxError {
    JSONValue.SyntaxError(offset: position, reason: reason)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard let byte = current, UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func parseValue(depth: Int) throws(JSONValue.SyntaxError) -> JSONValue {
    guard depth < JSONValue.depthLimit else { throw error("nested too deeply") }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parse("true", as: .bool(true))
    case UInt8(ascii: "f"): return try parse("false", as: .bool(false))
    case UInt8(ascii: "n"): return try parse("null", as: .null)
    case nil: throw error("the text ends where a value should be")
    default: return .number(try parseNumber())
    }
  }

  private mutating func parse(_ word: String, as value: JSONValue) throws(JSONValue.SyntaxError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw error("not a value") }
    position += word.utf8.count
    return value
  }

  private mutating func parseObject(depth: Int) throws(JSONValue.SyntaxError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    skipSpace()
    if accept("}") { return .object(members) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw error("not a member's name") }
      let name = try parseString()
      skipSpace()
      guard accept(":") else { throw error("no colon after a member's name") }
      members.append(JSONValue.Member(name: name, value: try parseValue(depth: depth + 1)))
      skipSpace()
    } while accept(",")
    guard accept("}") else { throw error("neither a comma nor the end of the object") }
    return .object(members)
  }

  private mutating func parseArray(depth: Int) throws(JSONValue.SyntaxError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if accept("]") { return .array(values) }
    repeat {
      values.append(try parseValue(depth: depth + 1))
      skipSpace()
    } while accept(",")
    guard accept("]") else { throw error("neither a comma nor the end of the array") }
    return .array(values)
  }

  private mutating func parseNumber() throws(JSONValue.SyntaxError) -> String {
    let start = position
    _ = accept("-")
    let whole = skipDigits()
    guard whole == 1 || whole > 1 && bytes[position - whole] != UInt8(ascii: "0") else { throw error("not a value") }
    if accept("."), skipDigits() == 0 { throw error("no digit after the point") }
    if accept("e") || accept("E") {
      if !accept("+") { _ = accept("-") }
      guard skipDigits() > 0 else { throw error("no digit in the exponent") }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = current, byte.isDecimalDigit { position += 1 }
    return position - start
  }

  private mutating func parseString() throws(JSONValue.SyntaxError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      case 0..<0x20: throw error("a control character inside a string")
      default: text.append(byte)
      }
    }
    throw error("the string has no end")
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONValue.SyntaxError) {
    guard let byte = current else { throw error("the string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: try parseUnicodeEscape().utf8)
    default: throw error("unknown escape")
    }
  }

  private mutating func parseUnicodeEscape() throws(JSONValue.SyntaxError) -> String {
    let first = try parseCodeUnit()
    if let scalar = Unicode.Scalar(UInt32(first)) { return String(scalar) }
    let beforeSecond = position
    if UTF16.isLeadSurrogate(first), accept("\\"), accept("u") {
      let second = try parseCodeUnit()
      if UTF16.isTrailSurrogate(second) { return String(decoding: [first, second], as: UTF16.self) }
    }
    position = beforeSecond
    return "\u{fffd}"
  }

  private mutating func parseCodeUnit() throws(JSONValue.SyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = current?.hexadecimalDigitValue else { throw error("not four hexadecimal digits") }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
