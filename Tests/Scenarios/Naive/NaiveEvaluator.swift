import Cluster
import Policy
import Rules

/// The rules read against one connection at a time, as a person would read them: no tables, no policy maps, no code of
/// the compiler.
///
/// It leaves open what depends on more than the connection: see `verdict`.
struct NaiveEvaluator {
  let world: NaiveWorld
  private let elements: [NaiveElement]

  init(_ scenario: Scenario) {
    world = NaiveWorld(scenario: scenario)
    elements = NaiveReading(scenario: scenario).elements()
  }

  func policy(of actor: NaiveActor, on node: String) -> NaivePolicy {
    let subject = NaiveSubject(
      actor: actor, node: node, party: world.party(actor, seenFrom: node), nodeLabels: world.nodePolicyLabels(node))
    return NaivePolicy(world: world, subject: subject, elements: elements.filter { $0.selects(subject) })
  }
}

/// The rules that select one endpoint.
struct NaivePolicy {
  let world: NaiveWorld
  let subject: NaiveSubject
  let elements: [NaiveElement]

  private var settings: Settings { world.scenario.cluster.settings }

  enum Enforcement: Equatable { case off, open, closed }

  /// `cilium-policy.md` §4.1.
  func enforcement(_ direction: Direction) -> Enforcement {
    if subject.isHost, !settings.hostFirewall { return .off }
    if settings.enforcement == .never { return .off }
    if settings.enforcement == .always || subject.party.has("init") { return .closed }
    let own = elements.filter { $0.direction == direction }
    return own.isEmpty ? .off : own.contains(where: \.defaultDeny) ? .closed : .open
  }

  /// nil where Cilium's answer depends on which of two equal rules it drops (§5.4: an entry that says the same as the
  /// wildcard's is left out, and then others inherit another authentication mode).
  func verdict(
    _ direction: Direction, peer: NaiveActor, protocolNumber: UInt8, port: UInt16
  ) -> NaiveVerdict? {
    let enforcement = enforcement(direction)
    guard enforcement != .off else { return NaiveVerdict(outcome: .allowed) }
    let party = world.party(peer, seenFrom: subject.node)
    var claims = elements.filter { $0.direction == direction }.flatMap {
      self.claims(of: $0, on: party, protocolNumber, port)
    }
    if enforcement == .open { claims.append(NaiveClaim(isForAnyone: true)) }
    if direction == .ingress, party.isHost, settings.allowLocalhost, !subject.isHost { claims.append(NaiveClaim()) }
    let verdict = NaiveVerdict(of: claims)
    let reduced = claims.filter { claim in
      claim.isForAnyone || claim.key == nil || claim.key?.port == .number(0)
        || !claims.contains { $0.isForAnyone && $0.says(theSameAs: claim) }
    }
    return NaiveVerdict(of: reduced) == verdict ? verdict : nil
  }

  private func claims(
    of element: NaiveElement, on party: NaiveParty, _ protocolNumber: UInt8, _ port: UInt16
  ) -> [NaiveClaim] {
    guard let peers = element.peers else { return [] }
    var claim = NaiveClaim(isDeny: element.isDeny)
    claim.authentication = element.isDeny ? nil : element.authentication?.number
    let requirements = self.requirements(of: element)
    if peers.isEmpty {
      // No list: anybody, but only on ports that are named.
      guard element.demands != nil else { return [] }
      claim.isForAnyone = true
    } else if peers.contains(where: { $0.isAnyone }), requirements.isEmpty {
      claim.isForAnyone = true
    } else {
      let isChosen = peers.contains { peer in
        peer.matches(party) && (!peer.isByLabels || requirements.allSatisfy { $0(party) })
      }
      guard isChosen else { return [] }
    }
    guard let demands = element.demands else { return [claim] }
    return demands.compactMap { demand in
      guard let specificity = specificity(demand, element.direction, protocolNumber, port) else { return nil }
      var claim = claim
      claim.specificity = specificity
      claim.key = demand.key
      if !element.isDeny { (claim.redirect, claim.priority) = (demand.redirect, demand.priority) }
      return claim
    }
  }

  private func specificity(
    _ demand: NaiveDemand, _ direction: Direction, _ protocolNumber: UInt8, _ port: UInt16
  ) -> Int? {
    demand.specificity(
      protocolNumber: protocolNumber, port: port, reproducesBugs: world.scenario.compatibility.reproducesBugs
    ) { name, number in
      world.number(ofPort: name, number, subject: subject.actor, isIngress: direction == .ingress)
    }
  }

  /// Those of all rules of the direction; deny rules have their own.
  private func requirements(of element: NaiveElement) -> [(NaiveParty) -> Bool] {
    elements.filter { $0.direction == element.direction && $0.isDeny == element.isDeny }.flatMap(\.requirements)
  }
}

extension NaivePolicy {
  /// Two rules name different authentication modes for one filter: they cannot be merged if they also share a peer
  /// (§5.2).
  var mayConflict: Bool { conflicts { _, _ in true } }

  /// Two such rules are for everybody on the same ports, and no deny can come between them.
  var mustConflict: Bool {
    guard !elements.contains(where: \.isDeny) else { return false }
    return conflicts { one, other in
      [one, other].allSatisfy { $0.peers.map(\.isEmpty) ?? false } && one.demands != nil
    }
  }

  private func conflicts(where sharePeers: (NaiveElement, NaiveElement) -> Bool) -> Bool {
    for direction in Direction.allCases where enforcement(direction) != .off {
      let named = elements.filter { $0.direction == direction && !$0.isDeny && $0.authentication != nil }
      for one in named {
        for other in named where one.authentication != other.authentication && sharePeers(one, other) {
          if one.demands == nil, other.demands == nil { return true }
          if !Set((one.demands ?? []).map(\.key)).isDisjoint(with: (other.demands ?? []).map(\.key)) { return true }
        }
      }
    }
    return false
  }
}

extension NaiveClaim {
  fileprivate func says(theSameAs other: NaiveClaim) -> Bool {
    key == other.key && redirect == other.redirect && priority == other.priority
      && authentication == other.authentication
  }
}

extension AuthenticationMode {
  fileprivate var number: UInt8 {
    switch self {
    case .disabled: 0
    case .required: 1
    case .testAlwaysFail: 2
    }
  }
}
