public import Addresses

/// An endpoint before its policy is known.
public struct ManagedEndpoint: Sendable {
  public enum Kind: Sendable, Equatable {
    /// Index into `Cluster.pods`.
    case pod(Int)
    case host
    case health
    case ingress
  }

  public var kind: Kind
  /// `namespace/name` or `reserved:host`, …
  public var name: String
  /// Index into `IdentityMap.identities`.
  public var identity: Int
  /// Index into `IdentityMap.nodeNames`; nil for an unscheduled pod.
  public var node: Int?
  public var endpointID: Int
  public var addresses: [IPAddress]
  /// Cilium manages it and the asked view includes its node.
  public var isLocal: Bool
}
