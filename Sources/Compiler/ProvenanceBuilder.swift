import Manifest
import Policy
import Tables

/// Numbers the rules behind the tables and stores equal lists of them once.
struct ProvenanceBuilder {
  /// Cilium's own allowances, the first three rules.
  static let allowAnyIngress: UInt32 = 0
  static let allowAnyEgress: UInt32 = 1
  static let allowLocalhost: UInt32 = 2

  private(set) var rules: [Provenance.Rule] = []
  private var lists = RuleLists()

  init() {
    for name in ["allow-any-ingress", "allow-any-egress", "allow-localhost-ingress"] {
      rules.append(Provenance.Rule(kind: "reserved", namespace: "", name: name))
    }
    for rule in rules.indices { _ = lists.list([UInt32(rule)]) }
  }

  var provenance: Provenance {
    var result = Provenance()
    result.rules = rules
    result.lists = lists.lists
    return result
  }

  var nextRule: UInt32 { UInt32(rules.count) }

  mutating func add(_ entry: PolicyEntry) -> UInt32 {
    rules.append(Provenance.Rule(entry))
    return UInt32(rules.count - 1)
  }

  mutating func replace(_ rule: UInt32, with entry: PolicyEntry) {
    rules[Int(rule)] = Provenance.Rule(entry)
  }

  mutating func list(_ rules: [UInt32]) -> UInt32 { lists.list(rules) }

  var listCount: Int { lists.lists.count }
}

extension Provenance.Rule {
  fileprivate init(_ entry: PolicyEntry) {
    let origin = entry.origin
    self.init(
      kind: origin.kind, namespace: origin.namespace, name: origin.name, file: origin.location.file,
      line: origin.location.line, path: origin.path, log: entry.log ?? "")
  }
}
