/// One thing about a connection that a rule does not allow.
public struct Mismatch: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case label, namespace, cluster, entity, cidr, except, fqdn, group, service, port, `protocol`, requirement, deny
    case namedPort = "named-port"
    case emptyPeers = "empty-peers"
    case noPorts = "no-ports"
  }

  public var kind: Kind
  /// A clause, such as `needs app=gateway, the peer has app=test`.
  public var message: String

  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}
