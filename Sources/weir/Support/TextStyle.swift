/// How text for people is set: its colours and its width.
struct TextStyle {
  enum Color: String {
    case red = "31", green = "32", yellow = "33", cyan = "36", dim = "2", bold = "1"
  }

  var usesColor = false
  var width = 100

  func paint(_ text: String, _ color: Color) -> String {
    usesColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// Breaks prose at spaces. The first line begins with `first`, the others are indented as deep.
  func wrap(_ text: String, first: String) -> [String] {
    let indent = String(repeating: " ", count: first.count)
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = indent
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
