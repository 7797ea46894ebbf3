/// Gives numbers to pods' label sets: those of the dump's CiliumIdentity objects, else the first free ones from 256.
struct PodIdentityAllocator {
  private var known: [LabelSet: UInt32] = [:]
  private var used: Set<UInt32> = []
  private var next: UInt32 = 256

  init(cluster: Cluster) {
    for identity in cluster.ciliumIdentities {
      known[LabelSet(identity.labels)] = identity.id
      used.insert(identity.id)
    }
    used.formUnion(cluster.ciliumEndpoints.compactMap(\.identity))
  }

  mutating func number(for labels: LabelSet) -> UInt32 {
    if !known.isEmpty, let id = known[labels] { return id }
    while used.contains(next) { next += 1 }
    defer { next += 1 }
    return next
  }
}
