internal import Layer7
internal import Rules
internal import Tables

/// The rules of filters that Envoy looks up together.
struct EnvoyRuleList: Sendable {
  private struct Rule: Sendable {
    let place: RulePlace
    var remotes: RemotePeers
    let isDeny: Bool
    /// Empty: holds at every listener.
    let listener: String
    let serverNames: [ServerNameMatcher]
    let http: HTTPRuleSet?
    let kafka: KafkaRuleSet?
    let terminatesTLS: Bool

    func applies(to remote: UInt32, _ listener: String) -> Bool {
      (self.listener.isEmpty || self.listener == listener) && remotes.contains(remote)
    }
  }

  /// What a peer's connections are redirected to, whether or not its rules reach Envoy.
  private struct Parser: Sendable {
    let name: String
    var remotes: RemotePeers
  }

  private var rules: [Rule] = []
  private var parsers: [Parser] = []
  /// A peer that lets everybody pass: its filter is sent without any rule, so it counts only while no other filter adds
  /// one (`cilium-policy.md` §7.1).
  private var openPeer: RulePlace?
  private(set) var hasHTTPRules = false
  private(set) var hasKafkaRules = false
  /// Some rule changes headers or logs, so all rules that match are run.
  private(set) var hasEffects = false

  mutating func add(
    _ filter: L4Filter, at index: Int, normalizesPath: Bool, secret: (SecretReference) -> String?
  ) throws(L7RuleError) {
    for peer in filter.peers where !peer.isDeny && !peer.parser.isEmpty {
      parsers.append(Parser(name: peer.parser, remotes: RemotePeers(peer)))
    }
    if let open = filter.openPeer {
      openPeer = openPeer ?? RulePlace(filter: index, peer: open)
      return
    }
    for (number, peer) in filter.peers.enumerated() {
      var http: HTTPRuleSet?
      var kafka: KafkaRuleSet?
      if !peer.isDeny {
        switch peer.l7 {
        case .http(let rules): http = try HTTPRuleSet(rules, normalizesPath: normalizesPath, secret: secret)
        case .kafka(let rules): kafka = KafkaRuleSet(rules)
        case .dns, .proxylib, nil: break
        }
      }
      hasHTTPRules = hasHTTPRules || http != nil
      hasKafkaRules = hasKafkaRules || kafka != nil
      hasEffects = hasEffects || peer.hasEffects
      rules.append(
        Rule(
          place: RulePlace(filter: index, peer: number), remotes: RemotePeers(peer), isDeny: peer.isDeny,
          listener: peer.listener, serverNames: peer.serverNames.map { ServerNameMatcher($0) }, http: http,
          kafka: kafka, terminatesTLS: peer.terminatingTLS != nil))
    }
  }

  private var isOpen: RulePlace? { rules.isEmpty ? openPeer : nil }

  func denial(of remote: UInt32, _ listener: String) -> RulePlace? {
    rules.first { $0.isDeny && $0.applies(to: remote, listener) }?.place
  }

  func allowance(of remote: UInt32, serverName: String?, _ listener: String) -> RulePlace? {
    if let isOpen { return isOpen }
    return rules.first { rule in
      guard !rule.isDeny, rule.applies(to: remote, listener) else { return false }
      guard !rule.serverNames.isEmpty else { return true }
      return serverName.map { name in rule.serverNames.contains { $0.matches(name) } } ?? false
    }?.place
  }

  func allowance(
    of request: borrowing HTTPRequestView, from remote: UInt32, _ listener: String
  ) -> (place: RulePlace, effects: [HTTPDecision.Effect])? {
    if let isOpen { return (isOpen, []) }
    var first: RulePlace?
    var allEffects: [HTTPDecision.Effect] = []
    for rule in rules where !rule.isDeny && rule.applies(to: remote, listener) {
      guard let http = rule.http else {
        first = first ?? rule.place
        continue
      }
      guard case .allowed(let number, let effects) = http.decide(request) else { continue }
      var place = rule.place
      place.rule = number
      first = first ?? place
      allEffects += effects
      guard hasEffects else { break }
    }
    return first.map { ($0, allEffects) }
  }

  func allowance(
    of request: KafkaRequest, in bytes: RawSpan, from remote: UInt32, _ listener: String
  ) -> RulePlace? {
    if let isOpen { return isOpen }
    for rule in rules where !rule.isDeny && rule.applies(to: remote, listener) {
      guard let kafka = rule.kafka else { return rule.place }
      guard case .allowed(let number) = kafka.decide(request, in: bytes) else { continue }
      var place = rule.place
      place.rule = number
      return place
    }
    return nil
  }

  /// The parsers of rules for the remote: `http`, `tls`, `kafka`…
  func parsers(for remote: UInt32) -> Set<String> {
    Set(parsers.lazy.filter { $0.remotes.contains(remote) }.map(\.name))
  }

  /// Whether a server name can open what nothing else does.
  func asksForServerName(of remote: UInt32) -> Bool {
    rules.contains { !$0.isDeny && !$0.serverNames.isEmpty && $0.applies(to: remote, "") }
  }

  func terminatesTLS(with remote: UInt32) -> Bool {
    rules.contains { $0.terminatesTLS && $0.remotes.contains(remote) }
  }

  mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    for index in rules.indices where selectors.contains(rules[index].remotes.selector) {
      rules[index].remotes.insert(identity)
    }
    for index in parsers.indices where selectors.contains(parsers[index].remotes.selector) {
      parsers[index].remotes.insert(identity)
    }
  }

  mutating func remove(_ identity: UInt32) {
    for index in rules.indices { rules[index].remotes.remove(identity) }
    for index in parsers.indices { parsers[index].remotes.remove(identity) }
  }
}

extension L4Filter {
  /// The peer that makes everything else in the filter void: anybody, unrestricted. None where a deny or an action on
  /// headers keeps the others alive.
  fileprivate var openPeer: Int? {
    guard !peers.contains(where: { $0.isDeny || $0.hasEffects }) else { return nil }
    return peers.firstIndex { peer in
      peer.isWildcard && peer.l7 == nil && peer.serverNames.isEmpty && peer.listener.isEmpty && peer.parser.isEmpty
    }
  }
}

extension FilterPeer {
  /// Some HTTP rule does something to the requests that it matches.
  fileprivate var hasEffects: Bool {
    guard case .http(let rules) = l7 else { return false }
    return rules.contains { $0.headerMatches.contains { $0.mismatch != nil } }
  }
}
