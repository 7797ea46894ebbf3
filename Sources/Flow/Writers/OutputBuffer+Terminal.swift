/// The colours of the text outputs.
enum TerminalColor {
  case red, green, yellow, magenta, cyan

  /// The ANSI sequence that switches to the colour.
  var sequence: StaticString {
    switch self {
    case .red: "\u{1b}[31m"
    case .green: "\u{1b}[32m"
    case .yellow: "\u{1b}[33m"
    case .magenta: "\u{1b}[35m"
    case .cyan: "\u{1b}[36m"
    }
  }

  static let reset: StaticString = "\u{1b}[0m"
}

extension OutputBuffer {
  /// Appends `text` so that it cannot steer a terminal: escape characters as `^[` and carriage returns as `\r`.
  mutating func append(terminal text: String) {
    let start = count
    append(text: text)
    escapeTerminal(from: start)
  }

  /// Makes what was appended since `start` safe for a terminal.
  mutating func escapeTerminal(from start: Int) {
    guard let first = firstIndex(from: start, where: { $0 == 0x1b || $0 == 0x0d }) else { return }
    let rest = bytes(from: first)
    truncate(to: first)
    for byte in rest {
      switch byte {
      case 0x1b: append("^[")
      case 0x0d: append("\\r")
      default: append(byte)
      }
    }
  }

  /// Appends what `body` appends, in `color` where there is one.
  mutating func append(_ color: TerminalColor?, _ body: (inout OutputBuffer) -> Void) {
    guard let color else { return body(&self) }
    append(color.sequence)
    body(&self)
    append(TerminalColor.reset)
  }
}
