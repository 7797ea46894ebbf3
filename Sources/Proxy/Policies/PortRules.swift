import Layer7
import Rules
import Tables

/// What the proxies of an endpoint apply to one port in one direction, whoever is at the other end.
struct PortRules {
  /// For TCP; Cilium has no listener for UDP, but the names that QUIC asks for may be judged by its rules.
  var envoy: EnvoyRules?
  var dns: DNSProxyRules

  /// - Parameter namespace: of secrets that name none.
  init(
    _ policy: EndpointPolicy, _ direction: Direction, _ protocol: L4Protocol, port: UInt16, namespace: String,
    _ settings: ProxySettings
  ) {
    // A pattern that does not compile was refused with its policy.
    envoy = try? EnvoyRules(
      policy, direction, `protocol`, port: port, normalizesPath: settings.normalizesPath
    ) { reference in
      var reference = reference
      if reference.namespace.isEmpty { reference.namespace = namespace }
      return settings.secret(reference)
    }
    dns = DNSProxyRules(policy, direction, `protocol`, port: port, dialect: settings.dnsDialect)
  }

  mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    envoy?.insert(identity, selectedBy: selectors)
    dns.insert(identity, selectedBy: selectors)
  }

  mutating func remove(_ identity: UInt32) {
    envoy?.remove(identity)
    dns.remove(identity)
  }
}
