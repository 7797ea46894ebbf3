import Addresses
import Cluster
import Policy
import Rules

/// Which identities each peer selector selects; every selector is evaluated once.
final class SelectorCache {
  private let map: IdentityMap
  private let index: LabelIndex
  /// Identities that carry a prefix label or the world label: the only ones that CIDR selectors can match.
  private let outside: [Int32]
  private var selections: [PeerSelector: [Int32]] = [:]

  init(map: IdentityMap) {
    self.map = map
    index = LabelIndex(map.identities)
    outside = map.identities.indices.filter {
      !map.identities[$0].labels.prefixes.isEmpty || map.identities[$0].isOutside
    }.map(Int32.init)
  }

  /// Indices into `IdentityMap.identities`, ascending; for the wildcard all of them.
  func selection(of selector: PeerSelector) -> [Int32] {
    if let known = selections[selector] { return known }
    let result =
      switch selector {
      case .labels(let labels): index.matches(of: labels)
      case .cidr(let cidr): outside.filter { selects(cidr, map.identities[Int($0)]) }
      case .fqdn(let fqdn): outside.filter { map.identities[Int($0)].labels.contains(Label(source: "fqdn", key: fqdn.text)) }
      }
    selections[selector] = result
    return result
  }

  private func selects(_ selector: CIDRSelector, _ identity: SecurityIdentity) -> Bool {
    let isBase =
      switch selector.base {
      case .prefix(let prefix): isInside(identity, prefix)
      case .group(let labels): identity.labels.matches(labels)
      }
    return isBase && !selector.exceptions.contains { isInside(identity, $0) }
  }

  /// Prefix labels compare by containment.
  private func isInside(_ identity: SecurityIdentity, _ prefix: IPPrefix) -> Bool {
    identity.labels.prefixes.contains(where: prefix.contains)
  }
}
