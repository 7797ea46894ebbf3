public import Layer7
public import Rules
public import Tables

/// What Envoy applies of an endpoint's policy to the connections of one TCP port (`cilium-policy.md` §7.1): the filters
/// that hold the port, and those for every port, whether or not they ask for a proxy themselves.
public struct EnvoyRules: Sendable {
  /// What becomes of a connection before any request is read.
  public enum ConnectionDecision: Sendable, Hashable {
    /// By the rule there; nil: the direction is not enforced.
    case allowed(RulePlace?)
    /// The connection is reset; by a deny rule where there is a place.
    case refused(RulePlace?)
  }

  /// What becomes of an HTTP request on a connection that was allowed.
  public enum HTTPRequestDecision: Sendable, Hashable {
    /// By the rule there; nil: nothing asks for HTTP. `effects` are those of all rules that match.
    case allowed(RulePlace?, effects: [HTTPDecision.Effect])
    /// 403; by a deny rule where there is a place.
    case denied(RulePlace?)
    /// The path has escaped slashes: the client is sent to the unescaped path, and not judged.
    case redirected(path: String)
    /// 400: Envoy reads no request in it.
    case refused
  }

  public enum KafkaRequestDecision: Sendable, Hashable {
    /// By the rule there; nil: nothing asks for Kafka.
    case allowed(RulePlace?)
    case denied
  }

  private let isEnforced: Bool
  /// Filters without a port, and those that hold it: Envoy looks them up apart.
  private var everyPort: EnvoyRuleList
  private var port: EnvoyRuleList
  /// Judges paths where no rule does.
  private let paths: HTTPRuleSet

  /// - Parameters:
  ///   - normalizesPath: the option `http-normalize-path`.
  ///   - secret: the text of a secret of `headerMatches`, nil when it cannot be had.
  /// - Throws: for an HTTP rule with a pattern that RE2 does not take.
  public init(
    _ policy: EndpointPolicy, _ direction: Direction, _ protocol: L4Protocol = .tcp, port number: UInt16,
    normalizesPath: Bool = true, secret: (SecretReference) -> String? = { _ in nil }
  ) throws(L7RuleError) {
    isEnforced = policy.isEnforced(direction)
    everyPort = EnvoyRuleList()
    port = EnvoyRuleList()
    paths = try HTTPRuleSet([], normalizesPath: normalizesPath)
    for (index, filter) in policy.filters.enumerated() where filter.direction == direction {
      if filter.isEveryPort {
        guard filter.protocol == `protocol` || filter.protocol == .any else { continue }
        try everyPort.add(filter, at: index, normalizesPath: normalizesPath, secret: secret)
      } else if filter.protocol == `protocol`, filter.holds(number) {
        try port.add(filter, at: index, normalizesPath: normalizesPath, secret: secret)
      }
    }
  }

  private var lists: [EnvoyRuleList] { [everyPort, port] }

  private var hasHTTPRules: Bool { everyPort.hasHTTPRules || port.hasHTTPRules }

  /// Whether a rule for the remote asks for HTTP, so that its connections come to a listener that reads requests.
  public func readsHTTP(from remote: UInt32) -> Bool {
    parsers(for: remote).contains("http")
  }

  /// The parsers that rules for the remote ask for: `http`, `tls`, `kafka` or another `l7proto`.
  func parsers(for remote: UInt32) -> Set<String> {
    everyPort.parsers(for: remote).union(port.parsers(for: remote))
  }

  /// Whether the remote's connections are refused unless they ask for one of the servers that the rules name.
  func asksForServerName(of remote: UInt32) -> Bool {
    guard case .refused(nil) = decide(connectionFrom: remote, serverName: nil) else { return false }
    return lists.contains { $0.asksForServerName(of: remote) }
  }

  /// Whether TLS with a remote is terminated, so that requests inside it are read.
  public func terminatesTLS(with remote: UInt32) -> Bool {
    everyPort.terminatesTLS(with: remote) || port.terminatesTLS(with: remote)
  }

  /// - Parameters:
  ///   - remote: the identity of the other end.
  ///   - serverName: that of the ClientHello; nil without TLS, and for a hello without one.
  ///   - listener: of a CiliumEnvoyConfig; empty for Cilium's own.
  public func decide(
    connectionFrom remote: UInt32, serverName: String?, listener: String = ""
  ) -> ConnectionDecision {
    guard isEnforced else { return .allowed(nil) }
    for list in lists { if let deny = list.denial(of: remote, listener) { return .refused(deny) } }
    for list in lists {
      if let allowance = list.allowance(of: remote, serverName: serverName, listener) { return .allowed(allowance) }
    }
    return .refused(nil)
  }

  public func decide(
    _ request: borrowing HTTPRequestView, from remote: UInt32, listener: String = ""
  ) -> HTTPRequestDecision {
    switch paths.decide(request) {
    case .redirected(let path): return .redirected(path: path)
    case .refused: return .refused
    case .allowed, .denied: break
    }
    guard isEnforced, hasHTTPRules else { return .allowed(nil, effects: []) }
    for list in lists { if let deny = list.denial(of: remote, listener) { return .denied(deny) } }
    var first: RulePlace?
    var effects: [HTTPDecision.Effect] = []
    for list in lists {
      guard let allowance = list.allowance(of: request, from: remote, listener) else { continue }
      first = first ?? allowance.place
      effects += allowance.effects
      guard everyPort.hasEffects || port.hasEffects else { break }
    }
    return first.map { .allowed($0, effects: effects) } ?? .denied(nil)
  }

  public func decide(
    _ request: KafkaRequest, in bytes: RawSpan, from remote: UInt32, listener: String = ""
  ) -> KafkaRequestDecision {
    guard isEnforced, everyPort.hasKafkaRules || port.hasKafkaRules else { return .allowed(nil) }
    for list in lists { if list.denial(of: remote, listener) != nil { return .denied } }
    for list in lists {
      if let place = list.allowance(of: request, in: bytes, from: remote, listener) { return .allowed(place) }
    }
    return .denied
  }

  // MARK: Identities that come and go

  /// Takes up an identity that these selectors (`FilterPeer.selector`) select.
  public mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    everyPort.insert(identity, selectedBy: selectors)
    port.insert(identity, selectedBy: selectors)
  }

  public mutating func remove(_ identity: UInt32) {
    everyPort.remove(identity)
    port.remove(identity)
  }
}

extension L4Filter {
  /// Whether a port is one of those that a filter names.
  func holds(_ number: UInt16) -> Bool {
    guard !isEveryPort, let firstPort else { return false }
    return number == firstPort || (number > firstPort && number <= endPort)
  }
}
