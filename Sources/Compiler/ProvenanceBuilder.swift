import Manifest
import Policy
import Tables

/// Numbers the rules behind the tables and stores equal lists of them once.
struct ProvenanceBuilder {
  /// Cilium's own allowances, the first three rules.
  static let allowAnyIngress: UInt32 = 0
  static let allowAnyEgress: UInt32 = 1
  static let allowLocalhost: UInt32 = 2

  static let reservedRules: UInt32 = 3

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

  /// Puts a rule at an index that is free, or the next one.
  mutating func set(_ rule: UInt32, to entry: PolicyEntry) {
    if Int(rule) < rules.count { rules[Int(rule)] = Provenance.Rule(entry) } else { _ = add(entry) }
  }

  mutating func union(_ a: UInt32, _ b: UInt32) -> UInt32 { lists.union(a, b) }

  mutating func list(_ rules: [UInt32]) -> UInt32 { lists.list(rules) }

  /// The rules of a list, ascending.
  func rules(of list: UInt32) -> [UInt32] { lists.lists[Int(list)] }

  var listCount: Int { lists.lists.count }

  func lists(from first: Int) -> [[UInt32]] { Array(lists.lists[first...]) }
}

extension Provenance.Rule {
  fileprivate init(_ entry: PolicyEntry) {
    let origin = entry.origin
    self.init(
      kind: origin.kind, namespace: origin.namespace, name: origin.name, file: origin.location.file,
      line: origin.location.line, path: origin.path, log: entry.log ?? "")
  }
}
