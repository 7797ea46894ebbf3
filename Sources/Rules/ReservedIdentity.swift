/// Numbers of the reserved identities (`cilium-policy.md` §3.1).
public enum ReservedIdentity {
  public static let unknown: UInt32 = 0
  public static let host: UInt32 = 1
  public static let world: UInt32 = 2
  public static let unmanaged: UInt32 = 3
  public static let health: UInt32 = 4
  public static let initializing: UInt32 = 5
  public static let remoteNode: UInt32 = 6
  public static let kubeAPIServer: UInt32 = 7
  public static let ingress: UInt32 = 8
  public static let worldIPv4: UInt32 = 9
  public static let worldIPv6: UInt32 = 10
  /// The first number of addresses outside the cluster (CIDR, FQDN, CIDR group).
  public static let firstLocal: UInt32 = 0x0100_0001
  /// The first number of labelled remote nodes.
  public static let firstRemoteNode: UInt32 = 0x0200_0001

  /// Whether it is that of a node: the local host or a remote one.
  public static func isNode(_ identity: UInt32) -> Bool {
    identity == host || identity == remoteNode || identity == kubeAPIServer || identity >> 24 == firstRemoteNode >> 24
  }
}
