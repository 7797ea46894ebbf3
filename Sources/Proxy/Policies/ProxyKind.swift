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
}
