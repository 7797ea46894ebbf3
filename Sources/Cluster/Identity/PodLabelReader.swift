/// Reads the labels of single pods' identities while the cluster changes.
public struct PodLabelReader: Sendable {
  private var bases: PodLabelBases
  private var filter = IdentityLabelFilter.Memory()

  public init(cluster: Cluster) {
    bases = PodLabelBases(cluster: cluster)
  }

  public mutating func labels(of pod: Pod) -> LabelSet {
    var own: [Label] = []
    for (key, value) in pod.labels where filter.keeps(key) { own.append(.k8s(key, value)) }
    return LabelSet(own, base: bases.base(for: pod))
  }

  /// Takes the labels of a namespace over; nil: it is gone.
  public mutating func set(_ namespace: Namespace?, named name: String) {
    bases.set(namespace, named: name)
  }
}
