/// Why the policy of one end of a connection says what it says.
public struct Explanation: Sendable, Equatable {
  /// What the verdict rests on.
  public enum Basis: String, Sendable {
    /// A rule allows it.
    case rule
    case denyRule = "deny_rule"
    /// No rule allows it.
    case defaultDeny = "default_deny"
    /// The direction is not enforced at all.
    case notEnforced = "not_enforced"
    /// Rules select the endpoint, but none of them asks for default deny.
    case noDefaultDeny = "no_default_deny"
    /// Cilium lets the local host in.
    case localHost = "allow_localhost"
    /// The endpoint's policies cannot be merged.
    case uncomputable
  }

  public var basis: Basis
  /// The basis as a sentence.
  public var reason: String
  /// The rules that decided.
  public var rules: [RulePart] = []
  /// Of a deny: the allow rules that would have let the connection pass.
  public var overrides: [RulePart] = []
  /// The rules that put the endpoint under default deny.
  public var defaultDenyBy: [RulePart] = []
  /// The allow rules that came nearest, best first.
  public var nearest: [NearRule] = []
  /// Of a redirect: what the proxy will check.
  public var proxy: ProxyDemand?
  /// Of a redirect: why what the connection carries passes or not, where that was asked.
  public var layer7: L7Explanation?
  public var authentication: AuthenticationDemand?
  /// What the input lacks to be sure of the verdict.
  public var undecidable: [String] = []
  /// Bugs of the reference without which the verdict would be another.
  public var referenceBugs: [ReferenceBug] = []

  public init(basis: Basis, reason: String) {
    self.basis = basis
    self.reason = reason
  }
}

/// An allow rule that selects the endpoint and does not allow the connection.
public struct NearRule: Sendable, Equatable {
  public var part: RulePart
  public var mismatches: [Mismatch]
}

/// The authentication that a connection needs.
public struct AuthenticationDemand: Sendable, Equatable {
  /// `spire` or `test-always-fail`.
  public var mode: String
  /// The deciding entry inherited the mode from other rules.
  public var isDerived: Bool
  /// The rules that name the mode.
  public var rules: [RulePart]
}
