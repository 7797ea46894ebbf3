import Dataplane
import Packet
import Proxy
import Rules
import Tables

/// A client with a proxy beside it, a server with one beside it, and the packets between them.
struct Stage: ~Copyable {
  static let clientIdentity: UInt32 = 1001
  static let serverIdentity: UInt32 = 1002

  private var proxies: Proxies
  private let egress: Redirect?
  private let ingress: Redirect?
  private var time: Int64 = 1_000_000_000
  /// The outcome of each packet, and of all packets the events.
  private(set) var outcomes: [ProxyOutcome] = []
  private(set) var events: [ProxyEvent] = []
  private(set) var answers: [DNSAnswer] = []

  /// - Parameters:
  ///   - egress: what the client's policy redirects to, by which filters; nil: to nothing.
  ///   - ingress: likewise at the server.
  init(
    egress: (Redirect, [L4Filter])? = nil, ingress: (Redirect, [L4Filter])? = nil,
    settings: ProxySettings = ProxySettings()
  ) {
    var tables = Tables()
    tables.redirects = [.http, .dns, .proxylib, .listener("ns/config/name")]
    for (name, identity, filters) in [
      ("ns/client", Self.clientIdentity, egress?.1), ("ns/server", Self.serverIdentity, ingress?.1),
    ] {
      var policy = EndpointPolicy()
      policy.ingressEnforced = true
      policy.egressEnforced = true
      policy.filters = filters ?? []
      var endpoint = Endpoint(name: name, identity: identity, isLocal: true)
      endpoint.namespace = "ns"
      endpoint.policy = tables.policies.count
      tables.policies.append(policy)
      tables.endpoints.append(endpoint)
    }
    self.egress = egress?.0
    self.ingress = ingress?.0
    proxies = Proxies(tables, settings: settings)
  }

  var counters: ProxyCounters { proxies.counters }

  mutating func run(_ segments: [Wire.Segment]) {
    for segment in segments { send(segment) }
  }

  @discardableResult
  mutating func send(_ segment: Wire.Segment, originalLength: UInt32? = nil) -> ProxyOutcome {
    time += 1_000_000
    let length = originalLength ?? UInt32(segment.bytes.count)
    let verdict = verdict(isReply: segment.isReply)
    let outcome = segment.bytes.withUnsafeBytes { bytes in
      let headers = PacketHeaders(dissecting: bytes, linkType: .rawIP, originalLength: length)
      return proxies.judge(
        .init(headers: headers, bytes: bytes, originalLength: length, timestamp: time), verdict)
    }
    outcomes.append(outcome)
    events += proxies.events
    answers += proxies.answers
    return outcome
  }

  /// The capture ends.
  mutating func finish() {
    while let waiting = proxies.judgeWaiting() {
      outcomes.append(waiting.outcome)
      events += proxies.events
    }
  }

  /// As the engine gives it.
  private func verdict(isReply: Bool) -> PacketVerdict {
    var verdict = PacketVerdict()
    let (client, server) = (hop(egress, isReply), hop(ingress, isReply))
    (verdict.egress, verdict.ingress) = isReply ? (server, client) : (client, server)
    verdict.verdict = .redirected
    (verdict.sourceEndpoint, verdict.destinationEndpoint) = isReply ? (1, 0) : (0, 1)
    (verdict.sourceIdentity, verdict.destinationIdentity) =
      isReply ? (Self.serverIdentity, Self.clientIdentity) : (Self.clientIdentity, Self.serverIdentity)
    return verdict
  }

  private func hop(_ redirect: Redirect?, _ isReply: Bool) -> HopVerdict {
    var hop = HopVerdict()
    hop.flags = .present
    hop.state = isReply ? .reply : .established
    hop.verdict = .forwarded
    let numbers: [Redirect: UInt16] = [.http: 1, .dns: 2, .proxylib: 3, .listener("ns/config/name"): 4]
    guard let redirect, let number = numbers[redirect] else { return hop }
    hop.redirect = number
    hop.verdict = .redirected
    return hop
  }
}

extension L4Filter {
  /// One port or several, with what each of their peers may do.
  static func on(_ port: UInt16, endPort: UInt16 = 0, _ peers: [FilterPeer]) -> L4Filter {
    on(port, .tcp, endPort: endPort, peers)
  }

  static func on(_ port: UInt16, _ protocol: L4Protocol, endPort: UInt16 = 0, _ peers: [FilterPeer]) -> L4Filter {
    on(port, `protocol`, .egress, endPort: endPort, peers)
  }

  static func on(
    _ port: UInt16, _ protocol: L4Protocol, _ direction: Direction, endPort: UInt16 = 0, _ peers: [FilterPeer]
  ) -> L4Filter {
    L4Filter(direction: direction, protocol: `protocol`, port: port, endPort: endPort, portName: "", peers: peers)
  }
}

extension FilterPeer {
  /// Anybody, or these identities.
  static func peer(
    _ identities: [UInt32]? = nil, parser: String = "", _ rules: L7Rules? = nil, names: [String] = [],
    isDeny: Bool = false
  ) -> FilterPeer {
    var peer = FilterPeer(selector: identities.map { "\($0)" } ?? "*", isWildcard: identities == nil)
    peer.identities = identities ?? []
    peer.parser = parser
    peer.l7 = rules
    peer.serverNames = names
    peer.isDeny = isDeny
    return peer
  }

  static func http(_ rules: [(String, String)], for identities: [UInt32]? = nil) -> FilterPeer {
    peer(
      identities, parser: "http",
      .http(
        rules.map { method, path in
          var rule = HTTPRule()
          rule.method = method
          rule.path = path
          return rule
        }))
  }

  static func dns(_ patterns: [String]) -> FilterPeer {
    peer(parser: "dns", .dns(patterns.map { DNSRule(matchName: "", matchPattern: $0) }))
  }

  static func names(_ names: [String], _ identities: [UInt32]? = nil) -> FilterPeer {
    peer(identities, parser: "tls", names: names)
  }
}

extension ProxyEvent {
  /// For comparing: direction, kind, verdict and what it is about.
  var text: String {
    let what =
      switch content {
      case .http(let http): "\(http.method) \(http.url)\(http.code == 0 ? "" : " \(http.code)")"
      case .dns(let dns): "\(dns.query)\(isResponse ? " \(dns.code) \(dns.addresses.joined(separator: ","))" : "")"
      case .kafka(let kafka): "\(kafka.apiKey) \(kafka.topic)"
      case .connection(let text): text
      }
    return "\(direction) \(isResponse ? "response" : "request") \(isDropped ? "DROPPED" : "FORWARDED") \(what)"
  }
}
