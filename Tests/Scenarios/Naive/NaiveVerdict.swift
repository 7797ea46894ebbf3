/// What a policy says of one connection.
struct NaiveVerdict: Equatable {
  enum Outcome { case allowed, refusedByRule, notAdmitted }

  var outcome: Outcome
  /// Class of the proxy; empty without one.
  var redirect = ""
  /// 1: required, 2: test-always-fail.
  var authentication: UInt8 = 0
}

/// A rule that speaks of a connection, as far as precedence looks at it.
struct NaiveClaim {
  var isDeny = false
  /// Any peer is meant, not this one in particular.
  var isForAnyone = false
  /// 0: all protocols; 8: all ports of the protocol; up to 24: this port alone.
  var specificity = 0
  var redirect = ""
  var priority = 0
  /// nil: the rule names no mode.
  var authentication: UInt8?
  /// Of the filter that the claim comes from; nil without ports.
  var key: NaiveDemand.Key?
}

extension NaiveVerdict {
  /// `cilium-policy.md` §5.4 to §6: a deny wins; then the higher proxy priority; then the more specific port; then the
  /// claim on this very peer.
  init(of claims: [NaiveClaim]) {
    guard !claims.contains(where: \.isDeny) else {
      self.init(outcome: .refusedByRule)
      return
    }
    let specific = Self.standing(claims.filter { !$0.isForAnyone })
    let general = Self.standing(claims.filter(\.isForAnyone))
    guard let first = specific ?? general else {
      self.init(outcome: .notAdmitted)
      return
    }
    var chosen = first
    var other = specific == nil ? nil : general
    if let general = other, let specific,
      (general.priority, general.specificity) > (specific.priority, specific.specificity)
    {
      (chosen, other) = (general, specific)
    }
    self.init(outcome: .allowed, redirect: chosen.redirect, authentication: chosen.authentication)
    if !chosen.isExplicit, let other { authentication = max(authentication, other.authentication) }
  }

  private struct Standing {
    var specificity: Int
    var redirect: String
    var priority: Int
    var authentication: UInt8
    var isExplicit: Bool
  }

  /// What remains of the claims on one peer: from the broadest to the narrowest, each takes over the redirect of higher
  /// priority above it or goes, and takes the nearest named mode unless it names one itself (§5.5).
  private static func standing(_ claims: [NaiveClaim]) -> Standing? {
    var standing: [Standing] = []
    for specificity in Set(claims.map(\.specificity)).sorted() {
      let equals = claims.filter { $0.specificity == specificity }
      let modes = equals.compactMap(\.authentication)
      guard let top = equals.max(by: { $0.priority < $1.priority }) else { continue }
      var own = Standing(
        specificity: specificity, redirect: top.redirect, priority: top.priority, authentication: modes.max() ?? 0,
        isExplicit: !modes.isEmpty)
      if let above = standing.last(where: { $0.priority > own.priority }) {
        guard own.isExplicit else { continue }
        (own.redirect, own.priority) = (above.redirect, above.priority)
      } else if !own.isExplicit, let above = standing.last(where: \.isExplicit) {
        own.authentication = above.authentication
      }
      standing.append(own)
    }
    return standing.last
  }
}
