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

  /// One peer of a filter; selector and demand by number.
  struct Peer {
    var selector: Int32
    var demand: Int32
    /// Index into `Provenance.lists`.
    var rules: UInt32
  }

  struct Filter {
    var key: Key
    /// In order of first mention.
    var peers: [Peer] = []
    /// Position in `peers` by selector, once they are many.
    private var positions: [Int32: Int] = [:]

    init(key: Key) {
      self.key = key
    }

    fileprivate mutating func position(of selector: Int32) -> Int? {
      guard peers.count > 16 else { return peers.firstIndex { $0.selector == selector } }
      if positions.isEmpty {
        for (position, peer) in peers.enumerated() { positions[peer.selector] = position }
      }
      return positions[selector]
    }

    fileprivate mutating func append(_ peer: Peer) {
      if !positions.isEmpty { positions[peer.selector] = peers.count }
      peers.append(peer)
    }
  }

  private(set) var filters: [Filter] = []
  private var indices: [Key: Int] = [:]

  /// Merges a peer's demand into the filter of `key`.
  ///
  /// - Parameter neverMeets: the selector `reserved:none`, whose rules never meet since nobody is it.
  mutating func merge(
    _ peer: Peer, at key: Key, _ cache: SelectorCache, _ demands: DemandTable, _ provenance: inout ProvenanceBuilder,
    neverMeets: Int32
  ) throws(MergeConflict) {
    let index: Int
    if let known = indices[key] {
      index = known
    } else {
      index = filters.count
      filters.append(Filter(key: key))
      indices[key] = index
    }
    guard let position = filters[index].position(of: peer.selector) else {
      filters[index].append(peer)
      return
    }
    guard peer.selector != neverMeets else { return }
    let known = filters[index].peers[position]
    do {
      filters[index].peers[position].demand = try demands.merge(known.demand, peer.demand)
    } catch {
      throw MergeConflict(message: "\(key.text), peer \(cache[peer.selector].text): \(error.message)")
    }
    filters[index].peers[position].rules = provenance.union(known.rules, peer.rules)
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
