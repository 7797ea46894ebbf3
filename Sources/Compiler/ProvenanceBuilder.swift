import Manifest
import Policy
import Tables

/// Numbers the rules behind the tables and stores equal lists of them once.
struct ProvenanceBuilder {
  private(set) var provenance = Provenance()
  private var lists: [[UInt32]: UInt32] = [[]: 0]
  /// Unions made before, by the two lists.
  private var unions: [UInt64: UInt32] = [:]
  /// Lists of Cilium's own allowances, the first three rules.
  let allowAnyIngress: UInt32 = 1
  let allowAnyEgress: UInt32 = 2
  let allowLocalhost: UInt32 = 3

  init() {
    for name in ["allow-any-ingress", "allow-any-egress", "allow-localhost-ingress"] {
      provenance.rules.append(Provenance.Rule(kind: "reserved", namespace: "", name: name))
    }
    for rule in provenance.rules.indices { _ = list([UInt32(rule)]) }
  }

  mutating func add(_ entry: PolicyEntry) -> UInt32 {
    let origin = entry.origin
    provenance.rules.append(
      Provenance.Rule(
        kind: origin.kind, namespace: origin.namespace, name: origin.name, file: origin.location.file,
        line: origin.location.line, path: origin.path, log: entry.log ?? ""))
    return UInt32(provenance.rules.count - 1)
  }

  /// The list of these rules, in any order and without repeats.
  mutating func list(_ rules: [UInt32]) -> UInt32 {
    let sorted = rules.sorted()
    if let known = lists[sorted] { return known }
    let index = UInt32(provenance.lists.count)
    provenance.lists.append(sorted)
    lists[sorted] = index
    return index
  }

  /// The list of the rules in either list.
  mutating func union(_ a: UInt32, _ b: UInt32) -> UInt32 {
    if a == b || b == 0 { return a }
    if a == 0 { return b }
    let pair = UInt64(a) << 32 | UInt64(b)
    if let known = unions[pair] { return known }
    let union = list(Array(Set(provenance.lists[Int(a)]).union(provenance.lists[Int(b)])))
    unions[pair] = union
    return union
  }
}
