import Rules

/// A number and the labels it stands for.
public struct SecurityIdentity: Sendable, Equatable {
  public var id: UInt32
  public var labels: LabelSet

  public init(id: UInt32, labels: LabelSet) {
    self.id = id
    self.labels = labels
  }

  /// World, or an address outside the cluster.
  public var isOutside: Bool {
    labels.contains { $0.source == "reserved" && $0.key.hasPrefix("world") }
  }
}

extension SecurityIdentity {
  /// The reserved identities in order of their numbers, with the labels that they carry on every node
  /// (`cilium-policy.md` §3.1).
  public static let reserved: [SecurityIdentity] = [
    (ReservedIdentity.host, ["host"]), (ReservedIdentity.world, ["world"]), (ReservedIdentity.unmanaged, ["unmanaged"]),
    (ReservedIdentity.health, ["health"]), (ReservedIdentity.initializing, ["init"]),
    (ReservedIdentity.remoteNode, ["remote-node"]),
    (ReservedIdentity.kubeAPIServer, ["kube-apiserver", "remote-node"]), (ReservedIdentity.ingress, ["ingress"]),
    (ReservedIdentity.worldIPv4, ["world-ipv4"]), (ReservedIdentity.worldIPv6, ["world-ipv6"]),
  ].map { SecurityIdentity(id: $0.0, labels: LabelSet($0.1.map(Label.reserved))) }
}
