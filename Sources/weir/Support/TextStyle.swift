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

  /// Breaks prose at spaces. The first line begins with `first`, the others with as many spaces or with `next`.
  func wrap(_ text: String, first: String, next: String? = nil) -> [String] {
    var lines: [String] = []
    var line = first
    var length = first.count
    let indent = next ?? String(repeating: " ", count: length)
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, length + 1 + word.count > width {
        lines.append(line)
        line = indent
        length = indent.count
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      length += (isEmpty ? 0 : 1) + word.count
      isEmpty = false
    }
    return lines + [line]
  }
}
