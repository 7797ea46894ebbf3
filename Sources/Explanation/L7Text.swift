import Rules
import Tables

/// L7 rules in words.
enum L7Text {
  /// What a peer of a filter has to satisfy, one text for each alternative; empty when nothing.
  static func checks(of peer: FilterPeer) -> [String] {
    var texts: [String] = []
    switch peer.l7 {
    case .http(let rules): texts = rules.map(text)
    case .kafka(let rules): texts = rules.map(text)
    case .dns(let rules): texts = rules.map(text)
    case .proxylib(let parser, let rules):
      texts = rules.isEmpty ? ["whatever \(parser) takes"] : rules.map { text($0, parser) }
    case nil: break
    }
    guard !peer.serverNames.isEmpty else { return texts }
    let names = "TLS server name \(peer.serverNames.joined(separator: " or "))"
    return texts.isEmpty ? [names] : texts.map { "\($0), with \(names)" }
  }

  private static func text(_ rule: HTTPRule) -> String {
    var parts: [String] = []
    switch (rule.method.isEmpty, rule.path.isEmpty) {
    case (false, false): parts.append("\(rule.method) \(rule.path)")
    case (false, true): parts.append("\(rule.method), any path")
    case (true, false): parts.append("any method, path \(rule.path)")
    case (true, true): parts.append("any request")
    }
    if !rule.host.isEmpty { parts.append("host \(rule.host)") }
    parts += rule.headers.map { "header \($0)" }
    parts += rule.headerMatches.map { match in
      let value = match.secret.map { "the secret \($0.namespace)/\($0.name)" } ?? match.value
      let action = match.mismatch.map { " (else \($0.rawValue))" } ?? ""
      return "header \(match.name)\(value.isEmpty ? "" : " = \(value)")\(action)"
    }
    return parts.joined(separator: ", ")
  }

  private static func text(_ rule: KafkaRule) -> String {
    let fields = [
      ("role", rule.role), ("key", rule.apiKey), ("version", rule.apiVersion), ("client", rule.clientID),
      ("topic", rule.topic),
    ]
    let parts = fields.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }
    return parts.isEmpty ? "any Kafka request" : "Kafka " + parts.joined(separator: ", ")
  }

  private static func text(_ rule: DNSRule) -> String {
    "query \(rule.matchName.isEmpty ? rule.matchPattern : rule.matchName)"
  }

  private static func text(_ rule: [String: String], _ parser: String) -> String {
    let pairs = rule.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "\(parser) \(pairs.isEmpty ? "anything" : pairs.joined(separator: ", "))"
  }
}
