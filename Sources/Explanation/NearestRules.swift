import Compiler
import Policy

/// The allow rules that miss a connection by the least.
struct NearestRules {
  static let limit = 3

  private struct Candidate {
    var rule: NearRule
    /// The rule can allow something.
    var isUsable: Bool
    var missesPeer: Bool
    var order: Int

    var distance: Int { rule.mismatches.reduce(0) { $0 + $1.distance } }

    /// A rule for this peer on another port is nearer than one for another peer on this port.
    func isBetter(than other: Candidate) -> Bool {
      (isUsable ? 0 : 1, distance, missesPeer ? 1 : 0, order)
        < (other.isUsable ? 0 : 1, other.distance, other.missesPeer ? 1 : 0, other.order)
    }
  }

  /// Best first.
  let rules: [NearRule]

  init(_ scene: Scene) {
    var candidates: [Candidate] = []
    for (order, entry) in scene.entries.enumerated() where !entry.entry.isDeny {
      // `ingress: [{}]` is there to switch default deny on.
      if entry.peers?.isEmpty ?? false, entry.entry.ports.isEmpty { continue }
      let peer = PeerMatch(entry, scene)
      let port = PortMatch(entry.entry, scene)
      let mismatches = peer.mismatches + port.mismatches
      guard !mismatches.isEmpty else { continue }
      let single = entry.entry.ports.count == 1 ? 0 : port.portRule
      candidates.append(
        Candidate(
          rule: NearRule(part: RulePart(entry.entry, portRule: single), mismatches: mismatches),
          isUsable: !mismatches.contains { $0.kind == .emptyPeers || $0.kind == .noPorts },
          missesPeer: !peer.isMatch, order: order))
    }
    candidates.sort { $0.isBetter(than: $1) }
    rules = candidates.prefix(Self.limit).map(\.rule)
  }
}
