import Manifest
import Policy
import Rules
import Tables

/// Layer 7 rules that a broader rule for the same peer lifts (`cilium-policy.md` §7.1).
struct LiftedFindings {
  let context: FindingContext

  private struct Peer {
    var filter: L4Filter
    var peer: FilterPeer
  }

  func review(_ list: inout FindingList) {
    var origins: [Provenance.Rule: RuleOrigin]?
    for policy in Set(context.policyOfPod.compactMap(\.self)).sorted().map({ context.tables.policies[$0] }) {
      for direction in Direction.allCases {
        let peers = policy.filters.lazy.filter { $0.direction == direction && [.any, .tcp].contains($0.protocol) }
          .flatMap { filter in filter.peers.map { Peer(filter: filter, peer: $0) } }.filter { !$0.peer.isDeny }
        let restricted = peers.filter { isRestricted($0.peer) }
        guard !restricted.isEmpty else { continue }
        let open = peers.filter { isOpen($0.peer) }
        for peer in restricted {
          guard let broader = broader(than: peer, among: open) else { continue }
          let known = origins ?? Self.origins(context)
          origins = known
          report(peer, broader, known, &list)
        }
      }
    }
  }

  private func isRestricted(_ peer: FilterPeer) -> Bool {
    if !peer.serverNames.isEmpty, peer.terminatingTLS == nil { return true }
    switch peer.l7 {
    case .http(let rules): return !rules.isEmpty
    case .kafka(let rules): return !rules.isEmpty
    default: return false
    }
  }

  private func isOpen(_ peer: FilterPeer) -> Bool {
    peer.l7 == nil && peer.serverNames.isEmpty && peer.parser.isEmpty && peer.listener.isEmpty
  }

  /// The rules behind what lifts the restriction; nil when nothing does.
  private func broader(than restricted: Peer, among open: some Sequence<Peer>) -> UInt32? {
    if restricted.peer.l7?.hasMatchAll == true, context.tables.provenance.lists[Int(restricted.peer.rules)].count > 1 {
      return restricted.peer.rules
    }
    let found = open.first { candidate in
      candidate.filter.covers(restricted.filter)
        && (candidate.peer.isWildcard
          || (!restricted.peer.isWildcard && !restricted.peer.identities.isEmpty
            && isSubset(restricted.peer.identities, of: candidate.peer.identities)))
    }
    return found?.peer.rules
  }

  /// Both are sorted.
  private func isSubset(_ few: [UInt32], of many: [UInt32]) -> Bool {
    guard few.count <= many.count else { return false }
    var index = 0
    for number in few {
      while index < many.count, many[index] < number { index += 1 }
      guard index < many.count, many[index] == number else { return false }
    }
    return true
  }

  private func report(
    _ restricted: Peer, _ broader: UInt32, _ origins: [Provenance.Rule: RuleOrigin], _ list: inout FindingList
  ) {
    let provenance = context.tables.provenance
    let lifting = provenance.rules(of: broader).compactMap { origins[$0] }
    for rule in provenance.rules(of: restricted.peer.rules).compactMap({ origins[$0] }) {
      guard hasL7(rule), let other = lifting.first(where: { $0 != rule && !hasL7($0) }) else { continue }
      list.add(
        .l7Lifted, rule,
        "the layer 7 rules of port \(restricted.filter.port) have no effect: \(other.name) (\(other.location)) admits the same "
          + "peers without any", hint: "restrict the broader rule to other ports or peers")
    }
  }

  private func hasL7(_ origin: RuleOrigin) -> Bool {
    context.rules.contains { rule in
      rule.entry.origin == origin && rule.entry.ports.contains { $0.l7 != nil || !$0.serverNames.isEmpty }
    }
  }

  private static func origins(_ context: FindingContext) -> [Provenance.Rule: RuleOrigin] {
    Dictionary(
      context.rules.lazy.map { rule in
        let origin = rule.entry.origin
        return (
          Provenance.Rule(
            kind: origin.kind, namespace: origin.namespace, name: origin.name, file: origin.location.file,
            line: origin.location.line, path: origin.path, log: rule.entry.log ?? ""), origin
        )
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension L7Rules {
  fileprivate var hasMatchAll: Bool {
    switch self {
    case .http(let rules): rules.contains(HTTPRule())
    case .kafka(let rules): rules.contains(KafkaRule())
    default: false
    }
  }
}

extension L4Filter {
  /// All ports of the other are ports of this one.
  fileprivate func covers(_ other: L4Filter) -> Bool {
    guard portName.isEmpty, other.portName.isEmpty else { return portName == other.portName && !portName.isEmpty }
    if port == 0, endPort == 0 { return true }
    return port <= other.port && Swift.max(port, endPort) >= Swift.max(other.port, other.endPort)
  }
}
