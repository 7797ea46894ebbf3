import Cluster
import Policy

/// What identities that come and go mean for the selectors known so far.
struct SelectorWatch {
  private var anchors = SelectorAnchors()
  /// Selectors of addresses.
  private var outside: [Int32] = []
  private var watched = 0

  /// Takes up the selectors that came since the last call.
  mutating func update(_ cache: SelectorCache) {
    for number in watched..<cache.selections.count {
      switch cache.selections[number].selector {
      case .labels(let selector): anchors.add(selector, Int32(number), cache.index)
      case .cidr, .fqdn: outside.append(Int32(number))
      }
    }
    watched = cache.selections.count
  }

  /// Numbers of the selectors that select an identity, without repeats; the wildcard is among them.
  func selectors(of identity: SecurityIdentity, _ cache: SelectorCache) -> [Int32] {
    var candidates = anchors.candidates(for: identity.labels)
    if SelectorCache.isOutside(identity) { candidates += outside }
    candidates.sort()
    var last: Int32 = -1
    return candidates.filter { number in
      defer { last = number }
      return number != last && SelectorCache.selects(cache.selections[Int(number)].selector, identity.labels)
    }
  }
}
