import Cluster
import Compiler
import Policy
import Rules
import Tables

/// What a verdict rests on, in the order in which Cilium decides.
struct Verdict {
  let scene: Scene
  let answer: Answer

  private var name: String { scene.endpoint.name }
  private var direction: Direction { scene.question.direction }

  var explanation: Explanation {
    guard scene.policy.isEnforced(direction) else {
      return Explanation(basis: .notEnforced, reason: notEnforced)
    }
    guard let entry = answer.entry else { return defaultDeny }
    let own = ownAllowance(entry)
    var explanation = entry.isDeny ? denial(entry) : own ?? allowance(entry)
    if answer.redirect > 0 {
      explanation.proxy = ProxyDemand(scene, redirect: answer.redirect)
      explanation.layer7 = L7Explanation(scene, answer.layer7)
    }
    if answer.authentication != .none {
      explanation.authentication = AuthenticationDemand(scene, answer.authentication, entry)
    }
    return explanation
  }

  // MARK: Nothing is asked

  private var notEnforced: String {
    let settings = scene.settings
    if scene.endpoint.identity == ReservedIdentity.host, !settings.hostFirewall {
      return "The host firewall is off, so no policy is enforced at \(name)."
    }
    if settings.enforcement == .never { return "Policy enforcement is switched off (enable-policy: never)." }
    return "No rule selects \(name) for \(direction), so everything is allowed."
  }

  // MARK: Allowed

  /// The decision of one of Cilium's own entries; nil when a rule shares in it.
  private func ownAllowance(_ entry: PolicyMapEntry) -> Explanation? {
    let rules = scene.tables.provenance.rules(of: entry.rules)
    guard let own = rules.first, rules.allSatisfy({ $0.kind == "reserved" }) else { return nil }
    var explanation: Explanation
    if own.name == "allow-localhost-ingress" {
      explanation = Explanation(
        basis: .localHost, reason: "Cilium lets the local host reach every endpoint of its node (allow-localhost).")
    } else {
      explanation = Explanation(
        basis: .noDefaultDeny,
        reason: "Rules select \(name) for \(direction), but none asks for default deny (enableDefaultDeny: false).")
    }
    explanation.rules = scene.parts(of: entry.rules)
    return explanation
  }

  private func allowance(_ entry: PolicyMapEntry) -> Explanation {
    var explanation = Explanation(basis: .rule, reason: "A rule allows it.")
    explanation.rules = scene.parts(of: entry.rules)
    // The unrestricted peer that Cilium adds for the host beside L7 rules comes from no rule.
    if explanation.rules.isEmpty { explanation.reason = "Cilium lets the local host pass beside the L7 rules." }
    if explanation.rules.count > 1 { explanation.reason = "Rules allow it." }
    return explanation
  }

  // MARK: Denied

  private func denial(_ entry: PolicyMapEntry) -> Explanation {
    var explanation = Explanation(basis: .denyRule, reason: "A rule denies it.")
    // Allow rules that were merged with the deny stand in the same list.
    let list = Set(scene.tables.provenance.lists[Int(entry.rules)])
    explanation.rules = scene.entries.filter { $0.entry.isDeny && list.contains($0.rule) }.map(scene.part).uniqued()
    let allowing = scene.entries.filter { !$0.entry.isDeny && scene.isMatched(by: $0) }
    explanation.overrides = allowing.map(scene.part).uniqued()
    let deniers = explanation.rules.map(\.policy).uniqued().joined(separator: ", ")
    explanation.nearest = explanation.overrides.prefix(NearestRules.limit).map {
      NearRule(part: $0, mismatches: [Mismatch(.deny, "would allow it, but \(deniers) denies it, and a deny wins")])
    }
    return explanation
  }

  private var defaultDeny: Explanation {
    var explanation = Explanation(basis: .defaultDeny, reason: "")
    let deniers = scene.entries.filter(\.entry.defaultDeny)
    explanation.defaultDenyBy = deniers.map { RulePart($0.entry) }.uniqued()
    let cause: String
    if scene.settings.enforcement == .always {
      cause = "enable-policy: always denies by default"
    } else if scene.isInitialising {
      cause = "\(name) is reserved:init, which is denied by default"
    } else {
      let one = explanation.defaultDenyBy.count == 1
      cause =
        "\(name) is under default deny for \(direction) because \(one ? "this rule selects" : "these rules select") it"
    }
    explanation.reason = "No rule allows it, and \(cause)."
    explanation.nearest = NearestRules(scene).rules
    return explanation
  }
}

extension Scene {
  /// Whether the asked endpoint is one that has no labels yet.
  var isInitialising: Bool { endpoint.identity == ReservedIdentity.initializing }
}
