import Layer7

/// What `weir dissect` tells people about the messages in a capture: the names that were asked for.
enum MessagesText {
  private static let topNames = 10

  static func lines(_ messages: CaptureMessages) -> [String] {
    var tls = Names()
    for message in messages.tls.messages { tls.add(message.content.hello) }
    var quic = Names()
    for message in messages.quic.messages {
      switch message.content {
      case .connection: continue
      case .clientHello(_, let hello): quic.add(hello)
      case .googleHello(_, let serverName): quic.add(serverName.isEmpty ? nil : serverName)
      }
    }
    return lines("TLS names", tls) + lines("QUIC names", quic)
  }

  private static func lines(_ title: String, _ names: Names) -> [String] {
    guard names.hellos > 0 else { return [] }
    let top = names.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(topNames)
    let rest = top.count < names.counts.count ? ", the most frequent of \(names.counts.count) names:" : ""
    var notes: [String] = []
    if names.nameless > 0 { notes.append("\(names.nameless) without a name") }
    if names.encrypted > 0 { notes.append("\(names.encrypted) with Encrypted Client Hello") }
    let note = notes.isEmpty ? "" : " (" + notes.joined(separator: ", ") + ")"
    let hellos = names.hellos == 1 ? "1 hello" : "\(names.hellos) hellos"
    let padding = String(repeating: " ", count: max(12 - title.count, 1))
    return ["  \(title)\(padding)\(hellos)\(note)\(rest)"] + top.map { "    \(leading($0.value))  \($0.key)" }
  }

  private static func leading(_ count: Int) -> String {
    let digits = String(count)
    return String(repeating: " ", count: max(6 - digits.count, 0)) + digits
  }

  private struct Names {
    var counts: [String: Int] = [:]
    var hellos = 0
    var nameless = 0
    var encrypted = 0

    mutating func add(_ hello: TLSClientHello) {
      if hello.offersECH { encrypted += 1 }
      add(hello.serverNames.first)
    }

    mutating func add(_ name: String?) {
      hellos += 1
      if let name { counts[name, default: 0] += 1 } else { nameless += 1 }
    }
  }
}
