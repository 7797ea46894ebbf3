import Rules

/// One proxy on a connection's way.
struct ProxyHop {
  var direction: Direction
  /// Whose policy it enforces: index into `Tables.endpoints`.
  var endpoint: Int32
  /// The identity at the other end.
  var remote: UInt32
  /// The number of its rules in `ProxyPolicies`.
  var rules: Int
  var kind: ProxyKind
}
