/// Which pod labels take part in an identity: Cilium's default filter (`cilium-policy.md` §2.1).
public enum IdentityLabelFilter {
  private static let keptPrefixes = [
    LabelKey.namespace, LabelKey.namespaceLabelsPrefix, "app.kubernetes.io/", LabelKey.cluster,
    LabelKey.serviceAccount,
  ]
  private static let droppedPrefixes = [
    "io.kubernetes", "kubernetes.io", "k8s.io", "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index", "batch.kubernetes.io/job-completion-index", "batch.kubernetes.io/controller-uid",
    "pod-template-generation", "pod-template-hash", "controller-revision-hash", "controller-uid", "annotation",
    "etcd_node",
  ]

  /// The answers for keys asked before: a cluster has few keys and many pods.
  struct Memory: Sendable {
    private var answers: [String: Bool] = [:]

    mutating func keeps(_ key: String) -> Bool {
      if let known = answers[key] { return known }
      let answer = IdentityLabelFilter.keeps(key)
      answers[key] = answer
      return answer
    }
  }

  /// False for a label that identities, and therefore selectors, never see.
  public static func keeps(_ key: String) -> Bool {
    if keptPrefixes.contains(where: key.hasPrefix) { return true }
    if droppedPrefixes.contains(where: key.hasPrefix) { return false }
    return !key.contains("beta.kubernetes.io")
  }
}
