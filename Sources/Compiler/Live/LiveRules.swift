import Cluster
import Policy

/// The rules in force, in slots of their own, and the order in which they merge: that of the policies' names.
struct LiveRules {
  /// What tells policies apart, in the order of importance.
  struct Name: Hashable, Comparable {
    var namespace: String
    var name: String
    var kind: String

    static func < (a: Name, b: Name) -> Bool {
      if a.namespace != b.namespace { return a.namespace < b.namespace }
      return a.name != b.name ? a.name < b.name : a.kind < b.kind
    }
  }

  private struct Policy {
    var name: Name
    var rules: [Int32]
    /// Ascending with the names, with gaps for policies to come.
    var rank: UInt64
  }

  private struct Order: Comparable {
    var policy: UInt64
    var element: UInt32

    static func < (a: Order, b: Order) -> Bool { a.policy != b.policy ? a.policy < b.policy : a.element < b.element }
  }

  /// By rule; some may be unused.
  private(set) var entries: [CompiledEntry]
  private var orders: [Order]
  private var policies: [Policy] = []
  private var positions: [Name: Int] = [:]
  /// Positions in `policies`, by name.
  private var sorted: [Int] = []
  private var freePolicies: [Int] = []
  private var freeRules: [Int32] = []
  /// Rules for nodes, in order.
  private(set) var nodeRules: [Int32] = []
  private var subjects: [LabelSelector: Int32] = [:]
  private var rulesOfSubject: [(selector: LabelSelector, rules: [Int32])] = []
  private var anchors = SelectorAnchors()

  private static let gap: UInt64 = 1 << 32

  /// - Parameter counts: the accepted policies in order, with how many rules each has.
  init(_ entries: [CompiledEntry], counts: [(name: Name, rules: Int)], _ index: LabelIndex) {
    self.entries = entries
    orders = [Order](repeating: Order(policy: 0, element: 0), count: entries.count)
    var next: Int32 = 0
    for (name, count) in counts {
      let policy = Policy(
        name: name, rules: Array(next..<next + Int32(count)), rank: UInt64(policies.count + 1) * Self.gap)
      next += Int32(count)
      positions[name] = policies.count
      sorted.append(policies.count)
      policies.append(policy)
      setOrders(policy)
    }
    for rule in entries.indices { select(Int32(rule), index) }
  }

  func rules(of name: Name) -> [Int32]? { positions[name].map { policies[$0].rules } }

  /// Slots for so many new rules.
  mutating func reserve(_ count: Int) -> [Int32] {
    var next = Int32(entries.count)
    return (0..<count).map { _ in
      if let free = freeRules.popLast() { return free }
      defer { next += 1 }
      return next
    }
  }

  /// Puts a policy in force, whose rules have slots from `reserve`.
  mutating func add(_ name: Name, _ added: [(rule: Int32, entry: CompiledEntry)], _ index: LabelIndex) {
    for (rule, entry) in added {
      if Int(rule) < entries.count {
        entries[Int(rule)] = entry
      } else {
        entries.append(entry)
        orders.append(Order(policy: 0, element: 0))
      }
    }
    let place = place(of: name)
    let before = place > 0 ? policies[sorted[place - 1]].rank : 0
    let after = place < sorted.count ? policies[sorted[place]].rank : before + 2 * Self.gap
    let policy = Policy(name: name, rules: added.map(\.rule), rank: before + (after - before) / 2)
    let position = freePolicies.popLast() ?? policies.count
    if position < policies.count { policies[position] = policy } else { policies.append(policy) }
    positions[name] = position
    sorted.insert(position, at: place)
    if policy.rank == before { rank() } else { setOrders(policy) }
    for (rule, _) in added { select(rule, index) }
  }

  mutating func remove(_ name: Name) {
    guard let position = positions.removeValue(forKey: name) else { return }
    for rule in policies[position].rules {
      let entry = entries[Int(rule)].entry
      if entry.subjectIsNode {
        nodeRules.removeAll { $0 == rule }
      } else if let subject = subjects[entry.subject] {
        rulesOfSubject[Int(subject)].rules.removeAll { $0 == rule }
      }
    }
    freeRules += policies[position].rules
    sorted.remove(at: place(of: name))
    policies[position].rules = []
    freePolicies.append(position)
  }

  /// The gap between two policies is used up: all get new ranks.
  private mutating func rank() {
    for (place, position) in sorted.enumerated() {
      policies[position].rank = UInt64(place + 1) * Self.gap
      setOrders(policies[position])
    }
  }

  private mutating func setOrders(_ policy: Policy) {
    for (element, rule) in policy.rules.enumerated() {
      orders[Int(rule)] = Order(policy: policy.rank, element: UInt32(element))
    }
  }

  private func place(of name: Name) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if policies[sorted[middle]].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Subjects

  private mutating func select(_ rule: Int32, _ index: LabelIndex) {
    let entry = entries[Int(rule)].entry
    guard !entry.subjectIsNode else {
      insert(rule, into: &nodeRules)
      return
    }
    if let subject = subjects[entry.subject] {
      rulesOfSubject[Int(subject)].rules.append(rule)
      return
    }
    let subject = Int32(rulesOfSubject.count)
    subjects[entry.subject] = subject
    rulesOfSubject.append((entry.subject, [rule]))
    anchors.add(entry.subject, subject, index)
  }

  /// The rules that select an identity with these labels, in order.
  func rules(selecting labels: LabelSet) -> [Int32] {
    var result: [Int32] = []
    for subject in Set(anchors.candidates(for: labels)) {
      let (selector, rules) = rulesOfSubject[Int(subject)]
      if !rules.isEmpty, labels.matches(selector) { result += rules }
    }
    return result.sorted { orders[Int($0)] < orders[Int($1)] }
  }

  /// Inserts a rule into a list that is in order.
  func insert(_ rule: Int32, into rules: inout [Int32]) {
    let order = orders[Int(rule)]
    rules.insert(rule, at: rules.firstIndex { order < orders[Int($0)] } ?? rules.count)
  }
}
