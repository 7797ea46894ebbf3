internal import Tables

/// The remote identities that a rule of a proxy is for.
struct RemotePeers: Sendable {
  /// As `FilterPeer.selector`.
  let selector: String
  private let isWildcard: Bool
  /// Sorted.
  private var identities: [UInt32]

  init(_ peer: FilterPeer) {
    selector = peer.selector
    isWildcard = peer.isWildcard
    identities = peer.identities
  }

  func contains(_ identity: UInt32) -> Bool {
    if isWildcard { return true }
    let place = place(of: identity)
    return place < identities.count && identities[place] == identity
  }

  mutating func insert(_ identity: UInt32) {
    let place = place(of: identity)
    if place == identities.count || identities[place] != identity { identities.insert(identity, at: place) }
  }

  mutating func remove(_ identity: UInt32) {
    let place = place(of: identity)
    if place < identities.count, identities[place] == identity { identities.remove(at: place) }
  }

  /// Where an identity is or belongs.
  private func place(of identity: UInt32) -> Int {
    var (low, high) = (0, identities.count)
    while low < high {
      let middle = (low + high) / 2
      if identities[middle] < identity { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
