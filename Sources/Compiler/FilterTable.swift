import Addresses
import Cluster
import Policy
import Rules

/// The filters of one endpoint and direction: for each port as written, what every peer selector demands
/// (`cilium-policy.md` §5.1).
struct FilterTable {
  struct Key: Hashable {
    var direction: Direction
    var port: PortProtocol.Port
    var endPort: Int32
    var `protocol`: L4Protocol
  }

  struct Filter {
    var key: Key
    /// In order of first mention.
    var selectors: [PeerSelector] = []
    var policies: [PeerSelector: SelectorPolicy] = [:]

    mutating func merge(_ policy: SelectorPolicy, for selector: PeerSelector) throws(MergeConflict) {
      guard var known = policies[selector] else {
        selectors.append(selector)
        policies[selector] = policy
        return
      }
      // Nobody is `reserved:none`, so its rules never meet.
      guard selector != .labels(.reserved("none")) else { return }
      do {
        try known.merge(policy)
      } catch {
        throw MergeConflict(message: "\(key.text), peer \(selector.text): \(error.message)")
      }
      policies[selector] = known
    }
  }

  private(set) var filters: [Filter] = []
  private var indices: [Key: Int] = [:]

  mutating func merge(_ policy: SelectorPolicy, for selector: PeerSelector, at key: Key) throws(MergeConflict) {
    let index =
      indices[key]
      ?? {
        filters.append(Filter(key: key))
        return filters.count - 1
      }()
    indices[key] = index
    try filters[index].merge(policy, for: selector)
  }
}

extension FilterTable.Key {
  /// `ingress 80-90/TCP`, for messages.
  var text: String {
    let ports =
      switch port {
      case .number(let number): endPort > Int32(number) ? "\(number)-\(endPort)" : "\(number)"
      case .name(let name): name
      }
    return "\(direction) \(ports)/\(`protocol`.name)"
  }
}

extension PeerSelector {
  /// For messages and for the `selector` key of a filter's peer.
  var text: String {
    switch self {
    case .labels(let selector):
      return selector.description
    case .cidr(let selector):
      let base =
        switch selector.base {
        case .prefix(let prefix): prefix.description
        case .group(let labels): labels.description
        }
      guard !selector.exceptions.isEmpty else { return base }
      return base + " except " + selector.exceptions.map(\.description).joined(separator: ", ")
    case .fqdn(let selector):
      return selector.matchName.isEmpty ? "FQDN pattern \(selector.matchPattern)" : "FQDN \(selector.matchName)"
    }
  }
}
