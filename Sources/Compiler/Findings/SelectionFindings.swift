import Cluster
import Manifest
import Policy

/// Policies that select no pod, and peers that are nobody.
struct SelectionFindings {
  let context: FindingContext

  func review(_ list: inout FindingList) {
    guard context.knowsPods else { return }
    guard !reviewClusterName(&list) else { return }
    let hosts = context.cluster.pods.indices.filter {
      context.cluster.pods[$0].hostNetwork && !context.cluster.pods[$0].isFinished
    }
    let reader = SelectorReading(context: context, hostPods: hosts)
    for rule in context.rules {
      let entry = rule.entry
      if !entry.subjectIsNode, rule.subjects.isEmpty, let reason = reader.reason(entry.subject) {
        add(reason, .subjectSelectsNothing, "the policy selects no pod", rule.policy, &list)
      }
      for peer in entry.peers ?? [] {
        guard let selector = peer.podSelector, !isClusterEntity(selector), context.cache.selection(of: peer).isEmpty,
          let reason = reader.reason(selector)
        else { continue }
        let consequence = entry.isDeny ? "denied" : "admitted"
        add(
          reason, .peerSelectsNothing, "no pod is \(selector.shortText), so nobody is \(consequence) by it",
          entry.origin,
          &list)
      }
    }
  }

  private func add(
    _ reason: SelectorReading.Reason, _ identifier: WarningIdentifier, _ message: String, _ origin: RuleOrigin,
    _ list: inout FindingList
  ) {
    switch reason {
    case .hostNetwork(let pod):
      list.add(
        .selectsHostNetwork, origin,
        "this fits only pods in their node's network, such as \(pod), which are host or remote-node to Cilium",
        hint: "use entities (host, remote-node), or a host policy with nodeSelector")
    case .unknownNamespace(let name, let exists):
      list.add(
        identifier, origin,
        exists ? "\(message): namespace \(name) has none" : "\(message): there is no namespace \(name)",
        as: exists ? .note : .warning)
    case .noSuchLabels(let hint):
      list.add(identifier, origin, message, hint: hint)
    }
  }

  /// `toEntities: [cluster]` is such a selector.
  private func isClusterEntity(_ selector: LabelSelector) -> Bool {
    selector.requirements.allSatisfy { $0.key == LabelKey.cluster }
  }

  /// True when no pod carries the cluster name that selectors are completed with.
  private func reviewClusterName(_ list: inout FindingList) -> Bool {
    guard context.settings.defaultLocalCluster else { return false }
    var others: Set<String> = []
    for identity in context.podsOfIdentity.keys {
      let name = context.map.identities[Int(identity)].labels.labels.first { $0.key == LabelKey.cluster }?.value ?? ""
      if name == context.settings.clusterName { return false }
      others.insert(name)
    }
    guard let other = others.min(), let location = context.cluster.ciliumEndpoints.first?.location else { return false }
    list.add(
      .clusterNameDiffers, at: location, object: "",
      "the pods are of cluster \"\(other)\", but selectors ask for cluster \"\(context.settings.clusterName)\": "
        + "no policy selects any pod",
      hint: "--cluster-name \(other), or the ConfigMap kube-system/cilium-config")
    return true
  }
}

extension LabelSelector {
  /// Without what Cilium adds by itself.
  var shortText: String {
    let shown = LabelSelector(requirements.filter { $0.key != LabelKey.cluster })
    return shown.isWildcard ? "in the cluster" : shown.description
  }
}
