import Compiler
import Policy
import Proxy
import Rules
import Tables

/// The L7 rules for the asked peer that miss what the connection carries by the least.
struct L7NearestRules {
  /// Best first.
  private(set) var rules: [NearRule] = []

  init(_ scene: Scene, _ question: L7Question, _ refusal: L7Answer.Refusal) {
    let redirect = refusal.isOfDNS ? Redirect.dns : .http
    for filter in scene.policy.filters where ProxyDemand.applies(filter, redirect, scene) {
      for peer in filter.peers
      where !peer.isDeny && (peer.isWildcard || peer.identities.contains(scene.question.peer.identity)) {
        add(peer, scene, question, refusal)
      }
    }
    // Sorting is stable: rules that miss by as much stay in the order of the policies.
    rules.sort { $0.mismatches.count < $1.mismatches.count }
    rules = Array(rules.prefix(NearestRules.limit))
  }

  private mutating func add(
    _ peer: FilterPeer, _ scene: Scene, _ question: L7Question, _ refusal: L7Answer.Refusal
  ) {
    let parts = L7Parts(scene)
    switch (refusal, peer.l7) {
    case (.connection, _) where !peer.serverNames.isEmpty:
      let names = peer.serverNames.joined(separator: " or ")
      let asked = question.serverName.map { "asked \($0)" } ?? "none asked (--sni)"
      add(parts.serverNameParts(of: peer), [Mismatch(.serverName, "needs server name \(names), \(asked)")])
    case (.query, .dns(let names)?):
      for (number, name) in names.enumerated() {
        let needed = name.matchName.isEmpty ? "a name like \(name.matchPattern)" : name.matchName
        add(
          parts.parts(of: peer, rule: number),
          [Mismatch(.query, "allows \(needed), asked \(question.queryName ?? "")")])
      }
    case (.request, .http(let requests)?):
      guard let request = question.request else { return }
      for (number, rule) in requests.enumerated() {
        let judge = L7Judge(scene.compilation.input)
        let mismatches = judge.mismatches(of: request, rule, in: scene.endpoint.namespace)
        if !mismatches.isEmpty { add(parts.parts(of: peer, rule: number), mismatches) }
      }
    default: break
    }
  }

  private mutating func add(_ parts: [RulePart], _ mismatches: [Mismatch]) {
    for part in parts where !rules.contains(where: { $0.part == part }) {
      rules.append(NearRule(part: part, mismatches: mismatches))
    }
  }
}

extension L7Judge {
  /// What of a rule a request does not meet: each demand asked for itself.
  fileprivate func mismatches(
    of request: L7Question.Request, _ rule: HTTPRule, in namespace: String
  ) -> [Mismatch] {
    var mismatches: [Mismatch] = []
    func check(_ kind: Mismatch.Kind, _ message: String, _ set: (inout HTTPRule) -> Void) {
      var single = HTTPRule()
      set(&single)
      if !allows(request, single, in: namespace) { mismatches.append(Mismatch(kind, message)) }
    }
    if !rule.method.isEmpty {
      check(.method, "allows \(rule.method), asked \(request.method)") { $0.method = rule.method }
    }
    if !rule.path.isEmpty {
      check(.path, "allows \(rule.path), asked \(request.path)") { $0.path = rule.path }
    }
    if !rule.host.isEmpty {
      check(.host, "allows \(rule.host), asked \(request.host ?? "none (--host)")") { $0.host = rule.host }
    }
    for header in rule.headers {
      check(.header, "needs \(header)") { $0.headers = [header] }
    }
    for match in rule.headerMatches where match.mismatch == nil {
      let value =
        match.secret.map { " = the secret \($0.namespace)/\($0.name)" }
        ?? (match.value.isEmpty ? "" : " = \(match.value)")
      check(.header, "needs \(match.name)\(value)") { $0.headerMatches = [match] }
    }
    return mismatches
  }
}
