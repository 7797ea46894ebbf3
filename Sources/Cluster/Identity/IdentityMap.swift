public import Addresses

/// Who is who: every identity, the address blocks that stand for them, and the endpoints
/// (`cilium-policy.md` §2.1, §3).
public struct IdentityMap: Sendable {
  /// The reserved ones first (further host identities may follow, all with number 1), then pods and outside addresses.
  public internal(set) var identities: [SecurityIdentity] = []
  /// `nodeIndex` is given for a node's own addresses, which its endpoints see as their host.
  public internal(set) var ipcache: [(prefix: IPPrefix, identity: Int, nodeIndex: Int?)] = []
  public internal(set) var endpoints: [ManagedEndpoint] = []
  public internal(set) var nodeNames: [String] = []
  /// The identity that each node's endpoints know as their host, by node index. Labels differ where the API server or
  /// node labels count.
  public internal(set) var hostIdentities: [Int] = []
  /// Labels against which `nodeSelector` is matched, by node index: the node's own as `k8s:`, and `reserved:host`.
  public internal(set) var hostPolicyLabels: [LabelSet] = []

  /// Addresses of pods that something of the cluster had before, with the pods' indices: packets count as the first one's.
  public internal(set) var sharedAddresses: [(address: IPAddress, pod: Int)] = []

  /// - Parameters:
  ///   - localNode: judge from this node's point of view; nil: every endpoint is local on its own node.
  ///   - threads: how many cores read the pods' labels; the result is the same with any.
  public init(cluster: Cluster, outside: OutsideAddresses, localNode: String?, threads: Int = 1) {
    var builder = IdentityMapBuilder(cluster: cluster, outside: outside, localNode: localNode, threads: threads)
    builder.addCluster()
    builder.addOutside()
    self = builder.map
  }

  init() {}

  mutating func reserveCapacity(pods: Int) {
    identities.reserveCapacity(identities.count + pods)
    ipcache.reserveCapacity(ipcache.count + pods)
    endpoints.reserveCapacity(endpoints.count + pods)
  }

  /// The host identity that endpoints of a node know.
  public func hostIdentity(of node: Int?) -> Int {
    node.map { hostIdentities[$0] } ?? 0
  }
}
