import Cluster

/// Identities by the labels they carry, so that a selector looks only at those that can match.
///
/// Lists are ascending. Only the keys that some selector mentions are ever asked for, so lists are made on demand.
final class LabelIndex {
  struct Pair: Hashable, Sendable {
    var source: String
    var value: String
  }

  /// Identities that carry a label, as a list and as a set.
  ///
  /// Its sharing between threads is sound because it only changes while `insert` or `remove` of the index run, and queries
  /// do not outlive the evaluation that made them.
  final class Posting: @unchecked Sendable {
    private(set) var list: [Int32]
    private var bits: [UInt64]

    init(_ list: [Int32], count: Int) {
      self.list = list
      bits = [UInt64](repeating: 0, count: (count + 63) / 64)
      for identity in list { bits[Int(identity) >> 6] |= 1 << UInt64(identity & 63) }
    }

    @inline(__always)
    func contains(_ identity: Int32) -> Bool {
      let word = Int(identity) >> 6
      return word < bits.count && bits[word] >> UInt64(identity & 63) & 1 != 0
    }

    fileprivate func insert(_ identity: Int32) {
      guard !contains(identity) else { return }
      list.insertSorted(identity)
      while bits.count <= Int(identity) >> 6 { bits.append(0) }
      bits[Int(identity) >> 6] |= 1 << UInt64(identity & 63)
    }

    fileprivate func remove(_ identity: Int32) {
      guard contains(identity) else { return }
      list.removeSorted(identity)
      bits[Int(identity) >> 6] &= ~(1 << UInt64(identity & 63))
    }
  }

  private var identities: [SecurityIdentity]
  /// Those that exist; numbers of gone ones are given out again.
  private var existing: Posting
  /// For each key that was asked for: the labels with it and their identities.
  private var byKey: [String: [Pair: [Int32]]] = [:]
  private var postings: [LabelSelector.Requirement: Posting] = [:]
  private var requirements: [String: [LabelSelector.Requirement]] = [:]

  init(_ identities: [SecurityIdentity]) {
    self.identities = identities
    existing = Posting(Array(0..<Int32(identities.count)), count: identities.count)
  }

  var all: [Int32] { existing.list }

  /// A selector as the lists of identities that its requirements name.
  struct Query: Sendable {
    fileprivate var demanded: [Posting] = []
    fileprivate var excluded: [Posting] = []
    fileprivate var existing: [Int32] = []

    /// Indices of the identities that the selector matches, ascending.
    func matches() -> [Int32] {
      guard let least = demanded.indices.min(by: { demanded[$0].list.count < demanded[$1].list.count }) else {
        return existing.filter { identity in !excluded.contains { $0.contains(identity) } }
      }
      let candidates = demanded[least].list
      if demanded.count == 1, excluded.isEmpty { return candidates }
      return candidates.filter { identity in
        demanded.allSatisfy { $0.contains(identity) } && !excluded.contains { $0.contains(identity) }
      }
    }
  }

  func query(_ selector: LabelSelector) -> Query {
    var query = Query()
    for requirement in selector.requirements {
      switch requirement.operator {
      case .equals, .in, .exists:
        query.demanded.append(posting(for: requirement))
      case .notIn:
        query.excluded.append(
          posting(for: .init(source: requirement.source, key: requirement.key, .in, requirement.values)))
      case .doesNotExist:
        query.excluded.append(posting(for: .init(source: requirement.source, key: requirement.key, .exists)))
      }
    }
    if query.demanded.isEmpty { query.existing = existing.list }
    return query
  }

  /// How many identities a positive requirement leaves.
  func count(for requirement: LabelSelector.Requirement) -> Int { posting(for: requirement).list.count }

  /// The identities with a label that satisfies a positive requirement.
  private func posting(for requirement: LabelSelector.Requirement) -> Posting {
    if let known = postings[requirement] { return known }
    let list = list(for: requirement)
    let posting = Posting(list, count: identities.count)
    postings[requirement] = posting
    requirements[requirement.key, default: []].append(requirement)
    return posting
  }

