import Addresses
import Cluster
import Policy
import Rules

/// The other end as the asked endpoint sees it.
struct PeerView {
  let identity: SecurityIdentity
  let addresses: [IPAddress]
  let name: String

  private var labels: LabelSet { identity.labels }

  var isPod: Bool { labels.labels.contains { $0.source == "k8s" && $0.key == LabelKey.namespace } }

  var isOutside: Bool { identity.isOutside }

  var isUnmanaged: Bool { identity.id == ReservedIdentity.unmanaged }

  /// `pod shop/cart`, `reserved:host`, `198.51.100.7 (world-ipv4)`
  var text: String {
    if isPod { return "pod \(name)" }
    let kinds = labels.labels.filter { $0.source == "reserved" }.map(\.key).joined(separator: ", ")
    guard !kinds.isEmpty, name != "reserved:\(kinds)" else { return name }
    return "\(name) (\(kinds))"
  }

  func satisfies(_ requirement: LabelSelector.Requirement) -> Bool { labels.matches(requirement) }

  func satisfies(_ selector: PeerSelector) -> Bool {
    switch selector {
    case .labels(let selector): return labels.matches(selector)
    case .fqdn(let selector): return labels.contains(Label(source: "fqdn", key: selector.text))
    case .cidr(let selector):
      let isBase =
        switch selector.base {
        case .prefix(let prefix): isInside(prefix)
        case .group(let group): labels.matches(group)
        }
      return isBase && !selector.exceptions.contains(where: isInside)
    }
  }

  private func isInside(_ prefix: IPPrefix) -> Bool { labels.prefixes.contains(where: prefix.contains) }

  /// The value of a label, whatever its source.
  func value(of requirement: LabelSelector.Requirement) -> String? {
    labels.labels.first {
      $0.key == requirement.key && (requirement.source == "any" || requirement.source == $0.source)
    }?.value
  }

  /// The address that lies in a block, if any.
  func address(in prefix: IPPrefix) -> IPAddress? { addresses.first(where: prefix.contains) }

  /// The address that a block of the same family is compared with.
  func address(comparableWith prefix: IPPrefix) -> IPAddress? {
    addresses.first { $0.isIPv6 == prefix.isIPv6 } ?? addresses.first
  }
}
