import Rules

/// Ports and L7 rules that match something else than they seem to.
struct PortReview {
  var compatibility: Compatibility

  func review(_ rule: PortRuleDocument, _ element: RuleElement, _ list: inout WarningList) {
    if rule.ports.isEmpty {
      list.add(.noPorts, rule.field, "without ports this matches no port at all")
    }
    for port in rule.ports { review(port, &list) }
    for name in rule.serverNames where name.content.hasSuffix(".") {
      list.add(.serverNameNeverMatches, name.field, "server names have no trailing dot: this never matches")
    }
    if let name = rule.serverNames.first {
      for port in rule.ports where !["TCP", "ANY", ""].contains(port.protocol.uppercased()) {
        list.add(.serverNamesNotTCP, name.field, "server names work on TCP only, not on \(port.protocol)")
        break
      }
    }
    guard let rules = rule.rules else { return }
    if rules.isEmpty, rules.parser.isEmpty {
      list.add(
        .emptyL7Rules, rules.field, "empty rules are no restriction: every request passes",
        hint: "to refuse everything leave the port out")
    }
    for http in rules.http ?? [] { HTTPReview().review(http, &list) }
    for name in rules.dns ?? [] { NameReview(compatibility: compatibility).review(name, &list) }
  }

  private func review(_ port: PortRuleDocument.Port, _ list: inout WarningList) {
    let field = port.field["port"] ?? port.field
    if ServiceName.isValid(port.port) {
      let text = port.port.lowercased()
      if let first = text.utf8.first, first.isDigit, ["x", "b", "o"].contains(text.dropFirst().prefix(1)) {
        list.add(.portNameLooksNumeric, field, "\"\(port.port)\" has a letter in it and is therefore a port name")
      }
      return
    }
    guard case .number(let number) = PortNumber(parsing: port.port) else { return }
    if port.port.utf8.count > 1, port.port.hasPrefix("0"), port.port.utf8.allSatisfy({ $0.isDigit || $0 == 0x5f }) {
      list.add(.octalPort, field, "a leading zero makes it octal: this is port \(number)")
    }
    let isWide = port.endPort > Int32(number)
    if number == 0, !isWide, ["", "ANY"].contains(port.protocol.uppercased()) {
      list.add(
        .portZero, field, "port 0 means every TCP, UDP and SCTP port, but neither ICMP nor other protocols",
        hint: "leave toPorts out to mean everything")
    }
    if port.endPort != 0, port.endPort < Int32(number) {
      list.add(
        .endPortIgnored, port.field["endPort"] ?? port.field,
        "endPort \(port.endPort) is below port \(number): only port \(number) is meant")
    }
  }
}
