import Cluster

/// Confines the selectors of a CNP or CCNP to its namespace and to the local cluster (§1.9).
struct Namespacing {
  /// nil for a cluster-wide policy.
  var namespace: String?
  /// nil when selectors reach over all clusters (`policy-default-local-cluster` off).
  var localCluster: String?
  /// The policy's own endpoint selector names `reserved:init`: such endpoints have no namespace, so the peers of a
  /// cluster-wide policy need none.
  var subjectMentionsInit = false

  init(namespace: String?, settings: Settings) {
    self.namespace = namespace
    localCluster = settings.defaultLocalCluster ? settings.clusterName : nil
  }

  func subject(_ document: SelectorDocument) -> LabelSelector {
    var draft = SelectorDraft(document)
    if let namespace { draft.labels[ExtendedKey.namespace] = namespace }
    return draft.selector
  }

  func endpoints(_ document: SelectorDocument) -> LabelSelector {
    let draft = SelectorDraft(document)
    // Reserved identities have neither namespace nor cluster.
    if draft.hasKey(withPrefix: "reserved.") { return draft.selector }
    return confined(draft)
  }

  func requirement(_ document: SelectorDocument) -> LabelSelector {
    confined(SelectorDraft(document))
  }

  func nodes(_ document: SelectorDocument) -> LabelSelector {
    var draft = SelectorDraft(document)
    draft.addExists(ExtendedKey.remoteNode)
    addCluster(&draft)
    return draft.selector
  }

  private func confined(_ draft: SelectorDraft) -> LabelSelector {
    var draft = draft
    if !draft.hasKey(ExtendedKey.namespace, ExtendedKey.anyNamespace) {
      if let namespace {
        let prefix = LabelKey.namespaceLabelsPrefix
        if !draft.hasKey(withPrefix: "k8s.\(prefix)", "any.\(prefix)") {
          draft.labels[ExtendedKey.namespace] = namespace
        }
      } else if !subjectMentionsInit {
        draft.addExists(ExtendedKey.namespace)
      }
    }
    addCluster(&draft)
    return draft.selector
  }

  private func addCluster(_ draft: inout SelectorDraft) {
    if let localCluster, !draft.hasKey(ExtendedKey.cluster, ExtendedKey.anyCluster) {
      draft.labels[ExtendedKey.cluster] = localCluster
    }
  }
}
