import Dataplane
import Explanation
import Rules
import Tables

/// The reasons of one hop, for people.
struct HopText {
  let tables: Tables
  let style: TextStyle
  let authenticationSucceeds: Bool
  /// Rules that are listed at most of one kind.
  private static let listed = 8

  func lines(_ hop: TraceHop, _ explanation: Explanation) -> [String] {
    var reason = explanation.reason
    if !(explanation.rules + explanation.defaultDenyBy).isEmpty { reason = reason.dropLast() + ":" }
    var lines = style.wrap(reason, first: "  ") + list(explanation.rules) + list(explanation.defaultDenyBy)
    if let entry = hop.entry, explanation.basis != .notEnforced {
      let deny = entry.isDeny ? ", deny" : ""
      lines.append("  Entry: \(peer(entry.key.identity)), \(entry.key.portText)\(deny)")
    }
    if explanation.basis == .denyRule { lines += overrides(explanation) }
    if explanation.basis == .defaultDeny { lines += nearest(explanation.nearest) }
    if let layer7 = explanation.layer7 { lines += self.layer7(layer7) }
    if let proxy = explanation.proxy, explanation.layer7.map(\.answer.isUndecided) ?? true {
      lines += self.proxy(proxy)
    }
    if let authentication = explanation.authentication { lines += self.authentication(authentication) }
    for bug in explanation.referenceBugs {
      let text = "Bug \(bug.rawValue) decides: \(bug.text). Without it (--compat strict) the verdict would be another."
      lines += style.wrap(text, first: "  ").map { style.paint($0, .yellow) }
    }
    return lines
  }

  // MARK: Rules

  private func list(_ parts: [RulePart], indent: String = "    ") -> [String] {
    let shown = parts.prefix(Self.listed)
    let placeWidth = shown.map { $0.place.count }.max() ?? 0
    let nameWidth = shown.map(\.policy.count).max() ?? 0
    var lines = shown.map { part in
      let place = style.paint(part.place.padded(to: placeWidth), .dim)
      let path = part.path.isEmpty ? "" : "  \(part.path)"
      let name = path.isEmpty ? part.policy : part.policy.padded(to: nameWidth)
      return part.file.isEmpty ? "\(indent)Cilium's own \(part.policy)" : "\(indent)\(place)  \(name)\(path)"
    }
    if parts.count > shown.count { lines.append("\(indent)and \(parts.count - shown.count) more") }
    return lines
  }

  private func overrides(_ explanation: Explanation) -> [String] {
    guard !explanation.overrides.isEmpty else { return ["  No other rule would allow it."] }
    return ["  A deny wins over every allow, here over:"] + list(explanation.overrides)
  }

  private func nearest(_ rules: [NearRule]) -> [String] {
    guard !rules.isEmpty else { return ["  No rule that selects it allows anything."] }
    return list(nearest: rules)
  }

  private func list(nearest rules: [NearRule]) -> [String] {
    guard !rules.isEmpty else { return [] }
    var lines = [rules.count == 1 ? "  Nearest rule:" : "  Nearest rules, best first:"]
    let kindWidth = rules.flatMap(\.mismatches).map(\.kind.rawValue.count).max() ?? 0
    for rule in rules {
      lines += list([rule.part])
      for mismatch in rule.mismatches {
        lines += style.wrap(mismatch.message, first: "      \(mismatch.kind.rawValue.padded(to: kindWidth))  ")
      }
    }
    return lines
  }

  // MARK: Demands

  private func layer7(_ layer7: L7Explanation) -> [String] {
    let hasRules = !layer7.rules.isEmpty
    let reason = hasRules ? layer7.reason.dropLast() + ":" : layer7.reason
    return style.wrap(reason, first: "  ") + list(layer7.rules) + list(nearest: layer7.nearest)
  }

  private func proxy(_ proxy: ProxyDemand) -> [String] {
    if proxy.proxy.hasPrefix("listener:") {
      return style.wrap("The Envoy \(proxy.proxy) takes the connection and decides.", first: "  ")
    }
    var lines: [String] = []
    if proxy.isUnrestricted {
      lines = style.wrap(
        "The \(proxy.proxy) proxy sees it, but lets everything pass, for these allow it unchecked:", first: "  ")
      if proxy.liftedBy.isEmpty {
        lines = style.wrap("The \(proxy.proxy) proxy sees it, but lets everything of this peer pass.", first: "  ")
      }
      return lines + list(proxy.liftedBy)
    }
    lines = style.wrap("Layer 7 decides: the \(proxy.proxy) proxy lets pass only", first: "  ")
    lines += proxy.checks.prefix(Self.listed).flatMap { style.wrap($0, first: "    - ") }
    if proxy.checks.count > Self.listed { lines.append("    and \(proxy.checks.count - Self.listed) more") }
    if proxy.checks.isEmpty { lines.append("    nothing: no rule for this peer has a check that could succeed") }
    return lines
  }

  private func authentication(_ demand: AuthenticationDemand) -> [String] {
    let derived = demand.isDerived ? ", inherited from" : ", demanded by"
    let assumed = authenticationSucceeds ? "assumed to succeed" : "assumed to fail"
    let head = "  Authentication \(demand.mode) (\(assumed))\(demand.rules.isEmpty ? "" : derived + ":")"
    return [head] + list(demand.rules)
  }

  private func peer(_ identity: UInt32) -> String {
    identity > 0 ? "peer identity \(identity)" : "any peer"
  }
}

extension RulePart {
  /// `FILE:LINE`
  var place: String { "\(file):\(line)" }
}
