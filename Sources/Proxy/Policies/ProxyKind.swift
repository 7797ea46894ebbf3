import Tables

/// What a proxy makes of a connection's bytes.
enum ProxyKind: Hashable, Sendable {
  /// Envoy's HTTP listener.
  case http
  /// Envoy's TCP listener, which looks at the TLS server name alone.
  case serverName
  case dns
  case kafka
  /// Weir does not know what this one allows.
  case unmodelled(String)

  /// The listener with the highest priority among those that rules for the peer ask for, as the datapath chooses.
  ///
  /// - Parameter parsers: of these rules.
  init(_ redirect: Redirect, parsers: Set<String>) {
    switch redirect {
    case .http: self = parsers.contains("http") ? .http : .serverName
    case .dns: self = .dns
    case .proxylib where parsers.contains("kafka"): self = .kafka
    case .proxylib:
      let others = parsers.subtracting(["", "http", "tls", "dns", "crd"]).sorted()
      self = .unmodelled(others.first.map { "l7proto \($0)" } ?? redirect.name)
    case .listener: self = .unmodelled(redirect.name)
    }
  }
}
