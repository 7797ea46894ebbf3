public import Addresses
public import Cluster
public import Policy

/// One change of what the tables are made from.
public enum Change: Sendable {
  /// A pod came, or is now like this.
  case pod(Pod)
  case podRemoved(namespace: String, name: String)
  /// A policy came, or is now like this. One that was refused has no effect but replaces what was in force.
  case policy(PolicyObject)
  case policyRemoved(kind: String, namespace: String, name: String)
  /// A namespace came, or has these labels now.
  case namespace(Namespace)
  case namespaceRemoved(name: String)
  case group(CIDRGroup)
  case groupRemoved(name: String)
  /// What a name resolves to now, in place of what it resolved to before; no addresses: it is forgotten.
  case name(String, addresses: [IPAddress])
  /// Anything else: compiles everything.
  case everything(Compiler.Input)
}
