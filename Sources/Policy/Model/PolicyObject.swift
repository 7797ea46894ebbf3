public import Addresses
public import Manifest

/// The outcome of reading one policy object: its entries, or why Cilium would refuse it.
public struct PolicyObject: Sendable {
  public var kind: String
  /// Empty for cluster-wide policies; `default` where a namespaced object names none.
  public var namespace: String
  public var name: String
  public var location: Location
  /// nil when the object is accepted.
  public var error: Diagnostic?
  public var warnings: [Diagnostic] = []
  /// Empty when refused (and for CIDR groups).
  public var entries: [PolicyEntry] = []
  /// What an accepted object with groups asks for. The agent leaves such an object to the operator (§8.2), so none of this
  /// is in force.
  public var deferredEntries: [PolicyEntry] = []

  public init(kind: String, namespace: String, name: String, location: Location) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.location = location
  }

  public var isAccepted: Bool { error == nil }
}

/// A CiliumCIDRGroup: prefixes that share labels (§3.4).
public struct CIDRGroup: Sendable {
  public var name: String
  public var labels: [String: String]
  public var prefixes: [IPPrefix]
  public var location: Location

  public init(name: String, labels: [String: String], prefixes: [IPPrefix], location: Location) {
    self.name = name
    self.labels = labels
    self.prefixes = prefixes
    self.location = location
  }
}
