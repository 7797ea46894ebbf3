import Rules

/// One proxy on a connection's way.
struct ProxyHop {
  var direction: Direction
  /// Whose policy it enforces: index into `Tables.endpoints`.
  var endpoint: Int32
  var policy: ConnectionPolicy
}
