import Dataplane
import Rules
import Tables

/// A traced connection for people: who talks to whom, what each hop says, and why.
struct TraceText {
  let tables: Tables
  let authenticationSucceeds: Bool

  func text(_ result: TraceResult) -> String {
    let outcome = TraceOutcome(result, authenticationSucceeds: authenticationSucceeds)
    var lines = [
      "\(outcome.rawValue)  \(result.source.probe.text) → \(result.destination.probe.text) \(result.probe.protocolText)",
      "",
      "  from  " + describe(result.source),
      "  to    " + describe(result.destination),
      "",
    ]
    lines += self.lines(of: result.egress, "egress", at: result.source)
    lines += self.lines(of: result.ingress, "ingress", at: result.destination)
    return lines.joined(separator: "\n") + "\n"
  }

  private func describe(_ end: TraceEnd) -> String {
    let labels = tables.identity(end.identity)?.summary ?? ""
    let name = end.endpoint.map { tables.endpoints[$0].name } ?? end.probe.text
    return "\(name)  identity \(end.identity)  \(labels)"
  }

  private func lines(of hop: TraceHop?, _ name: String, at end: TraceEnd) -> [String] {
    guard let hop else { return ["  \(name): no local endpoint at \(end.probe.text), so no policy"] }
    let outcome = TraceOutcome(hop, authenticationSucceeds: authenticationSucceeds)
    var head = "  \(name) at \(tables.endpoints[hop.endpoint].name): \(outcome.rawValue)"
    if outcome == .dropped { head += " (\(hop.dropReason))" }
    return [head] + reasons(for: hop, outcome).map { "    " + $0 }
  }

  private func reasons(for hop: TraceHop, _ outcome: TraceOutcome) -> [String] {
    if let error = hop.error { return ["its policies cannot be merged: \(error)"] }
    guard let entry = hop.entry else { return defaultDeny(hop) }
    let rules = tables.provenance.rules(of: entry.rules)
    guard isEnforced(hop) else { return ["no policy selects the endpoint for \(hop.direction): everything is allowed"] }
    var lines = ["entry: \(peer(entry.key.identity)), \(entry.key.portText)\(entry.isDeny ? ", deny" : "")"]
    if hop.verdict.redirect > 0 {
      lines.append("the proxy decides: \(tables.redirects[Int(hop.verdict.redirect) - 1].name)")
    }
    if hop.verdict.authentication != .none {
      let assumed = authenticationSucceeds ? "assumed to succeed" : "assumed to fail"
      lines.append("authentication \(hop.verdict.authentication.name) is demanded, \(assumed)")
    }
    return lines + rules.map { "by \(describe($0))" }
  }

  private func defaultDeny(_ hop: TraceHop) -> [String] {
    let policy = tables.endpoints[hop.endpoint].policy.map { tables.policies[$0] }
    let rules = tables.provenance.rules(of: policy?.rules(hop.direction) ?? 0)
    guard !rules.isEmpty else { return ["no rule allows it, and the enforcement mode denies by default"] }
    return ["no rule allows it; default deny because these select the endpoint:"] + rules.map(describe)
  }

  private func isEnforced(_ hop: TraceHop) -> Bool {
    tables.endpoints[hop.endpoint].policy.map { tables.policies[$0].isEnforced(hop.direction) } ?? false
  }

  private func peer(_ identity: UInt32) -> String {
    guard identity > 0 else { return "any peer" }
    return "peer \(identity) (\(tables.identity(identity)?.summary ?? "unknown"))"
  }

  private func describe(_ rule: Provenance.Rule) -> String {
    guard !rule.file.isEmpty else { return "Cilium's own \(rule.name)" }
    return "\(rule.place) \(rule.path)"
  }
}
