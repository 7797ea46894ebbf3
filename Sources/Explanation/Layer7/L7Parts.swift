import Compiler
import Policy
import Proxy
import Rules
import Tables

/// Finds what an L7 rule of a merged filter was written as.
struct L7Parts {
  let scene: Scene

  init(_ scene: Scene) { self.scene = scene }

  /// The rules at a place, as narrow as they can be named.
  func parts(of place: RulePlace) -> [RulePart] {
    let peer = scene.policy.filters[place.filter].peers[place.peer]
    guard let rule = place.rule else { return unrestricted(peer) ?? scene.parts(of: peer.rules) }
    return parts(of: peer, rule: rule)
  }

  /// Where the L7 rule with this number stands in the policies behind a peer. One that matches everything may stand for
  /// rules without any.
  func parts(of peer: FilterPeer, rule: Int) -> [RulePart] {
    let parts = portRules(of: peer).flatMap { entry, index, portRule in
      portRule.paths(of: peer.l7, rule).map { path in
        var part = RulePart(entry.entry, portRule: index)
        part.path += path
        return part
      }
    }
    return parts.isEmpty ? unrestricted(peer) ?? scene.parts(of: peer.rules) : parts.uniqued()
  }

  /// Where the server names of a peer stand.
  func serverNameParts(of peer: FilterPeer) -> [RulePart] {
    let parts = portRules(of: peer).filter { !$0.rule.serverNames.isEmpty }.map { entry, index, _ in
      var part = RulePart(entry.entry, portRule: index)
      part.path += ".serverNames"
      return part
    }
    return parts.isEmpty ? scene.parts(of: peer.rules) : parts.uniqued()
  }

  /// The rules behind a peer that ask for nothing at layer 7; nil: none.
  private func unrestricted(_ peer: FilterPeer) -> [RulePart]? {
    let list = Set(scene.tables.provenance.lists[Int(peer.rules)])
    let parts = scene.entries.filter { compiled in
      guard list.contains(compiled.rule) else { return false }
      let asking = compiled.entry.ports.filter { PortMatch.holds($0, scene) }
      return asking.isEmpty || asking.contains { $0.l7 == nil && $0.serverNames.isEmpty }
    }
    return parts.isEmpty ? nil : parts.map(scene.part).uniqued()
  }

  private func portRules(of peer: FilterPeer) -> [(entry: CompiledEntry, index: Int, rule: PortRule)] {
    let list = Set(scene.tables.provenance.lists[Int(peer.rules)])
    return scene.entries.filter { list.contains($0.rule) }.flatMap { compiled in
      compiled.entry.ports.enumerated().filter { PortMatch.holds($1, scene) }.map { (compiled, $0, $1) }
    }
  }
}

extension PortRule {
  /// `.rules.http[2]` where the rule with this number of a merged list stands here.
  fileprivate func paths(of merged: L7Rules?, _ rule: Int) -> [String] {
    func indices<Rule: Equatable>(_ merged: [Rule], _ own: [Rule]) -> [Int] {
      merged.indices.contains(rule) ? own.indices.filter { own[$0] == merged[rule] } : []
    }
    switch (merged, l7) {
    case (.http(let merged)?, .http(let own)?): return indices(merged, own).map { ".rules.http[\($0)]" }
    case (.dns(let merged)?, .dns(let own)?): return indices(merged, own).map { ".rules.dns[\($0)]" }
    case (.kafka(let merged)?, .kafka(let own)?): return indices(merged, own).map { ".rules.kafka[\($0)]" }
    default: return []
    }
  }
}
