/// What a pod's identity is made of, read on all cores as large clusters spend most of their time here.
struct PodLabels: Sendable {
  /// `namespace/name`
  var name: String
  var labels: LabelSet

  /// In the order of `pods`, indices into the cluster's pods. Pods of one namespace should follow each other.
  static func read(_ pods: [Int], of cluster: Cluster, threads: Int) -> [PodLabels] {
    let bases = PodLabelBases.of(pods, in: cluster)
    let chunks = Cores.chunks(of: pods.count, atLeast: 256, threads: threads)
    return Cores.map(chunks.count, threads: threads) { chunk in
      var filter = IdentityLabelFilter.Memory()
      return chunks[chunk].map { position in
        let index = pods[position]
        var own: [Label] = []
        own.reserveCapacity(cluster.pods[index].labels.count)
        for (key, value) in cluster.pods[index].labels where filter.keeps(key) { own.append(.k8s(key, value)) }
        return PodLabels(
          name: cluster.pods[index].namespace + "/" + cluster.pods[index].name,
          labels: LabelSet(own, base: bases[position]))
      }
    }.flatMap(\.self)
  }
}

extension PodLabelBases {
  /// The base of each pod, shared where namespace and service account are.
  fileprivate static func of(_ pods: [Int], in cluster: Cluster) -> [LabelSet.Base] {
    var bases = PodLabelBases(cluster: cluster)
    var result: [LabelSet.Base] = []
    result.reserveCapacity(pods.count)
    var last: Int?
    for index in pods {
      if let last, let base = result.last, cluster.pods[last].namespace == cluster.pods[index].namespace,
        cluster.pods[last].serviceAccount == cluster.pods[index].serviceAccount
      {
        result.append(base)
      } else {
        result.append(bases.base(for: cluster.pods[index]))
      }
      last = index
    }
    return result
  }
}
