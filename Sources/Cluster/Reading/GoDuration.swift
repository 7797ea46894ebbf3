/// Durations as Go prints and reads them: `60s`, `2h13m20s`.
enum GoDuration {
  /// Whole seconds in `text`, rounded down; nil when it is no duration or has no unit.
  static func seconds(_ text: String) -> Int? {
    if text == "0" { return 0 }
    var rest = text[...]
    var nanoseconds = 0.0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
      rest = rest.dropFirst(unit.count)
      guard let amount = Double(number), let factor = units[String(unit)] else { return nil }
      nanoseconds += amount * factor
    }
    return text.isEmpty ? nil : Int(exactly: (nanoseconds / 1e9).rounded(.down))
  }

  private static let units: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
  ]
}
