/// One thing about a connection that a rule does not allow.
public struct Mismatch: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case label, namespace, cluster, entity, cidr, except, fqdn, group, service, port, `protocol`, requirement, deny
    case namedPort = "named-port"
    case emptyPeers = "empty-peers"
    case noPorts = "no-ports"
    case method, path, host, header, query
    case serverName = "server-name"
  }

  public var kind: Kind
  /// A clause, such as `needs app=gateway, the peer has app=test`.
  public var message: String
  /// How much would have to change: 1 for a detail, 4 where the rule is about another kind of peer altogether.
  var distance: Int

  public init(_ kind: Kind, _ message: String) {
    self.init(kind, message, distance: 1)
  }

  init(_ kind: Kind, _ message: String, distance: Int) {
    self.kind = kind
    self.message = message
    self.distance = distance
  }
}
