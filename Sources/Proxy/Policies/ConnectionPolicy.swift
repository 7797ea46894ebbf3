import Layer7
import Rules

/// What one endpoint's policy demands of a peer at a proxied port (`cilium-policy.md` §7.1).
final class ConnectionPolicy: Sendable {
  let kind: ProxyKind
  /// A deny rule, or none that allows the peer: the proxy refuses the connection.
  let isRefused: Bool
  /// nil: any connection passes, whatever it is; otherwise one of these names has to be asked for.
  let serverNames: [ServerNameMatcher]?
  /// The proxy decrypts, so that what is judged cannot be read from the wire.
  let terminatesTLS: Bool
  let http: HTTPPolicy
  /// nil: any request passes. Otherwise one of the sets has to allow it.
  let kafka: [KafkaRuleSet]?
  /// As for `kafka`.
  let dns: [DNSRuleSet]?

  init(
    kind: ProxyKind, isRefused: Bool = false, serverNames: [ServerNameMatcher]? = nil, terminatesTLS: Bool = false,
    http: HTTPPolicy, kafka: [KafkaRuleSet]? = nil, dns: [DNSRuleSet]? = nil
  ) {
    self.kind = kind
    self.isRefused = isRefused
    self.serverNames = serverNames
    self.terminatesTLS = terminatesTLS
    self.http = http
    self.kafka = kafka
    self.dns = dns
  }

  /// - Parameter serverName: nil when the client asks for none.
  func admits(_ serverName: String?) -> Bool {
    guard let serverNames else { return true }
    guard let serverName else { return false }
    return serverNames.contains { $0.matches(serverName) }
  }

  func allows(_ request: KafkaRequest, in bytes: RawSpan) -> Bool {
    guard let kafka else { return true }
    for rules in kafka {
      if case .allowed = rules.decide(request, in: bytes) { return true }
    }
    return false
  }

  /// - Parameter name: of the first question, as `DNSMessage.policyName` gives it.
  func allows(query name: String) -> Bool {
    guard let dns else { return true }
    return dns.contains { rules in
      if case .allowed = rules.decide(name) { true } else { false }
    }
  }
}
