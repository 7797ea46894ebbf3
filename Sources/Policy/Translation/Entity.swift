import Cluster

/// The entities that Cilium's agent knows (§3.2); the CRD's schema lacks the two world families.
enum Entity: String, CaseIterable {
  case all, world, cluster, host, `init`, ingress, unmanaged
  case remoteNode = "remote-node"
  case health, none
  case kubeAPIServer = "kube-apiserver"
  case worldIPv4 = "world-ipv4"
  case worldIPv6 = "world-ipv6"

  /// The selectors that the entity stands for; any of them may match.
  func selectors(clusterName: String) -> [LabelSelector] {
    switch self {
    case .all: [.wildcard]
    case .world: ["world", "world-ipv4", "world-ipv6"].map { .reserved($0) }
    case .cluster:
      ["host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver"].map { .reserved($0) } + [
        LabelSelector([
          LabelSelector.Requirement(source: "k8s", key: LabelKey.cluster, .equals, [clusterName])
        ])
      ]
    default: [.reserved(rawValue)]
    }
  }
}