  private func list(for requirement: LabelSelector.Requirement) -> [Int32] {
    let labels = labels(withKey: requirement.key)
    if requirement.operator != .exists, requirement.source != "any", requirement.values.count == 1 {
      return labels[Pair(source: requirement.source, value: requirement.values[0])] ?? []
    }
    // An identity has one label per key, so the lists are disjoint.
    let lists = labels.filter { pair, _ in Self.satisfies(pair, requirement) }
    return lists.count == 1 ? lists.first?.value ?? [] : lists.values.flatMap(\.self).sorted()
  }

  private static func satisfies(_ pair: Pair, _ requirement: LabelSelector.Requirement) -> Bool {
    (requirement.source == "any" || requirement.source == pair.source)
      && (requirement.operator == .exists || requirement.values.contains(pair.value))
  }

  /// Finds the labels with the keys that selectors mention, on several cores.
  func read(keysOf selectors: some Sequence<LabelSelector>, threads: Int) {
    var keys: Set<String> = []
    for selector in selectors {
      for requirement in selector.requirements where byKey[requirement.key] == nil { keys.insert(requirement.key) }
    }
    let new = Array(keys)
    let (identities, existing) = (identities, existing.list)
    let lists = Cores.map(new.count, threads: threads) { Self.labels(withKey: new[$0], of: identities, existing) }
    for (key, lists) in zip(new, lists) { byKey[key] = lists }
  }

  private func labels(withKey key: String) -> [Pair: [Int32]] {
    if let known = byKey[key] { return known }
    let result = Self.labels(withKey: key, of: identities, existing.list)
    byKey[key] = result
    return result
  }

  private static func labels(
    withKey key: String, of identities: [SecurityIdentity], _ existing: [Int32]
  ) -> [Pair: [Int32]] {
    // Numbers of the labels found, as most are found often.
    var numbers: [Pair: Int] = [:]
    var lists: [[Int32]] = []
    func number(_ label: Label) -> Int {
      let pair = Pair(source: label.source, value: label.value)
      if let known = numbers[pair] { return known }
      numbers[pair] = lists.count
      lists.append([])
      return lists.count - 1
    }
    // Labels that many identities share are looked up once.
    var shared: [ObjectIdentifier: Int?] = [:]
    var lastBase: (identifier: ObjectIdentifier, number: Int?)?
    for identity in existing {
      let labels = identities[Int(identity)].labels
      if let label = labels.ownLabel(withKey: key) {
        lists[number(label)].append(identity)
      } else if let base = labels.base {
        let identifier = ObjectIdentifier(base)
        if lastBase?.identifier != identifier {
          if let known = shared[identifier] {
            lastBase = (identifier, known)
          } else {
            lastBase = (identifier, base.label(withKey: key).map { number($0) })
            shared[identifier] = .some(lastBase?.number)
          }
        }
        if let number = lastBase?.number { lists[number].append(identity) }
      }
    }
    return numbers.mapValues { lists[$0] }
  }
}

extension LabelIndex {
  /// Takes an identity up that came later; `index` is new or was removed before.
  func insert(_ identity: SecurityIdentity, at index: Int32) {
    if Int(index) < identities.count { identities[Int(index)] = identity } else { identities.append(identity) }
    existing.insert(index)
    identity.labels.forEach { label in
      guard byKey[label.key] != nil else { return }
      let pair = Pair(source: label.source, value: label.value)
      byKey[label.key]?[pair, default: []].insertSorted(index)
      for requirement in requirements[label.key] ?? [] where Self.satisfies(pair, requirement) {
        postings[requirement]?.insert(index)
      }
    }
  }

  func remove(at index: Int32) {
    existing.remove(index)
    identities[Int(index)].labels.forEach { label in
      guard byKey[label.key] != nil else { return }
      let pair = Pair(source: label.source, value: label.value)
      byKey[label.key]?[pair]?.removeSorted(index)
      for requirement in requirements[label.key] ?? [] where Self.satisfies(pair, requirement) {
        postings[requirement]?.remove(index)
      }
    }
  }
}

extension Array where Element: Comparable {
  /// Where the element is, or belongs, in an ascending array.
  func sortedPosition(of element: Element) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Inserts into an ascending array what is not in it.
  mutating func insertSorted(_ element: Element) {
    let position = sortedPosition(of: element)
    if position == count || self[position] != element { insert(element, at: position) }
  }

  mutating func removeSorted(_ element: Element) {
    let position = sortedPosition(of: element)
    if position < count, self[position] == element { remove(at: position) }
  }
}
