/// What `weir dissect` tells people about the messages in a capture: the names that were asked for.
enum MessagesText {
  private static let topNames = 10

  static func lines(_ messages: CaptureMessages) -> [String] {
    lines("TLS names", messages.tlsNames, "hello", "hellos")
      + lines("QUIC names", messages.quicNames, "hello", "hellos")
      + lines("HTTP hosts", messages.httpHosts, "request", "requests")
      + lines("DNS names", messages.dnsNames, "query", "queries")
      + lines("Kafka", messages.kafkaTopics, "topic named", "topics named")
  }

  private static func lines(_ title: String, _ names: NameCounts, _ one: String, _ many: String) -> [String] {
    guard names.messages > 0 else { return [] }
    let top = names.most(topNames)
    let rest = top.count < names.count ? ", the most frequent of \(names.count) names:" : ""
    var notes: [String] = []
    if names.nameless > 0 { notes.append("\(names.nameless) without a name") }
    if names.encrypted > 0 { notes.append("\(names.encrypted) with Encrypted Client Hello") }
    let note = notes.isEmpty ? "" : " (" + notes.joined(separator: ", ") + ")"
    let padding = String(repeating: " ", count: max(12 - title.count, 1))
    return ["  \(title)\(padding)\(names.messages) \(names.messages == 1 ? one : many)\(note)\(rest)"]
      + top.map { "    \(leading($0.count))  \(printable($0.name))" }
  }

  /// Names come from captures: what would steer a terminal is shown as `\u{…}`.
  private static func printable(_ name: String) -> String {
    name.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }

  private static func leading(_ count: Int) -> String {
    let digits = String(count)
    return String(repeating: " ", count: max(6 - digits.count, 0)) + digits
  }
}
