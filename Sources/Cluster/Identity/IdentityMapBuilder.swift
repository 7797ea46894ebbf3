import Addresses
import Rules

/// Builds an `IdentityMap` step by step; lives only during its construction.
public struct IdentityMapBuilder {
  let cluster: Cluster
  let localNode: String?
  let threads: Int
  var outside: OutsideAddresses
  public private(set) var map = IdentityMap()

  private var settings: Settings { cluster.settings }
  private var byLabels: [LabelSet: Int] = [:]
  private var nodeIndices: [String: Int] = [:]
  /// Addresses of the API server's endpoints.
  private var apiServers: Set<IPAddress> = []
  /// Blocks that belong to something inside the cluster, which nothing from outside may claim.
  private var inside: Set<IPPrefix> = []
  private var nextNumber = [
    Scope.outside: ReservedIdentity.firstLocal, Scope.remoteNode: ReservedIdentity.firstRemoteNode,
  ]

  /// Number ranges that an agent allocates from for itself.
  private enum Scope { case outside, remoteNode }

  /// What is outside, with its effective labels.
  private var effective: [(prefix: IPPrefix, labels: EffectiveLabels)] = []

  /// - Parameter threads: how many cores read the pods' labels; the result is the same with any.
  public init(cluster: Cluster, outside: OutsideAddresses, localNode: String?, threads: Int) {
    self.cluster = cluster
    self.outside = outside
    self.localNode = localNode
    self.threads = threads
  }

  /// First: what the cluster itself holds.
  public mutating func addCluster() {
    map.identities = SecurityIdentity.reserved
    findAPIServers()
    indexNodes()
    let nodeAddresses = cluster.nodes.flatMap { $0.addresses.map { IPPrefix(host: $0) } }
    effective = outside.effective(adding: settings.cidrMatchesNodes ? nodeAddresses : [])
    // A rule may name a node's own address; its block says nothing of the node unless CIDRs match nodes.
    addNodes(
      effective: settings.cidrMatchesNodes
        ? Dictionary(uniqueKeysWithValues: effective.map { ($0.prefix, $0.labels) }) : [:])
    addPods()
  }

  /// Then the addresses outside it, as far as nothing inside has them.
  public mutating func addOutside() {
    for (prefix, labels) in effective where !inside.contains(prefix) {
      let set = labels.labels(of: prefix, isDualStack: settings.isDualStack)
      let reserved = SecurityIdentity.reserved.firstIndex { $0.labels == set }
      map.ipcache.append((prefix, reserved ?? add(set, in: .outside), nil))
    }
    map.ipcache.sort { $0.prefix < $1.prefix }
  }

  // MARK: Nodes

  private mutating func findAPIServers() {
    for endpoints in cluster.serviceEndpoints
    where endpoints.namespace == "default" && endpoints.service == "kubernetes" {
      apiServers.formUnion(endpoints.addresses)
    }
    let nodes = Set(cluster.nodes.flatMap(\.addresses))
    for address in apiServers where !nodes.contains(address) { outside.add(apiServer: address) }
  }

  private mutating func indexNodes() {
    let names = cluster.nodes.map(\.name) + cluster.pods.map(\.node) + [localNode ?? ""]
    for name in Set(names).sorted() where !name.isEmpty || names.allSatisfy(\.isEmpty) {
      nodeIndices[name] = map.nodeNames.count
      map.nodeNames.append(name)
    }
    map.hostIdentities = [Int](repeating: 0, count: map.nodeNames.count)
    map.hostPolicyLabels = [LabelSet](repeating: LabelSet([.reserved("host")]), count: map.nodeNames.count)
  }

  private func nodeLabels(_ node: Node) -> [Label] {
    settings.nodeSelectorLabels ? node.labels.map { Label(source: "node", key: $0.key, value: $0.value) } : []
  }

  private mutating func addNodes(effective: [IPPrefix: EffectiveLabels]) {
    // Numbers follow the nodes' names, not the order of the files.
    for node in cluster.nodes.sorted(by: { $0.name < $1.name }) {
      guard let index = nodeIndices[node.name] else { continue }
      let labels = node.labels.map { Label.k8s($0.key, $0.value) } + [.reserved("host")]
      map.hostPolicyLabels[index] = LabelSet(labels)
      map.hostIdentities[index] = addHostIdentity(of: node, effective: effective)
      for address in node.addresses {
        addNodeAddress(address, of: node, index: index, named: effective[IPPrefix(host: address)]?.named)
      }
      for address in node.healthAddresses { addInside(address, Int(ReservedIdentity.health) - 1) }
      for address in node.ingressAddresses { addInside(address, Int(ReservedIdentity.ingress) - 1) }
    }
    for index in map.nodeNames.indices { addSpecialEndpoints(of: index) }
  }

  private mutating func addHostIdentity(of node: Node, effective: [IPPrefix: EffectiveLabels]) -> Int {
    // In one node's view no other node's host exists.
    if let localNode, node.name != localNode { return 0 }
    var labels = nodeLabels(node) + [.reserved("host")]
    if node.addresses.contains(where: apiServers.contains) { labels.append(.reserved("kube-apiserver")) }
    let prefixes = node.addresses.compactMap { effective[IPPrefix(host: $0)]?.named }
    let set = LabelSet(labels, prefixes: prefixes)
    if let known = map.identities.firstIndex(where: { $0.id == ReservedIdentity.host && $0.labels == set }) {
      return known
    }
    if localNode != nil {
      map.identities[0].labels = set
      return 0
    }
    map.identities.append(SecurityIdentity(id: ReservedIdentity.host, labels: set))
    return map.identities.count - 1
  }

