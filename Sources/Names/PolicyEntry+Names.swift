internal import Policy
internal import Rules

extension PolicyEntry {
  /// A peer is whatever a name stands for.
  var meansNames: Bool {
    peers?.contains { if case .fqdn = $0 { true } else { false } } ?? false
  }

  /// Queries go through the DNS proxy.
  var proxiesDNS: Bool {
    ports.contains { if case .dns(let rules) = $0.l7 { !rules.isEmpty } else { false } }
  }
}
