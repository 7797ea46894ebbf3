import Manifest
import Policy
import Tables

/// Numbers the rules behind the tables and stores equal lists of them once.
struct ProvenanceBuilder {
  private(set) var provenance = Provenance()
  private var lists: [[UInt32]: UInt32] = [[]: 0]
  /// Cilium's own allowances.
  let allowAnyIngress: UInt32
  let allowAnyEgress: UInt32
  let allowLocalhost: UInt32

  init() {
    for name in ["allow-any-ingress", "allow-any-egress", "allow-localhost-ingress"] {
      provenance.rules.append(Provenance.Rule(kind: "reserved", namespace: "", name: name))
    }
    (allowAnyIngress, allowAnyEgress, allowLocalhost) = (0, 1, 2)
  }

  mutating func add(_ entry: PolicyEntry) -> UInt32 {
    let origin = entry.origin
    provenance.rules.append(
      Provenance.Rule(
        kind: origin.kind, namespace: origin.namespace, name: origin.name, file: origin.location.file,
        line: origin.location.line, path: origin.path, log: entry.log ?? ""))
    return UInt32(provenance.rules.count - 1)
  }

  mutating func list(_ rules: Set<UInt32>) -> UInt32 {
    let sorted = rules.sorted()
    if let known = lists[sorted] { return known }
    let index = UInt32(provenance.lists.count)
    provenance.lists.append(sorted)
    lists[sorted] = index
    return index
  }
}
