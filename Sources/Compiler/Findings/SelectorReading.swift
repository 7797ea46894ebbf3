import Cluster
import Manifest
import Policy

/// Why a selector selects nobody.
struct SelectorReading {
  enum Reason {
    /// The name of a pod that it would select if Cilium managed it.
    case hostNetwork(String)
    /// The namespace that has no pods in the input; whether the input knows it.
    case unknownNamespace(String, exists: Bool)
    case noSuchLabels(hint: String?)
  }

  let context: FindingContext
  /// Running pods in their node's network.
  let hostPods: [Int]

  /// nil where another warning says it, or where the input says too little.
  func reason(_ selector: LabelSelector) -> Reason? {
    guard !selector.requirements.contains(where: isReportedElsewhere) else { return nil }
    for index in hostPods where labels(ofPod: index).matches(selector) {
      return .hostNetwork(context.name(ofPod: index))
    }
    let namespaces = selector.requirements.lazy.filter { $0.key == LabelKey.namespace }
    if let named = namespaces.first(where: { $0.operator == .equals || $0.operator == .in }),
      !named.values.contains(where: context.populatedNamespaces.contains), let name = named.values.first
    {
      let known = context.cluster.namespaces
      return .unknownNamespace(name, exists: known.isEmpty || known.contains { $0.name == name })
    }
    return .noSuchLabels(hint: hint(selector))
  }

  private func isReportedElsewhere(_ requirement: LabelSelector.Requirement) -> Bool {
    guard requirement.operator != .notIn, requirement.operator != .doesNotExist else { return false }
    return !IdentityLabelFilter.keeps(requirement.key) || requirement.key == "io.cilium.k8s.policy.namespace"
      || ["k8s.", "any."].contains(where: requirement.key.hasPrefix)
  }

  private func labels(ofPod index: Int) -> LabelSet {
    let pod = context.cluster.pods[index]
    return LabelSet(
      pod.labels.map { Label.k8s($0.key, $0.value) } + [
        .k8s(LabelKey.namespace, pod.namespace), .k8s(LabelKey.cluster, context.settings.clusterName),
      ])
  }

  /// The one demand that nobody meets, and what the pods that meet the others carry instead.
  private func hint(_ selector: LabelSelector) -> String? {
    for (index, requirement) in selector.requirements.enumerated() {
      guard ![LabelKey.namespace, LabelKey.cluster].contains(requirement.key), let value = requirement.values.first
      else {
        continue
      }
      var rest = selector
      rest.requirements.remove(at: index)
      let candidates = context.cache.selection(of: .labels(rest)).filter { context.podsOfIdentity[$0] != nil }
      guard !candidates.isEmpty else { continue }
      let labels = candidates.prefix(500).flatMap { context.map.identities[Int($0)].labels.labels }
      if let other = labels.first(where: { $0.value == value && $0.key != requirement.key }) {
        return "did you mean \(other.key): \(value)?"
      }
      let values = Set(labels.lazy.filter { $0.key == requirement.key }.map(\.value)).sorted()
      if values.isEmpty { return "none of these pods has a label \(requirement.key)" }
      let near = values.filter { $0.contains(value) || value.contains($0) }
      return "\(requirement.key) is \((near.isEmpty ? values : near).prefix(4).joined(separator: ", ")) there"
    }
    return nil
  }
}
