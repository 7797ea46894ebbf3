import Addresses
import Cluster
import Policy
import Rules

/// The filters of one endpoint and direction: for each port as written, what every peer selector demands
/// (`cilium-policy.md` §5.1).
struct FilterTable {
  struct Key: Hashable, Sendable {
    var direction: Direction
    var port: PortProtocol.Port
    var endPort: Int32
    var `protocol`: L4Protocol
  }

  /// One peer of a filter; selector and demand by number.
  struct Peer {
    var selector: Int32
    var demand: Int32
    /// Index into `RuleLists.lists`.
    var rules: UInt32
  }

  struct Filter {
    /// Index into `RuleTemplates.keys`.
    var key: Int32
    /// In order of first mention.
    var peers: [Peer] = []
    /// Position in `peers` by selector, once they are many.
    private var positions: [Int32: Int] = [:]

    init(key: Int32) {
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
  private var indices: [Int32: Int] = [:]

  /// Where the filter of a key is; it is added when new.
  mutating func index(of key: Int32) -> Int {
    if let known = indices[key] { return known }
    filters.append(Filter(key: key))
    indices[key] = filters.count - 1
    return filters.count - 1
  }

  /// Merges a peer's demand into a filter.
  ///
  /// - Parameter neverMeets: the selector `reserved:none`, whose rules never meet since nobody is it.
  mutating func merge(
    _ peer: Peer, into index: Int, _ demands: inout DemandTable, _ lists: inout RuleLists, neverMeets: Int32
  ) throws(MergeConflict) {
    guard let position = filters[index].position(of: peer.selector) else {
      filters[index].append(peer)
      return
    }
    guard peer.selector != neverMeets else { return }
    let known = filters[index].peers[position]
    if known.demand != peer.demand {
      filters[index].peers[position].demand = try demands.merge(known.demand, peer.demand)
    }
    filters[index].peers[position].rules = lists.union(known.rules, peer.rules)
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
