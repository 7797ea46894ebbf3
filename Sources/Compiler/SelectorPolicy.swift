import Policy
import Rules
import Tables

/// What a filter demands of one peer selector, and how two such demands merge (`cilium-policy.md` §5.1, §5.2).
struct SelectorPolicy: Hashable, Sendable {
  /// Who looks into the packets, with the listener priority that decides between redirects; lower numbers win.
  enum Parser: Hashable, Sendable {
    case none, tls, dns, http, kafka, crd
    case proxylib(String)

    var name: String {
      switch self {
      case .none: ""
      case .tls: "tls"
      case .dns: "dns"
      case .http: "http"
      case .kafka: "kafka"
      case .crd: "crd"
      case .proxylib(let name): name
      }
    }

    var listenerPriority: Int {
      switch self {
      case .none: 0
      case .http: 101
      case .kafka: 106
      case .proxylib: 111
      case .tls: 116
      case .dns: 121
      case .crd: 126
      }
    }

    /// True where a rule with the other parser may take over this one's connections.
    func yields(to other: Parser) -> Bool {
      switch (self, other) {
      case (.none, _), (.tls, .http), (.tls, .kafka), (.tls, .proxylib): true
      default: false
      }
    }
  }

  var isDeny = false
  var parser = Parser.none
  var listenerPriority = 0
  /// nil when there are no L7 rules; a `proxylib` parser may stand without any.
  var l7: L7Rules?
  var serverNames: [String] = []
  var terminatingTLS: TLSContext?
  var originatingTLS: TLSContext?
  var listener = ""
  var authentication: AuthenticationMode?

  var isRedirect: Bool { parser != .none && !isDeny }
}

/// Two rules that cannot hold for one peer and port at once.
struct MergeConflict: Error {
  var message: String
}

extension SelectorPolicy {
  mutating func merge(_ other: Self) throws(MergeConflict) {
    guard !isDeny, self != other else { return }
    guard !other.isDeny else {
      self = other
      return
    }
    try mergeRedirect(other)
    try mergeAuthentication(other)
    terminatingTLS = try Self.merged(terminatingTLS, other.terminatingTLS, "terminating TLS contexts")
    originatingTLS = try Self.merged(originatingTLS, other.originatingTLS, "originating TLS contexts")
    serverNames = Set(serverNames).union(other.serverNames).sorted()
    mergeL7(other)
    if !serverNames.isEmpty, l7.map({ !$0.isEmpty }) ?? false, terminatingTLS == nil {
      throw MergeConflict(message: "server names and L7 rules for the same peer and port need TLS termination")
    }
  }

  private mutating func mergeRedirect(_ other: Self) throws(MergeConflict) {
    if parser != other.parser {
      if parser.yields(to: other.parser) {
        parser = other.parser
        listenerPriority = other.listenerPriority
        listener = other.listener
        return
      }
      guard other.parser.yields(to: parser) else {
        throw MergeConflict(message: "conflicting L7 parsers (\(parser.name)/\(other.parser.name))")
      }
      return
    }
    guard listener != other.listener || listenerPriority != other.listenerPriority else { return }
    if other.listenerPriority < listenerPriority {
      listener = other.listener
      listenerPriority = other.listenerPriority
    } else if other.listenerPriority == listenerPriority {
      throw MergeConflict(message: "conflicting listeners (\(listener)/\(other.listener))")
    }
  }

  private mutating func mergeAuthentication(_ other: Self) throws(MergeConflict) {
    guard let demanded = other.authentication else { return }
    guard let own = authentication, own != demanded else {
      authentication = demanded
      return
    }
    throw MergeConflict(message: "conflicting authentication modes (\(own.rawValue)/\(demanded.rawValue))")
  }

  private static func merged(
    _ one: TLSContext?, _ other: TLSContext?, _ what: String
  ) throws(MergeConflict) -> TLSContext? {
    guard let one, let other, one != other else { return one ?? other }
    throw MergeConflict(message: "conflicting \(what)")
  }

  /// No rules on one side lift those of the other: the proxy still sees all, and a rule that matches all is added.
  private mutating func mergeL7(_ other: Self) {
    switch (l7, other.l7) {
    case (let own?, let more?):
      // An empty side lifts the other's rules as well; otherwise the rules add up.
      switch (own.isEmpty, more.isEmpty) {
      case (false, false): l7 = own.union(more)
      case (true, false): l7 = more.withMatchAll()
      case (false, true): l7 = own.withMatchAll()
      case (true, true): break
      }
    case (let own?, nil): l7 = own.withMatchAll()
    case (nil, let more?): l7 = more.withMatchAll()
    case (nil, nil): break
    }
  }
}

extension L7Rules {
  var isEmpty: Bool {
    switch self {
    case .http(let rules): rules.isEmpty
    case .kafka(let rules): rules.isEmpty
    case .dns(let rules): rules.isEmpty
    case .proxylib(_, let rules): rules.isEmpty
    }
  }

  /// Both lists, a rule of the second that the first has already being left out.
  func union(_ other: L7Rules) -> L7Rules {
    switch (self, other) {
    case (.http(let a), .http(let b)): .http(a + b.filter { !a.contains($0) })
    case (.kafka(let a), .kafka(let b)): .kafka(a + b.filter { !a.contains($0) })
    case (.dns(let a), .dns(let b)): .dns(a + b.filter { !a.contains($0) })
    case (.proxylib(let parser, let a), .proxylib(_, let b)):
      .proxylib(parser: parser, rules: a + b.filter { !a.contains($0) })
    default: self
    }
  }

  /// The same with a rule that matches everything; a list without rules stays as it is.
  func withMatchAll() -> L7Rules {
    guard !isEmpty else { return self }
    return switch self {
    case .http: union(.http([HTTPRule()]))
    case .kafka: union(.kafka([KafkaRule()]))
    case .dns: union(.dns([DNSRule(matchName: "", matchPattern: "*")]))
    case .proxylib(let parser, _): union(.proxylib(parser: parser, rules: [[:]]))
    }
  }
}
