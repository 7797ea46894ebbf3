import Addresses
import Cluster
import Manifest
import Rules

/// Turns a Kubernetes NetworkPolicy into entries as Cilium does (§1.10). It checks protocols only: a malformed ipBlock
/// selects nobody, a malformed selector nothing.
struct NetworkPolicyTranslator {
  var settings: Settings
  var compatibility: Compatibility
  var namespace: String
  var name: String
  var file: String

  func entries(_ policy: NetworkPolicyDocument) throws(Refusal) -> [PolicyEntry] {
    var ingress: [PolicyEntry] = []
    for rule in policy.ingress { ingress += try entries(rule, .ingress, "from") }
    var egress: [PolicyEntry] = []
    for rule in policy.egress { egress += try entries(rule, .egress, "to") }
    let types = policy.policyTypes.map(\.content)
    // A direction without rules is closed if the policy is for it; without policyTypes it is for ingress.
    if ingress.isEmpty, types.contains("Ingress") || !types.contains("Egress") {
      ingress = [entry(.ingress, nil, policy.field["ingress"] ?? policy.field, path: "spec.ingress")]
    }
    if egress.isEmpty, types.contains("Egress") {
      egress = [entry(.egress, nil, policy.field["egress"] ?? policy.field, path: "spec.egress")]
    }
    var subject = SelectorDraft(policy.podSelector, prefix: "k8s.")
    subject.labels[ExtendedKey.namespace] = namespace
    let selector = subject.selector
    return (ingress + egress).map { entry in
      var entry = entry
      entry.subject = selector
      return entry
    }
  }

  private func entries(
    _ rule: NetworkPolicyDocument.Rule, _ direction: Direction, _ list: String
  ) throws(Refusal) -> [PolicyEntry] {
    var ports: [PortRule] = []
    for port in rule.ports { ports.append(try portRule(port)) }
    let peers: [(peers: [PeerSelector]?, field: Field)] =
      rule.peers.isEmpty ? [([.wildcard], rule.field)] : rule.peers.map { (self.peers($0, direction), $0.field) }
    return peers.map { peers, field in
      var entry = entry(direction, peers, field, path: field.path.description)
      entry.ports = ports
      return entry
    }
  }

  private func entry(
    _ direction: Direction, _ peers: [PeerSelector]?, _ field: Field, path: String
  ) -> PolicyEntry {
    PolicyEntry(
      direction: direction, subject: .wildcard, peers: peers,
      origin: RuleOrigin(
        kind: "NetworkPolicy", namespace: namespace, name: name,
        location: Location(file: file, position: field.position), path: path))
  }

  private func peers(_ peer: NetworkPolicyDocument.Peer, _ direction: Direction) -> [PeerSelector]? {
    var peers: [PeerSelector] = []
    let hasSelector = peer.podSelector != nil || peer.namespaceSelector != nil
    // B1: on ingress the cluster label is put into a pod selector that is not there, which then counts as one.
    if hasSelector || (direction == .ingress && compatibility.reproducesBugs && settings.defaultLocalCluster) {
      peers.append(.labels(selector(peer)))
    }
    if let block = peer.ipBlock, let prefix = IPPrefix(block.cidr) {
      peers.append(
        .cidr(
          CIDRSelector(
            base: .prefix(prefix), exceptions: block.exceptions.compactMap { IPPrefix($0.content) }, isSet: true)))
    }
    return peers.isEmpty ? nil : peers
  }

  /// One selector for the pods and the namespaces of a peer, in this cluster unless the pod selector names one.
  private func selector(_ peer: NetworkPolicyDocument.Peer) -> LabelSelector {
    var pods = peer.podSelector.map { SelectorDraft($0, prefix: "k8s.") } ?? SelectorDraft()
    if settings.defaultLocalCluster, !namesCluster(pods) {
      pods.labels[ExtendedKey.cluster] = settings.clusterName
    }
    guard let namespaces = peer.namespaceSelector else {
      pods.labels[ExtendedKey.namespace] = namespace
      return pods.selector
    }
    var draft = SelectorDraft(namespaces, prefix: "k8s.\(LabelKey.namespaceLabelsPrefix)")
    if draft.labels.isEmpty, draft.expressions.isEmpty { draft.addExists(ExtendedKey.namespace) }
    draft.add(pods)
    return draft.selector
  }

  /// An empty value does not count, as in Cilium.
  private func namesCluster(_ pods: SelectorDraft) -> Bool {
    pods.labels[ExtendedKey.cluster]?.isEmpty == false
      || pods.expressions.contains { $0.key == ExtendedKey.cluster }
  }

  private func portRule(_ port: NetworkPolicyDocument.Port) throws(Refusal) -> PortRule {
    guard let `protocol` = ProtocolName.parse(port.protocol ?? "TCP") else {
      throw (port.field["protocol"] ?? port.field).refusal(ProtocolName.fault(port.protocol ?? ""))
    }
    return PortRule(ports: [
      PortProtocol(port: PortTranslator.port(port.port ?? "0"), endPort: port.endPort ?? 0, protocol: `protocol`)
    ])
  }
}
