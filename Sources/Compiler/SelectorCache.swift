import Addresses
import Cluster
import Policy
import Rules

/// Which identities each peer selector selects. Every selector is evaluated once and known by a number from then on.
final class SelectorCache {
  private var identities: [SecurityIdentity]
  let index: LabelIndex
  /// Identities that carry a prefix label or the world label: the only ones that CIDR and FQDN selectors can match.
  private var outside: [Int32]
  private var numbers: [PeerSelector: Int32] = [:]
  private(set) var selections: [Selection] = []
  /// Registered, to be evaluated together; their numbers follow those of `selections`.
  private var pending: [PeerSelector] = []

  init(map: IdentityMap) {
    identities = map.identities
    index = LabelIndex(map.identities)
    outside = map.identities.indices.filter { Self.isOutside(map.identities[$0]) }.map(Int32.init)
  }

  static func isOutside(_ identity: SecurityIdentity) -> Bool {
    !identity.labels.prefixes.isEmpty || identity.isOutside
  }

  /// The selector's number; it may be used once `evaluate` has run.
  func register(_ selector: PeerSelector) -> Int32 {
    if let known = numbers[selector] { return known }
    let number = Int32(selections.count + pending.count)
    pending.append(selector)
    numbers[selector] = number
    return number
  }

  /// Evaluates what was registered, on several cores.
  func evaluate(threads: Int) {
    guard !pending.isEmpty else { return }
    index.read(
      keysOf: pending.lazy.compactMap { if case .labels(let labels) = $0 { labels } else { nil } }, threads: threads)
    let queries = pending.map { selector in
      if case .labels(let labels) = selector { index.query(labels) } else { LabelIndex.Query() }
    }
    let (pending, identities, outside) = (pending, identities, outside)
    let chunks = Cores.chunks(of: pending.count, atLeast: 16, threads: threads)
    let results = Cores.map(chunks.count, threads: threads) { chunk in
      chunks[chunk].map {
        Selection(pending[$0], Self.evaluate(pending[$0], queries[$0], identities, outside), identities)
      }
    }
    selections.reserveCapacity(selections.count + pending.count)
    for result in results { selections += result }
    self.pending.removeAll()
  }

  /// The selector's number.
  func number(of selector: PeerSelector) -> Int32 {
    let number = register(selector)
    if !pending.isEmpty { evaluate(threads: 1) }
    return number
  }

  subscript(number: Int32) -> Selection { selections[Int(number)] }

  /// Indices into `IdentityMap.identities`, ascending; for the wildcard all of them.
  func selection(of selector: PeerSelector) -> [Int32] {
    self[number(of: selector)].identities
  }

  // MARK: Changes

  /// Takes an identity up that came later, for the selectors that select it.
  func insert(_ identity: SecurityIdentity, at slot: Int, selectedBy selectors: [Int32]) {
    if slot < identities.count { identities[slot] = identity } else { identities.append(identity) }
    index.insert(identity, at: Int32(slot))
    if Self.isOutside(identity) { outside.insertSorted(Int32(slot)) }
    for selector in selectors { selections[Int(selector)].insert(Int32(slot), number: identity.id) }
  }

  func remove(at slot: Int, selectedBy selectors: [Int32]) {
    let identity = identities[slot]
    index.remove(at: Int32(slot))
    outside.removeSorted(Int32(slot))
    for selector in selectors { selections[Int(selector)].remove(Int32(slot), number: identity.id) }
  }

  // MARK: Evaluation

  private static func evaluate(
    _ selector: PeerSelector, _ query: LabelIndex.Query, _ identities: [SecurityIdentity], _ outside: [Int32]
  ) -> [Int32] {
    switch selector {
    case .labels: query.matches()
    case .cidr, .fqdn: outside.filter { selects(selector, identities[Int($0)].labels) }
    }
  }

  /// Whether a CIDR or FQDN selector selects an identity with these labels.
  static func selects(_ selector: PeerSelector, _ labels: LabelSet) -> Bool {
    switch selector {
    case .labels(let selector): return labels.matches(selector)
    case .fqdn(let selector): return labels.contains(Label(source: "fqdn", key: selector.text))
    case .cidr(let selector):
      let isBase =
        switch selector.base {
        case .prefix(let prefix): isInside(labels, prefix)
        case .group(let selector): labels.matches(selector)
        }
      return isBase && !selector.exceptions.contains { isInside(labels, $0) }
    }
  }

  /// Prefix labels compare by containment.
  private static func isInside(_ labels: LabelSet, _ prefix: IPPrefix) -> Bool {
    labels.prefixes.contains(where: prefix.contains)
  }
}
