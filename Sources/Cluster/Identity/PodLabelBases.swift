/// Labels that Cilium gives to pods beside their own: those of the namespace, its name, the cluster, the service account.
struct PodLabelBases: Sendable {
  private var namespaceLabels: [String: [Label]]
  private let clusterName: String
  /// By namespace, then service account.
  private var bases: [String: [String: LabelSet.Base]] = [:]

  init(cluster: Cluster) {
    clusterName = cluster.settings.clusterName
    namespaceLabels = Dictionary(
      cluster.namespaces.map { ($0.name, Self.labels(of: $0)) }, uniquingKeysWith: { _, last in last })
  }

  private static func labels(of namespace: Namespace) -> [Label] {
    namespace.labels.map { .k8s(LabelKey.namespaceLabelsPrefix + $0.key, $0.value) }
  }

  mutating func set(_ namespace: Namespace?, named name: String) {
    namespaceLabels[name] = namespace.map(Self.labels)
    bases[name] = nil
  }

  mutating func base(for pod: Pod) -> LabelSet.Base {
    if let known = bases[pod.namespace]?[pod.serviceAccount] { return known }
    // The API server gives every namespace its name as a label, so this holds even when the dump lacks the namespace.
    var labels =
      namespaceLabels[pod.namespace]
      ?? [.k8s(LabelKey.namespaceLabelsPrefix + "kubernetes.io/metadata.name", pod.namespace)]
    labels.append(.k8s(LabelKey.namespace, pod.namespace))
    labels.append(.k8s(LabelKey.cluster, clusterName))
    if !pod.serviceAccount.isEmpty { labels.append(.k8s(LabelKey.serviceAccount, pod.serviceAccount)) }
    let base = LabelSet.Base(labels)
    bases[pod.namespace, default: [:]][pod.serviceAccount] = base
    return base
  }
}
