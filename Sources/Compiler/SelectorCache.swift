import Addresses
import Cluster
import Policy
import Rules

/// Which identities each peer selector selects. Every selector is evaluated once and known by a number from then on.
final class SelectorCache {
  /// A selector and what it selects.
  final class Selection {
    let selector: PeerSelector
    let isWildcard: Bool
    /// Indices into `IdentityMap.identities`, ascending; for the wildcard all of them.
    let identities: [Int32]
    /// Numbers of the selected identities, ascending, hosts left out.
    let numbers: [UInt32]
    /// The selected host identities; of these an endpoint knows only its own node's.
    let hosts: [Int32]
    private(set) lazy var text = selector.text

    init(_ selector: PeerSelector, _ identities: [Int32], _ all: [SecurityIdentity]) {
      self.selector = selector
      self.identities = identities
      isWildcard = selector.isWildcard
      guard !selector.isWildcard else {
        numbers = []
        hosts = []
        return
      }
      hosts = identities.filter { all[Int($0)].id == ReservedIdentity.host }
      let numbers = identities.lazy.map { all[Int($0)].id }.filter { $0 != ReservedIdentity.host }
      self.numbers = numbers.sorted()
    }

    /// Numbers of the selected identities as an endpoint sees them that knows this host.
    func numbers(host: Int32) -> [UInt32] {
      hosts.contains(host) ? [ReservedIdentity.host] + numbers : numbers
    }
  }

  private let map: IdentityMap
  private let index: LabelIndex
  /// Identities that carry a prefix label or the world label: the only ones that CIDR and FQDN selectors can match.
  private let outside: [Int32]
  private var numbers: [PeerSelector: Int32] = [:]
  private var selections: [Selection] = []

  init(map: IdentityMap) {
    self.map = map
    index = LabelIndex(map.identities)
    outside = map.identities.indices.filter {
      !map.identities[$0].labels.prefixes.isEmpty || map.identities[$0].isOutside
    }.map(Int32.init)
  }

  /// The selector's number.
  func number(of selector: PeerSelector) -> Int32 {
    if let known = numbers[selector] { return known }
    let number = Int32(selections.count)
    selections.append(Selection(selector, evaluate(selector), map.identities))
    numbers[selector] = number
    return number
  }

  subscript(number: Int32) -> Selection { selections[Int(number)] }

  /// Indices into `IdentityMap.identities`, ascending; for the wildcard all of them.
  func selection(of selector: PeerSelector) -> [Int32] {
    self[number(of: selector)].identities
  }

  private func evaluate(_ selector: PeerSelector) -> [Int32] {
    switch selector {
    case .labels(let labels): index.matches(of: labels)
    case .cidr(let cidr): outside.filter { selects(cidr, map.identities[Int($0)]) }
    case .fqdn(let fqdn):
      outside.filter { map.identities[Int($0)].labels.contains(Label(source: "fqdn", key: fqdn.text)) }
    }
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
