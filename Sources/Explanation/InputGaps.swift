import Cluster
import Compiler
import Manifest
import Policy
import Rules
import Tables

/// What the input would have to tell for a verdict to be certain. A gap counts only where filling it could change the
/// verdict.
struct InputGaps {
  let scene: Scene
  let answer: Answer

  var reasons: [String] {
    guard scene.settings.enforcement != .never else { return [] }
    // Nothing outweighs a deny.
    if answer.entry?.isDeny ?? false { return unmanagedPeer }
    return (unmanagedPeer + scene.entries.flatMap(gaps) + gaps(ofDeferred: deferred)).uniqued()
  }

  /// Whether more knowledge about an entry could matter: of an allow entry only for what nothing allows.
  private func canMatter(_ entry: PolicyEntry) -> Bool { entry.isDeny != answer.isDropped }

  private var unmanagedPeer: [String] {
    guard scene.peer.isUnmanaged else { return [] }
    return [
      "\(scene.peer.name) has no CiliumEndpoint with an identity in the input, so Cilium does not manage it: it counts as "
        + "reserved:unmanaged whatever its labels, and nobody judges its own side"
    ]
  }

  // MARK: Rules in force

  private func gaps(_ compiled: CompiledEntry) -> [String] {
    let entry = compiled.entry
    guard canMatter(entry) else { return [] }
    let port = PortMatch(entry, scene)
    let peer = PeerMatch(compiled, scene)
    let title = "\(entry.isDeny ? "deny " : "")rule \(RulePart(entry).policy) \(entry.origin.path)"
    if port.isMatch, scene.peer.isOutside {
      return peer.unresolvedNames.map { name in
        let example = name.matchName.isEmpty ? "NAME" : name.matchName
        return "\(title) is for the addresses of \(name.text), and none is known: give --fqdn \(example)=ADDRESS"
      }.uniqued()
        + peer.missingGroups.map { "\(title) is for \(AddressText.text($0)), which is not in the input" }.uniqued()
    }
    if peer.isMatch, port.portRule == nil, !port.unknownNames.isEmpty {
      return port.unknownNames.filter { !scene.clusterPortNames.knows($0) }.uniqued().map {
        "\(title) is for port \($0), a name that no pod of the input declares"
      }
    }
    return []
  }

  // MARK: Rules that wait for a cloud provider's groups

  private var deferred: [PolicyEntry] {
    guard !scene.deferredEntries.isEmpty else { return [] }
    let isHost = scene.endpoint.identity == ReservedIdentity.host
    guard let subject = isHost ? hostLabels : podLabels, !isHost || scene.settings.hostFirewall else { return [] }
    return scene.deferredEntries.filter {
      $0.direction == scene.question.direction && $0.subjectIsNode == isHost && subject.matches($0.subject)
    }
  }

  private var podLabels: LabelSet? {
    scene.compilation.identities.identities.first { $0.id == scene.endpoint.identity }?.labels
  }

  private var hostLabels: LabelSet? {
    scene.endpoint.nodeIndex < 0 ? nil : scene.compilation.identities.hostPolicyLabels[Int(scene.endpoint.nodeIndex)]
  }

  private func gaps(ofDeferred entries: [PolicyEntry]) -> [String] {
    let allowsAnyway = entries.contains { !$0.isDeny && !$0.usesGroups && couldMean($0) }
    return entries.compactMap { entry in
      let couldDecide = canMatter(entry) && couldMean(entry)
      // Cilium's own allow-all falls once a rule asks for default deny.
      let couldClose = !answer.isDropped && entry.defaultDeny && !isAllowedByRule && !allowsAnyway
      guard couldDecide || couldClose else { return nil }
      let list = entry.direction == .ingress ? "fromGroups" : "toGroups"
      var text =
        "policy \(RulePart(entry).policy) selects \(scene.endpoint.name) and refers to groups of a cloud provider "
        + "(\(list)), which only its API can resolve; until then no part of the policy is in force"
      if entry.usesGroups, !entry.ports.isEmpty, scene.compilation.input.compatibility.reproducesBugs {
        let bug = ReferenceBug.emptyGroups
        text += ", and should it find none, bug \(bug.rawValue): \(bug.text)"
      }
      return text
    }.uniqued()
  }

  /// Groups stand for addresses outside the cluster.
  private func couldMean(_ entry: PolicyEntry) -> Bool {
    guard PortMatch(entry, scene).isMatch else { return false }
    guard !entry.usesGroups else { return scene.peer.isOutside }
    return PeerMatch(CompiledEntry(entry: entry, rule: 0, peers: entry.peers, settings: scene.settings), scene).isMatch
  }

  private var isAllowedByRule: Bool {
    guard let entry = answer.entry else { return false }
    return scene.tables.provenance.rules(of: entry.rules).contains {
      $0.kind != "reserved" || $0.name == "allow-localhost-ingress"
    }
  }
}
