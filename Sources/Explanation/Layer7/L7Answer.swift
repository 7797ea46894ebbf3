public import Proxy

/// What the proxy of a redirected hop makes of what the connection carries.
public struct L7Answer: Sendable, Equatable {
  public enum Verdict: Sendable, Equatable {
    case forwarded
    case dropped(Refusal)
    /// Whoever decides is not known to Weir, or too little was said; with what is missing as a sentence.
    case undecided(String)
  }

  public enum Refusal: Sendable, Equatable {
    /// TCP reset: no rule for the peer, or none with this server name.
    case connection
    /// 403
    case request
    /// REFUSED, or what `tofqdns-dns-reject-response-code` says.
    case query
    /// The path has escaped slashes: Envoy sends the client to another one.
    case otherPath(String)
    /// 400: not what Envoy takes for a request.
    case notARequest
    /// TLS that nobody terminates, where requests are to be read.
    case encrypted
  }

  public var verdict: Verdict
  /// The rule that let it pass, or the deny rule that did not.
  public var place: RulePlace?

  init(_ verdict: Verdict, by place: RulePlace? = nil) {
    self.verdict = verdict
    self.place = place
  }

  public var isDropped: Bool {
    if case .dropped = verdict { true } else { false }
  }

  public var isUndecided: Bool {
    if case .undecided = verdict { true } else { false }
  }
}

extension L7Answer.Refusal {
  /// Whose rules were not met: the DNS proxy's, or else Envoy's.
  var isOfDNS: Bool { self == .query }
}
