import Rules

/// Turns checked `toPorts` and `icmps` elements into port rules (§1.7).
struct PortTranslator {
  var compatibility: Compatibility

  func ports(_ element: RuleElement) -> [PortRule] {
    (element.ports ?? []).map(rule) + (element.icmps ?? []).map(icmp)
  }

  private func rule(_ document: PortRuleDocument) -> PortRule {
    var rule = PortRule(ports: document.ports.map(port), l7: document.rules.flatMap(l7))
    rule.serverNames = Set(document.serverNames.map(\.content)).sorted()
    rule.terminatingTLS = document.terminatingTLS
    rule.originatingTLS = document.originatingTLS
    rule.listener = document.listener
    return rule
  }

  private func port(_ document: PortRuleDocument.Port) -> PortProtocol {
    PortProtocol(
      port: Self.port(document.port), endPort: document.endPort,
      protocol: ProtocolName.parse(document.protocol) ?? .any)
  }

  /// A name, lower-cased, or a number. What is neither gets the value that Go's parser leaves behind, which only
  /// NetworkPolicy can reach: 0 for a syntax error, the largest number for one that is too large.
  static func port(_ text: String) -> PortProtocol.Port {
    if ServiceName.isValid(text) { return .name(text.lowercased()) }
    switch PortNumber(parsing: text) {
    case .number(let number): return .number(number)
    case .invalidSyntax: return .number(0)
    case .outOfRange: return .number(.max)
    }
  }

  /// ICMP types stand in the place of port numbers. Cilium prints the type and parses it again as a port: a negative
  /// number becomes 0.
  private func icmp(_ document: ICMPDocument) -> PortRule {
    PortRule(
      ports: document.entries.map { entry in
        let isNegative = entry.type < 0
        let type = isNegative && !compatibility.reproducesBugs ? UInt16.max : UInt16(clamping: entry.type)
        return PortProtocol(port: .number(type), protocol: entry.family == "IPv6" ? .icmpv6 : .icmp)
      })
  }

  private func l7(_ document: L7Document) -> L7Rules? {
    if let rules = document.http, !rules.isEmpty { return .http(rules.map(http)) }
    if let rules = document.kafka, !rules.isEmpty { return .kafka(rules.map(\.rule)) }
    if !document.parser.isEmpty {
      return .proxylib(parser: document.parser, rules: (document.generic ?? []).map(\.pairs))
    }
    if let rules = document.dns, !rules.isEmpty {
      return .dns(rules.map { DNSRule(matchName: $0.matchName, matchPattern: $0.matchPattern) })
    }
    return nil
  }

  private func http(_ document: L7Document.HTTP) -> HTTPRule {
    var rule = HTTPRule()
    rule.path = document.path
    rule.method = document.method
    rule.host = document.host
    rule.headers = document.headers.map(\.content)
    rule.headerMatches = document.headerMatches.map { match in
      HTTPRule.HeaderMatch(
        mismatch: HTTPRule.HeaderMatch.Mismatch(rawValue: match.mismatch), name: match.name, secret: match.secret,
        value: match.value)
    }
    return rule
  }
}
