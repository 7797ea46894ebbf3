import Cluster
import Policy
import Rules
import Tables

extension LiveCompilation {
  /// The slot of an identity, with one user more; a new one is put into all maps that concern it.
  mutating func acquire(_ labels: LabelSet, isOutside: Bool) -> Int {
    let (slot, isNew) = identities.acquire(labels, isOutside: isOutside)
    guard isNew else { return slot }
    let identity = identities.slots[slot]
    watch.update(cache)
    let selectors = watch.selectors(of: identity, cache)
    cache.insert(identity, at: slot, selectedBy: selectors)
    delta.identities.append(Identity(id: identity.id, labels: labels.texts))
    for policy in policies.users(of: selectors, but: wildcard) {
      insert(identity.id, selectedBy: selectors, into: policy)
    }
    return slot
  }

  /// One user less of an identity.
  mutating func release(_ slot: Int) {
    let identity = identities.slots[slot]
    guard identities.release(slot) else { return }
    watch.update(cache)
    let selectors = watch.selectors(of: identity, cache)
    for policy in policies.users(of: selectors, but: wildcard) { policies.removeEntries(of: identity.id, from: policy) }
    cache.remove(at: slot, selectedBy: selectors)
    locals[slot] = nil
    delta.identitiesRemoved.append(identity.id)
  }

  /// Puts the entries of an identity into a policy's map.
  private mutating func insert(_ identity: UInt32, selectedBy selectors: [Int32], into policy: Int) {
    for direction in Direction.allCases {
      let entries = entries(of: identity, selectedBy: selectors, in: policy, direction)
      if !entries.isEmpty { policies.insert(entries, into: policy, direction) }
    }
  }

  private mutating func entries(
    of identity: UInt32, selectedBy selectors: [Int32], in policy: Int, _ direction: Direction
  ) -> [PolicyMapBuilder.Entry] {
    let compiled = policies[policy].policy.directions[Int(direction.rawValue)]
    var builder = PolicyMapBuilder(usesAuthentication: compiled.usesAuthentication, strong: compiled.strong)
    var isEmpty = true
    for source in compiled.sources {
      for peer in source.peers
      where !peer.isImplied && peer.selector != wildcard && selectors.containsSorted(peer.selector) {
        source.insert(identity, peer.value, into: &builder)
        isEmpty = false
      }
    }
    guard !isEmpty else { return [] }
    let redirects = numbering.redirects
    return builder.finish(
      mergingRules: { numbering.provenance.union($0, $1) },
      isFirst: { redirects[Int($0) - 1].name < redirects[Int($1) - 1].name })
  }
}

extension Array where Element: Comparable {
  /// In an ascending array.
  func containsSorted(_ element: Element) -> Bool {
    let position = sortedPosition(of: element)
    return position < count && self[position] == element
  }
}
