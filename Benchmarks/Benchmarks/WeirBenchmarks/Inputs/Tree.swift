/// A Kubernetes object to be written as YAML or JSON, as kubectl writes them.
enum Tree: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  case text(String)
  case number(Int)
  case flag(Bool)
  case list([Tree])
  case map([(String, Tree)])

  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .number(value) }
  init(booleanLiteral value: Bool) { self = .flag(value) }
  init(arrayLiteral elements: Tree...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, Tree)...) { self = .map(elements) }

  static func labels(_ labels: [String: String]) -> Tree {
    .map(labels.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
  }

  /// A `List` of objects, as `kubectl get` prints several.
  static func objects(_ items: [Tree]) -> Tree {
    ["apiVersion": "v1", "items": .list(items), "kind": "List", "metadata": ["resourceVersion": ""]]
  }

  // MARK: JSON

  func json() -> String {
    var out = ""
    writeJSON(indent: 0, to: &out)
    return out + "\n"
  }

  private func writeJSON(indent: Int, to out: inout String) {
    let pad = String(repeating: "    ", count: indent + 1)
    let end = String(repeating: "    ", count: indent)
    switch self {
    case .text(let text): out += Self.quoted(text)
    case .number(let number): out += "\(number)"
    case .flag(let flag): out += flag ? "true" : "false"
    case .list(let items) where items.isEmpty: out += "[]"
    case .map(let members) where members.isEmpty: out += "{}"
    case .list(let items):
      for (index, item) in items.enumerated() {
        out += index == 0 ? "[\n\(pad)" : ",\n\(pad)"
        item.writeJSON(indent: indent + 1, to: &out)
      }
      out += "\n\(end)]"
    case .map(let members):
      for (index, member) in members.enumerated() {
        out += index == 0 ? "{\n\(pad)" : ",\n\(pad)"
        out += "\(Self.quoted(member.0)): "
        member.1.writeJSON(indent: indent + 1, to: &out)
      }
      out += "\n\(end)}"
    }
  }

  private static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") }) else {
      return "\"\(text)\""
    }
    return "\"" + text.replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }

  // MARK: YAML

  /// Block style, lists not indented.
  func yaml() -> String {
    var out = ""
    writeYAML(indent: 0, to: &out)
    return out
  }

  /// The lines of a map or list; scalars are written by whoever holds them.
  private func writeYAML(indent: Int, to out: inout String, firstIsIndented: Bool = false) {
    let pad = String(repeating: "  ", count: indent)
    switch self {
    case .text, .number, .flag: out += scalar + "\n"
    case .map(let members):
      for (index, member) in members.enumerated() {
        if index > 0 || !firstIsIndented { out += pad }
        out += Self.plain(member.0) + ":"
        switch member.1 {
        case .map(let inner) where !inner.isEmpty:
          out += "\n"
          member.1.writeYAML(indent: indent + 1, to: &out)
        case .list(let inner) where !inner.isEmpty:
          out += "\n"
          member.1.writeYAML(indent: indent, to: &out)
        case .text(let text) where text.contains("\n"):
          out += " |\n"
          for line in text.split(separator: "\n") { out += "\(pad)  \(line)\n" }
        default: out += " \(member.1.scalar)\n"
        }
      }
    case .list(let items):
      for item in items {
        out += pad + "- "
        if case .map(let members) = item, members.isEmpty {
          out += "{}\n"
        } else {
          item.writeYAML(indent: indent + 1, to: &out, firstIsIndented: true)
        }
      }
    }
  }

  private var scalar: String {
    switch self {
    case .text(let text): Self.plain(text)
    case .number(let number): "\(number)"
    case .flag(let flag): flag ? "true" : "false"
    case .list: "[]"
    case .map: "{}"
    }
  }

  /// Unquoted where YAML cannot mistake the text for anything else.
  private static func plain(_ text: String) -> String {
    guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/"),
      !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text),
      !text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "#") }), !text.contains(": "),
      !text.hasSuffix(":")
    else { return quoted(text) }
    return text
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
