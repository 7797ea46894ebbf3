import Cluster

/// Why a proxy lets something pass or not.
public struct L7Explanation: Sendable, Equatable {
  public var answer: L7Answer
  /// A sentence.
  public var reason: String
  /// The rules that let it pass, or the deny rules that did not, with the path of the L7 rule.
  public var rules: [RulePart] = []
  /// The L7 rules for this peer that came nearest, best first.
  public var nearest: [NearRule] = []
}

extension L7Explanation {
  /// nil where nothing was asked, or no proxy reads it.
  init?(_ scene: Scene, _ answer: L7Answer?) {
    guard let answer, let question = scene.question.layer7 else { return nil }
    self.init(answer: answer, reason: "")
    if let place = answer.place { rules = L7Parts(scene).parts(of: place) }
    switch answer.verdict {
    case .undecided(let text):
      reason = text
    case .forwarded:
      let text = question.text
      reason =
        rules.isEmpty ? "No rule restricts what passes here, so \(text) passes." : "\(text.capitalizedFirst) passes by"
      if rules.isEmpty { break }
      reason += rules.count == 1 ? " this rule." : " these rules."
    case .dropped(let refusal):
      reason = refusal.text(question, scene.settings, byDeny: answer.place != nil)
      guard answer.place == nil else { break }
      nearest = L7NearestRules(scene, question, refusal).rules
    }
  }
}

extension L7Question {
  /// `GET /path`, `the query for example.org`
  fileprivate var text: String {
    if let queryName { return "the query for \(queryName)" }
    if let request { return request.text }
    return serverName.map { "TLS to server name \($0)" } ?? ""
  }
}

extension L7Answer.Refusal {
  fileprivate func text(_ question: L7Question, _ settings: Settings, byDeny: Bool) -> String {
    switch self {
    case .connection where byDeny: return "Envoy resets the connection, for a rule denies the peer."
    case .connection:
      guard let name = question.serverName else {
        return "Envoy resets the connection: rules ask for a TLS server name, and it carries none."
      }
      return "Envoy resets the connection: no rule for this peer allows the server name \(name)."
    case .request where byDeny: return "Envoy answers \(question.text) with 403, for a rule denies the peer."
    case .request: return "Envoy answers \(question.text) with 403: no HTTP rule for this peer allows it."
    case .query:
      let code = settings.dnsRejectResponse == "nameError" ? "NXDOMAIN" : "REFUSED"
      return "The DNS proxy answers \(question.text) with \(code): no DNS rule for this server allows it."
    case .otherPath(let path):
      return
        "Envoy sends the client to \(path) instead: a path with escaped slashes is not judged, and not forwarded."
    case .notARequest: return "Envoy answers with 400: it takes this for no request."
    case .encrypted:
      return "Envoy is to read HTTP here, and no rule terminates TLS, so it can make nothing of the connection."
    }
  }
}

extension String {
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
