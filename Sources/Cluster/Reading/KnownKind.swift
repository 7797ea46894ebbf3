import Manifest

/// The kinds that are read, each in the API groups that have it.
enum KnownKind {
  case namespace, pod, node, service, endpoints, endpointSlice, serviceAccount, secret, configMap
  case ciliumNode, ciliumEndpoint, ciliumIdentity
  /// Policies and CIDR groups, which `Policy` reads.
  case policy(isNamespaced: Bool)

  init?(_ object: ManifestObject) {
    switch (object.group, object.kind) {
    case ("", "Pod"): self = .pod
    case ("", "Namespace"): self = .namespace
    case ("", "Node"): self = .node
    case ("", "Service"): self = .service
    case ("", "Endpoints"): self = .endpoints
    case ("discovery.k8s.io", "EndpointSlice"): self = .endpointSlice
    case ("", "ServiceAccount"): self = .serviceAccount
    case ("", "Secret"): self = .secret
    case ("", "ConfigMap"): self = .configMap
    case ("cilium.io", "CiliumNode"): self = .ciliumNode
    case ("cilium.io", "CiliumEndpoint"): self = .ciliumEndpoint
    case ("cilium.io", "CiliumIdentity"): self = .ciliumIdentity
    case ("cilium.io", "CiliumNetworkPolicy"), ("networking.k8s.io", "NetworkPolicy"):
      self = .policy(isNamespaced: true)
    case ("cilium.io", "CiliumClusterwideNetworkPolicy"), ("cilium.io", "CiliumCIDRGroup"):
      self = .policy(isNamespaced: false)
    default: return nil
    }
  }

  var isNamespaced: Bool {
    switch self {
    case .pod, .service, .endpoints, .endpointSlice, .serviceAccount, .secret, .configMap, .ciliumEndpoint: true
    case .namespace, .node, .ciliumNode, .ciliumIdentity: false
    case .policy(let isNamespaced): isNamespaced
    }
  }

  /// An API that Kubernetes has removed, so that the policy would protect nobody.
  static func isRetired(_ object: ManifestObject) -> Bool {
    object.group == "extensions" && object.kind == "NetworkPolicy"
  }
}
