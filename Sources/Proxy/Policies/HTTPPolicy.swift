import Layer7

/// The HTTP rules of everything that applies to one peer, as one set.
struct HTTPPolicy: Sendable {
  /// Some rule allows the peer whatever it asks.
  let allowsEverything: Bool
  private let rules: HTTPRuleSet?

  /// - Parameter rules: of everything that applies; nil, and nothing matches, when one of them cannot be compiled, which
  ///   is refused with its policy.
  init(_ rules: HTTPRuleSet?, allowsEverything: Bool) {
    self.rules = rules
    self.allowsEverything = allowsEverything
  }

  func decide(_ request: borrowing HTTPRequestView) -> HTTPDecision {
    let decision = rules?.decide(request) ?? .denied
    // What Envoy does before policy, it does to everybody.
    if allowsEverything, decision == .denied { return .allowed(rule: nil, effects: []) }
    return decision
  }
}
