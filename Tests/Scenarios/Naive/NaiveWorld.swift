import Addresses
import Cluster
import Policy

/// Who is who in a scenario, straight from the cluster's objects: no identities, no prefix tables.
struct NaiveWorld {
  let scenario: Scenario

  private var cluster: Cluster { scenario.cluster }
  private var settings: Settings { cluster.settings }

  /// Everybody who has a policy, with the node whose view it has.
  var subjects: [(actor: NaiveActor, node: String)] {
    var result: [(actor: NaiveActor, node: String)] = []
    for (index, pod) in cluster.pods.enumerated() where isManaged(pod) { result.append((.pod(index), pod.node)) }
    for node in nodeNames { result += [(.host(node), node), (.health(node), node), (.ingress(node), node)] }
    return result.filter { scenario.localNode == nil || $0.node == scenario.localNode }
  }

  private var nodeNames: [String] {
    let named = Set(cluster.nodes.map(\.name) + cluster.pods.map(\.node)).subtracting([""])
    return named.isEmpty ? [""] : named.sorted()
  }

  private func hasAddress(_ pod: Pod) -> Bool { !pod.isFinished && !pod.hostNetwork }

  private func isManaged(_ pod: Pod) -> Bool {
    hasAddress(pod) && (cluster.ciliumEndpoints.isEmpty || ciliumEndpoint(of: pod) != nil)
  }

  private func ciliumEndpoint(of pod: Pod) -> CiliumEndpoint? {
    cluster.ciliumEndpoints.first { $0.namespace == pod.namespace && $0.name == pod.name }
  }

  // MARK: Parties

  func party(_ actor: NaiveActor, seenFrom node: String) -> NaiveParty {
    switch actor {
    case .pod(let index): NaiveParty(labels: labels(of: cluster.pods[index]))
    case .host(let name): host(cluster.nodes.first { $0.name == name })
    case .health: NaiveParty(labels: [.reserved("health")])
    case .ingress: NaiveParty(labels: [.reserved("ingress")])
    case .address(let address): party(at: address, seenFrom: node)
    }
  }

  private func party(at address: IPAddress, seenFrom node: String) -> NaiveParty {
    if let pod = cluster.pods.first(where: { hasAddress($0) && $0.addresses.contains(address) }) {
      return NaiveParty(labels: labels(of: pod))
    }
    if let owner = cluster.nodes.first(where: { $0.addresses.contains(address) }) {
      return owner.name == node ? host(owner) : remote(owner, address)
    }
    if cluster.nodes.contains(where: { $0.healthAddresses.contains(address) }) {
      return NaiveParty(labels: [.reserved("health")])
    }
    if cluster.nodes.contains(where: { $0.ingressAddresses.contains(address) }) {
      return NaiveParty(labels: [.reserved("ingress")])
    }
    return outside(address)
  }

  private func labels(of pod: Pod) -> [Label] {
    guard isManaged(pod) else { return [.reserved("unmanaged")] }
    if let known = ciliumEndpoint(of: pod) { return known.labels }
    return Self.labels(of: pod, in: cluster)
  }

  /// `cilium-policy.md` §2.1; the generator gives pods no other labels that the agent drops.
  static func labels(of pod: Pod, in cluster: Cluster) -> [Label] {
    var result = pod.labels.filter { $0.key != "pod-template-hash" }.map { Label.k8s($0.key, $0.value) }
    let namespace = cluster.namespaces.first { $0.name == pod.namespace }
    for (key, value) in namespace?.labels ?? ["kubernetes.io/metadata.name": pod.namespace] {
      result.append(.k8s("io.cilium.k8s.namespace.labels.\(key)", value))
    }
    result.append(.k8s("io.kubernetes.pod.namespace", pod.namespace))
    result.append(.k8s("io.cilium.k8s.policy.cluster", cluster.settings.clusterName))
    if !pod.serviceAccount.isEmpty { result.append(.k8s("io.cilium.k8s.policy.serviceaccount", pod.serviceAccount)) }
    return result
  }

  private func isAPIServer(_ address: IPAddress) -> Bool {
    cluster.serviceEndpoints.contains {
      $0.namespace == "default" && $0.service == "kubernetes" && $0.addresses.contains(address)
    }
  }

  private func nodeLabels(_ node: Node) -> [Label] {
    settings.nodeSelectorLabels ? node.labels.map { Label(source: "node", key: $0.key, value: $0.value) } : []
  }

  private func host(_ node: Node?) -> NaiveParty {
    var party = NaiveParty(labels: [.reserved("host")], isHost: true)
    guard let node else { return party }
    party.labels += nodeLabels(node)
    if node.addresses.contains(where: isAPIServer) { party.labels.append(.reserved("kube-apiserver")) }
    if settings.cidrMatchesNodes { party.nodeAddresses = node.addresses }
    return party
  }

  private func remote(_ node: Node, _ address: IPAddress) -> NaiveParty {
    var party = NaiveParty(labels: [.reserved("remote-node")] + nodeLabels(node))
    if isAPIServer(address) { party.labels.append(.reserved("kube-apiserver")) }
    if settings.cidrMatchesNodes { party.nodeAddresses = [address] }
    return party
  }

  /// Labels under which `nodeSelector` knows a node.
  func nodePolicyLabels(_ name: String) -> [Label] {
    let node = cluster.nodes.first { $0.name == name }
    return (node?.labels ?? [:]).map { Label.k8s($0.key, $0.value) } + [.reserved("host")]
  }

  // MARK: Outside

  private func outside(_ address: IPAddress) -> NaiveParty {
    let world = !settings.isDualStack ? "world" : address.isIPv6 ? "world-ipv6" : "world-ipv4"
    var party = NaiveParty(labels: [.reserved(world)], outside: address)
    if isAPIServer(address) { party.labels.append(.reserved("kube-apiserver")) }
    party.labels += groupLabels(address)
    party.names = scenario.names.filter { $0.addresses.contains(address) }.map(\.name)
    return party
  }

  /// Labels of the CIDR groups around an address; of two values for one key that of the narrower block counts.
  private func groupLabels(_ address: IPAddress) -> [Label] {
    var byKey: [String: (length: Int, label: Label)] = [:]
    for group in scenario.groups {
      for prefix in group.prefixes where prefix.contains(address) {
        var labels = group.labels.map { Label(source: "cidrgroup", key: $0.key, value: $0.value) }
        labels.append(Label(source: "cidrgroup", key: "io.cilium.policy.cidrgroupname/\(group.name)"))
        for label in labels where prefix.length > byKey[label.key]?.length ?? -1 {
          byKey[label.key] = (prefix.length, label)
        }
      }
    }
    return byKey.values.map(\.label)
  }

  // MARK: Ports

  /// The number behind a port name: on ingress of the subject itself, on egress of all pods of the cluster that the
  /// agent knows; nil when there is none or more than one.
  func number(ofPort name: String, _ protocolNumber: UInt8, subject: NaiveActor, isIngress: Bool) -> UInt16? {
    var pods = cluster.pods.filter(hasAddress)
    if isIngress {
      guard case .pod(let index) = subject else { return nil }
      pods = [cluster.pods[index]]
    }
    let numbers = pods.flatMap(\.ports).filter {
      $0.name.lowercased() == name.lowercased() && $0.protocolNumber == protocolNumber
    }
    return Set(numbers.map(\.port)).count == 1 ? numbers.first?.port : nil
  }
}