  private mutating func addNodeAddress(_ address: IPAddress, of node: Node, index: Int, named: IPPrefix?) {
    let prefix = IPPrefix(host: address)
    guard inside.insert(prefix).inserted else { return }
    if node.name == localNode {
      map.ipcache.append((prefix, map.hostIdentities[index], nil))
      return
    }
    let identity = remoteNodeIdentity(of: node, isAPIServer: apiServers.contains(address), named: named)
    map.ipcache.append((prefix, identity, localNode == nil ? index : nil))
  }

  /// 6, or 7 on an API server's address; an identity of its own where node or prefix labels count.
  private mutating func remoteNodeIdentity(of node: Node, isAPIServer: Bool, named: IPPrefix?) -> Int {
    let base: [Label] =
      isAPIServer ? [.reserved("kube-apiserver"), .reserved("remote-node")] : [.reserved("remote-node")]
    let labels = LabelSet(base + nodeLabels(node), prefixes: named.map { [$0] } ?? [])
    guard settings.nodeSelectorLabels || settings.cidrMatchesNodes else {
      return Int(isAPIServer ? ReservedIdentity.kubeAPIServer : ReservedIdentity.remoteNode) - 1
    }
    return add(labels, in: .remoteNode)
  }

  private mutating func addSpecialEndpoints(of index: Int) {
    let name = map.nodeNames[index]
    let isLocal = localNode == nil || localNode == name
    let node = cluster.nodes.first { $0.name == name }
    for (kind, title, identity, addresses) in [
      (ManagedEndpoint.Kind.host, "reserved:host", map.hostIdentities[index], node?.addresses),
      (.health, "reserved:health", Int(ReservedIdentity.health) - 1, node?.healthAddresses),
      (.ingress, "reserved:ingress", Int(ReservedIdentity.ingress) - 1, node?.ingressAddresses),
    ] {
      map.endpoints.append(
        ManagedEndpoint(
          kind: kind, name: title, identity: identity, node: index, endpointID: 0, addresses: addresses ?? [],
          isLocal: isLocal))
    }
  }

  // MARK: Pods

  private mutating func addPods() {
    var ciliumEndpoints: [String: CiliumEndpoint] = [:]
    for endpoint in cluster.ciliumEndpoints { ciliumEndpoints["\(endpoint.namespace)/\(endpoint.name)"] = endpoint }
    var allocator = PodIdentityAllocator(cluster: cluster)
    // Numbers follow the pods' names, not the order of the files.
    let order = podsByName()
    byLabels.reserveCapacity(order.count)
    inside.reserveCapacity(order.count)
    map.reserveCapacity(pods: order.count)
    let labels = PodLabels.read(order, of: cluster, threads: threads)
    for (index, pod) in zip(order, labels) {
      let known = ciliumEndpoints.isEmpty ? nil : ciliumEndpoints[pod.name]
      let identity: Int
      if !ciliumEndpoints.isEmpty, known?.identity == nil {
        identity = Int(ReservedIdentity.unmanaged) - 1
      } else if let known, let id = known.identity {
        identity = add(id: id, labels: LabelSet(known.labels))
      } else {
        identity = add(podLabels: pod.labels, &allocator)
      }
      addPodEndpoint(index, name: pod.name, identity: identity, known: known)
    }
  }

  /// Indices of the pods that have a network of their own, by namespace and name.
  private func podsByName() -> [Int] {
    let pods = cluster.pods
    return pods.indices.filter { !pods[$0].isFinished && !pods[$0].hostNetwork }.sorted {
      pods[$0].namespace == pods[$1].namespace
        ? pods[$0].name < pods[$1].name : pods[$0].namespace < pods[$1].namespace
    }
  }

  private mutating func add(podLabels labels: LabelSet, _ allocator: inout PodIdentityAllocator) -> Int {
    if let known = byLabels[labels] { return known }
    byLabels[labels] = map.identities.count
    map.identities.append(SecurityIdentity(id: allocator.number(for: labels), labels: labels))
    return map.identities.count - 1
  }

  private mutating func addPodEndpoint(_ index: Int, name: String, identity: Int, known: CiliumEndpoint?) {
    var addresses = cluster.pods[index].addresses
    if addresses.isEmpty { addresses = known?.addresses ?? [] }
    let node = cluster.pods[index].node
    for address in addresses where !addInside(address, identity) { map.sharedAddresses.append((address, index)) }
    let isManaged = identity != Int(ReservedIdentity.unmanaged) - 1
    map.endpoints.append(
      ManagedEndpoint(
        kind: .pod(index), name: name, identity: identity, node: nodeIndices[node],
        endpointID: known?.endpointID ?? 0, addresses: addresses,
        isLocal: isManaged && (localNode == nil || localNode == node)))
  }

  // MARK: Allocation

  /// False: something else has the address.
  @discardableResult
  private mutating func addInside(_ address: IPAddress, _ identity: Int) -> Bool {
    let prefix = IPPrefix(host: address)
    guard inside.insert(prefix).inserted else { return false }
    map.ipcache.append((prefix, identity, nil))
    return true
  }

  private mutating func add(_ labels: LabelSet, in scope: Scope) -> Int {
    if let known = byLabels[labels] { return known }
    let number = nextNumber[scope, default: 0]
    nextNumber[scope] = number + 1
    byLabels[labels] = map.identities.count
    map.identities.append(SecurityIdentity(id: number, labels: labels))
    return map.identities.count - 1
  }

  private mutating func add(id: UInt32, labels: LabelSet) -> Int {
    if id >= ReservedIdentity.host, id <= ReservedIdentity.worldIPv6 { return Int(id) - 1 }
    if let known = byLabels[labels], map.identities[known].id == id { return known }
    byLabels[labels] = map.identities.count
    map.identities.append(SecurityIdentity(id: id, labels: labels))
    return map.identities.count - 1
  }
}
