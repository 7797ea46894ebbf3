import Cluster
import Policy
import Rules

/// A peer selector and what it selects.
struct Selection: Sendable {
  let selector: PeerSelector
  let isWildcard: Bool
  /// Indices into `IdentityMap.identities`, ascending; for the wildcard all of them.
  private(set) var identities: [Int32]
  /// Numbers of the selected identities, ascending, hosts left out; none for the wildcard.
  private(set) var numbers: [UInt32] = []
  /// The selected host identities; of these an endpoint knows only its own node's.
  private(set) var hosts: [Int32] = []
  let text: String

  init(_ selector: PeerSelector, _ identities: [Int32], _ all: [SecurityIdentity]) {
    self.selector = selector
    self.identities = identities
    isWildcard = selector.isWildcard
    text = selector.text
    guard !isWildcard else { return }
    numbers.reserveCapacity(identities.count)
    var isAscending = true
    for identity in identities {
      let number = all[Int(identity)].id
      guard number != ReservedIdentity.host else {
        hosts.append(identity)
        continue
      }
      if let last = numbers.last, last > number { isAscending = false }
      numbers.append(number)
    }
    if !isAscending { numbers.sort() }
  }

  /// Numbers of the selected identities as an endpoint sees them that knows this host.
  func numbers(host: Int32) -> [UInt32] {
    hosts.contains(host) ? [ReservedIdentity.host] + numbers : numbers
  }

  func selects(host: Int32) -> Bool { isWildcard || hosts.contains(host) }

  mutating func insert(_ identity: Int32, number: UInt32) {
    identities.insertSorted(identity)
    if !isWildcard { numbers.insertSorted(number) }
  }

  mutating func remove(_ identity: Int32, number: UInt32) {
    identities.removeSorted(identity)
    if !isWildcard { numbers.removeSorted(number) }
  }
}
