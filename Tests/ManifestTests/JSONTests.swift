import Testing

@testable import Manifest

@Suite struct JSONTests {
  @Test func `strings and their escapes`() throws {
    #expect(try value(#"{"a": "\"\\\/\b\f\n\r\té😀\ud800x"}"#)["a"]?.string == "\"\\/\u{08}\u{0C}\n\r\té😀\u{FFFD}x")
  }

  @Test func `documents one after another`() throws {
    #expect(try documents("{\"a\":1}\n{\"a\":2} {\"a\":3}", scanner: true, isJSON: true).get().count == 3)
    #expect(try documents("{\"a\":1}\n---\na: 2\n---\n{\"a\": 3}\n", scanner: true).get().count == 3)
  }

  @Test(arguments: [
    ("{\"a\": 1,}", "error: a.json:1:9: expected a \"key\", found '}'"),
    ("{\"a\" 1}", "error: a.json:1:6: expected ':' after the key, found '1'"),
    ("{\"a\": 1\n \"b\": 2}", "error: a.json:2:2: expected ',' or '}', found '\"'"),
    ("[1 2]", "error: a.json:1:4: expected ',' or ']', found '2'"),
    ("{\"a\": 010}", "error: a.json:1:7: not a JSON number"),
    ("{\"a\": 1.}", "error: a.json:1:7: not a JSON number"),
    ("{\"a\": 1e999}", "error: a.json:1:7: the number 1e999 is too large"),
    ("{\"a\": yes}", "error: a.json:1:7: expected a value, found 'y'"),
    ("{\"a\": \"x\ny\"}", "error: a.json:1:9: a control character or end of line in a string"),
    ("{\"a\": \"x", "error: a.json:1:7: the string that begins here has no end"),
    ("{\"a\": \"\\x\"}", "error: a.json:1:8: unknown escape"),
    ("{\"a\":\n", "error: a.json:2:1: expected a value, found the end of the text"),
    ("{\"a\": 1} x", "error: a.json:1:10: expected a value, found 'x'"),
  ]) func `what is wrong, and where`(text: String, message: String) {
    let reading = Reading(text, file: "a.json")
    #expect(reading.errors.last?.hasPrefix(message) == true, "\(reading.errors)")
  }

  /// Printed as JSON, as brackets in YAML and as block YAML, a value is read back equal.
  @Test func `JSON and YAML are read alike`() throws {
    var generator = SeededGenerator(state: 3)
    for _ in 0..<400 {
      let content = RandomValue.map(depth: 4, &generator)
      let json = Printed.json(content)
      let block = Printed.yaml(content, indent: 0)
      let expected = Printed.plain(Value(content))
      for (text, isJSON, scanner) in [
        (json, true, true), (json, false, false), (block, false, true), (block, false, false),
      ] {
        let read = try documents(text, scanner: scanner, isJSON: isJSON).get()
        #expect(read.map(Printed.plain) == [expected], Comment(rawValue: text))
      }
    }
  }
}

private enum RandomValue {
  static let texts = [
    "", "a", "yes", "010", "a: b", "- x", "#", "é✓", "it's", "\"q\"", "line\nbreak", " x ", "~", "1.5", "k:{\"a\":1}",
  ]

  static func map(depth: Int, _ generator: inout SeededGenerator) -> Value.Content {
    let count = Int.random(in: 1...4, using: &generator)
    return .map(
      (0..<count).map { index in
        let key = (texts.randomElement(using: &generator) ?? "") + "\(index)"
        return Value.Member(key: key, keyPosition: .unknown, value: Value(content(depth: depth - 1, &generator)))
      })
  }

  static func content(depth: Int, _ generator: inout SeededGenerator) -> Value.Content {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: .null
    case 1: .boolean(Bool.random(using: &generator))
    case 2: .integer(Int64.random(in: -1000...1_000_000, using: &generator))
    case 3: .number(Double(Int.random(in: 1...999, using: &generator)) + 0.5)
    case 4, 5: .string(texts.randomElement(using: &generator) ?? "")
    case 6: map(depth: depth, &generator)
    default:
      .list((0..<Int.random(in: 0...3, using: &generator)).map { _ in Value(content(depth: depth - 1, &generator)) })
    }
  }
}

private enum Printed {
  /// Without places.
  static func plain(_ value: Value) -> Value {
    switch value.content {
    case .list(let elements): Value(.list(elements.map(plain)))
    case .map(let members):
      Value(.map(members.map { Value.Member(key: $0.key, keyPosition: .unknown, value: plain($0.value)) }))
    default: Value(value.content)
    }
  }

  static func quoted(_ text: String) -> String {
    let escaped = text.map { $0 == "\n" ? "\\n" : $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
    return "\"" + escaped.joined() + "\""
  }

  static func json(_ content: Value.Content) -> String {
    switch content {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): quoted(text)
    case .list(let elements): "[" + elements.map { json($0.content) }.joined(separator: ", ") + "]"
    case .map(let members):
      "{" + members.map { quoted($0.key) + ": " + json($0.value.content) }.joined(separator: ",\n ") + "}"
    }
  }

  static func yaml(_ content: Value.Content, indent: Int) -> String {
    let pad = String(repeating: " ", count: indent)
    switch content {
    case .map(let members) where !members.isEmpty:
      return members.map { pad + quoted($0.key) + ":" + nested($0.value.content, indent) }.joined()
    case .list(let elements) where !elements.isEmpty:
      return elements.map { pad + "-" + nested($0.content, indent) }.joined()
    default: return pad + json(content) + "\n"
    }
  }

  private static func nested(_ content: Value.Content, _ indent: Int) -> String {
    switch content {
    case .map(let members) where !members.isEmpty: return "\n" + yaml(content, indent: indent + 2)
    case .list(let elements) where !elements.isEmpty: return "\n" + yaml(content, indent: indent + 2)
    case .string(let text) where !text.contains("\n") && !text.contains("'") && !text.isEmpty: return " '\(text)'\n"
    default: return " " + json(content) + "\n"
    }
  }
}
