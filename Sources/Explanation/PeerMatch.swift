import Cluster
import Compiler
import Policy
import Rules

/// How the peers of a rule compare with the peer that is asked about.
struct PeerMatch {
  /// Empty when the rule means the peer.
  private(set) var mismatches: [Mismatch] = []
  /// Names to be learnt from DNS that nobody resolved.
  private(set) var unresolvedNames: [FQDNSelector] = []
  /// CIDR groups that do not exist.
  private(set) var missingGroups: [LabelSelector] = []

  var isMatch: Bool { mismatches.isEmpty }

  init(_ compiled: CompiledEntry, _ scene: Scene) {
    guard let peers = compiled.peers else {
      let services = compiled.entry.services.map(\.text).joined(separator: ", ")
      mismatches = [
        services.isEmpty
          ? Mismatch(.emptyPeers, "its list of peers is empty, so it selects nobody")
          : Mismatch(.service, "no service matches \(services)")
      ]
      return
    }
    guard !peers.isEmpty else {
      if compiled.entry.ports.isEmpty {
        mismatches = [Mismatch(.emptyPeers, "names neither peers nor ports, so it allows nothing")]
      }
      return
    }
    if let met = compiled.peers(requiring: [])?.first(where: scene.peer.satisfies) {
      checkRequirements(of: compiled.entry, met: met, scene)
      return
    }
    collectGaps(peers, scene)
    mismatches = Self.nearest(peers, compiled.entry, scene)
  }

  private mutating func checkRequirements(of entry: PolicyEntry, met: PeerSelector, _ scene: Scene) {
    guard case .labels = met else { return }
    let list = entry.direction == .ingress ? "fromRequires" : "toRequires"
    mismatches = scene.requirements(isDeny: entry.isDeny).filter { !scene.peer.satisfies($0) }.map {
      Mismatch(.requirement, "\(list) of the endpoint's policies: " + LabelText.mismatch($0, scene.peer))
    }.uniqued()
  }

  private mutating func collectGaps(_ peers: [PeerSelector], _ scene: Scene) {
    for peer in peers {
      switch peer {
      case .labels: break
      case .fqdn(let name) where !scene.isResolved(name): unresolvedNames.append(name)
      case .fqdn: break
      case .cidr(let selector):
        if case .group(let group) = selector.base, !scene.exists(group) { missingGroups.append(group) }
      }
    }
  }

  /// What is wrong with the selector that comes nearest, or with all of them where they are of one kind.
  private static func nearest(_ peers: [PeerSelector], _ entry: PolicyEntry, _ scene: Scene) -> [Mismatch] {
    let selectors = peers.compactMap { peer -> LabelSelector? in
      if case .labels(let selector) = peer { selector } else { nil }
    }
    if selectors.count == peers.count, let entities = EntityText.names(of: selectors, scene.settings.clusterName) {
      let one = entities.count == 1 ? "entity" : "one of the entities"
      return [
        Mismatch(
          .entity, "needs \(one) \(entities.joined(separator: ", ")), the peer is \(scene.peer.text)", distance: 4)
      ]
    }
    let labels = selectors.map { LabelText.mismatches($0, scene) }.min { $0.count < $1.count }
    if let labels { return labels }
    var addresses = AddressText(scene)
    for peer in peers {
      switch peer {
      case .labels: break
      case .cidr(let selector): addresses.add(selector)
      case .fqdn(let selector): addresses.add(selector)
      }
    }
    return addresses.mismatches
  }
}

extension Scene {
  /// Whether some address is known to belong to a name.
  func isResolved(_ name: FQDNSelector) -> Bool {
    let label = Label(source: "fqdn", key: name.text)
    return compilation.identities.identities.contains { $0.labels.contains(label) }
  }

  /// Whether some CIDR group is meant.
  func exists(_ group: LabelSelector) -> Bool {
    compilation.input.groups.contains { candidate in
      var labels = candidate.labels.map { Label(source: "cidrgroup", key: $0.key, value: $0.value) }
      labels.append(Label(source: "cidrgroup", key: LabelKey.cidrGroupName + candidate.name))
      return LabelSet(labels).matches(group)
    }
  }
}

extension ServiceReference {
  /// `service shop/db`, `services with app=db`
  var text: String {
    let place = namespace.map { "\($0)/" } ?? ""
    if let selector { return "services \(place)\(LabelText.text(selector))" }
    return "service \(place)\(name ?? "")"
  }
}
