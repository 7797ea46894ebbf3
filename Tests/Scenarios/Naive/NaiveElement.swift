import Addresses
import Cluster
import Policy
import Rules

/// One element of a rule list with its meaning: whom it is about, which peers it names, on which ports.
struct NaiveElement {
  /// One member of a peer list.
  struct Peer {
    /// The wildcard: every peer there is.
    var isAnyone = false
    /// Chosen by labels, so that `fromRequires` narrows it.
    var isByLabels = true
    var matches: (NaiveParty) -> Bool
  }

  var direction: Direction
  var isDeny: Bool
  var defaultDeny: Bool
  var selects: (NaiveSubject) -> Bool
  /// nil: nobody; empty: no list was written.
  var peers: [Peer]?
  /// nil: all protocols.
  var demands: [NaiveDemand]?
  var requirements: [(NaiveParty) -> Bool] = []
  var authentication: AuthenticationMode?
}

/// Whose policy is asked.
struct NaiveSubject {
  var actor: NaiveActor
  var node: String
  var party: NaiveParty
  /// For `nodeSelector`.
  var nodeLabels: [Label]

  var isHost: Bool {
    if case .host = actor { return true }
    return false
  }
}

/// Reads written policies by the letter of `cilium-policy.md` §1.6 to §1.10 and §8.1.
struct NaiveReading {
  let scenario: Scenario

  private var settings: Settings { scenario.cluster.settings }
  private var hasBugs: Bool { scenario.compatibility.reproducesBugs }

  func elements() -> [NaiveElement] {
    scenario.policies.flatMap { policy in policy.rules.flatMap { elements($0, policy) } }
  }

  private func elements(_ rule: WrittenRule, _ policy: WrittenPolicy) -> [NaiveElement] {
    var result = rule.elements.map { element($0, rule, policy) }
    guard policy.kind == .kubernetes else { return result }
    // A direction that the policy is for, without rules, is closed.
    for direction in Direction.allCases where !rule.elements.contains(where: { $0.direction == direction }) {
      let types = rule.types ?? []
      let isClosed =
        direction == .egress ? types.contains(.egress) : types.contains(.ingress) || !types.contains(.egress)
      guard isClosed else { continue }
      result.append(
        NaiveElement(
          direction: direction, isDeny: false, defaultDeny: true, selects: { selects($0, rule, policy) }, peers: nil))
    }
    return result
  }

  private func element(_ element: WrittenElement, _ rule: WrittenRule, _ policy: WrittenPolicy) -> NaiveElement {
    NaiveElement(
      direction: element.direction, isDeny: element.isDeny,
      defaultDeny: policy.kind == .kubernetes || !settings.nonDefaultDenyPolicies
        || rule.defaultDeny[element.direction] ?? true,
      selects: { selects($0, rule, policy) }, peers: peers(element, rule, policy),
      demands: NaiveDemand.demands(of: element, in: policy),
      requirements: scenario.compatibility.honoursRequires
        ? element.requires.map { selector in { confined($0, selector, rule, policy) } } : [],
      authentication: element.authentication)
  }

  // MARK: Subjects

  private func selects(_ subject: NaiveSubject, _ rule: WrittenRule, _ policy: WrittenPolicy) -> Bool {
    guard rule.selectsNodes == subject.isHost else { return false }
    if rule.selectsNodes { return NaiveParty(labels: subject.nodeLabels).satisfies(rule.subject) }
    switch policy.kind {
    case .clusterwide: return subject.party.satisfies(rule.subject)
    case .kubernetes:
      return subject.party.satisfies(rule.subject, source: "k8s") && isInNamespace(subject.party, policy)
    case .namespaced:
      // A foreign namespace written with the source `k8s` is overwritten.
      let terms = rule.subject.terms.filter {
        !($0.source == "k8s" && $0.key == Self.namespaceKey && $0.operator == .equals)
      }
      return subject.party.satisfies(WrittenSelector(terms: terms)) && isInNamespace(subject.party, policy)
    }
  }

  private func isInNamespace(_ party: NaiveParty, _ policy: WrittenPolicy) -> Bool {
    party.value(Self.namespaceKey) == policy.namespace
  }

  private static let namespaceKey = "io.kubernetes.pod.namespace"
  private static let namespaceLabels = "io.cilium.k8s.namespace.labels."
  private static let clusterKey = "io.cilium.k8s.policy.cluster"

  // MARK: Peers

  private func peers(
    _ element: WrittenElement, _ rule: WrittenRule, _ policy: WrittenPolicy
  ) -> [NaiveElement.Peer]? {
    switch element.peers {
    case .absent: return policy.kind == .kubernetes ? [Self.anyone] : []
    case .endpoints(let selectors):
      return selectors.isEmpty ? nil : selectors.map { endpoints($0, rule, policy) }
    case .entities(let names): return names.isEmpty ? nil : names.map(entity)
    case .cidrs(let prefixes):
      return prefixes.isEmpty ? nil : prefixes.map { cidr(WrittenCIDRSet(base: .prefix($0)), isSet: false) }
    case .cidrSets(let sets): return sets.isEmpty ? nil : sets.map { cidr($0, isSet: true) }
    case .nodes(let selectors):
      return selectors.isEmpty
        ? nil
        : selectors.map { selector in
          .init { $0.satisfies(selector) && $0.has("remote-node") && isInLocalCluster($0, selector) }
        }
    case .services(let references):
      if element.isDeny, hasBugs { return [] }
      let services = references.flatMap { reference in scenario.cluster.services.filter { matches(reference, $0) } }
      let found = services.flatMap(peers)
      return found.isEmpty && !hasBugs ? nil : found
    case .names(let names):
      return names.map { name in
        .init(isByLabels: false) { party in party.names.contains { Self.matches(name, $0) } }
      }
    case .kubernetes(let peers):
      guard !peers.isEmpty else { return [Self.anyone] }
      return peers.flatMap { kubernetes($0, element, policy) }
    }
  }

  private static var anyone: NaiveElement.Peer { .init(isAnyone: true) { _ in true } }

  private func endpoints(
    _ selector: WrittenSelector, _ rule: WrittenRule, _ policy: WrittenPolicy
  ) -> NaiveElement.Peer {
    if selector.terms.contains(where: { $0.source == "reserved" }) { return .init { $0.satisfies(selector) } }
    let hasNoDemand =
      selector.terms.isEmpty && policy.kind == .clusterwide && mentionsInit(rule) && !settings.defaultLocalCluster
    return .init(isAnyone: hasNoDemand) { confined($0, selector, rule, policy) }
  }

  /// Matches, within the namespace and the cluster that the selector does not leave.
  private func confined(
    _ party: NaiveParty, _ selector: WrittenSelector, _ rule: WrittenRule, _ policy: WrittenPolicy
  ) -> Bool {
    guard party.satisfies(selector), isInLocalCluster(party, selector) else { return false }
    let keys = selector.terms.filter { ["", "any", "k8s"].contains($0.source) }.map(\.key)
    guard !keys.contains(Self.namespaceKey) else { return true }
    guard policy.kind == .clusterwide else {
      return keys.contains { $0.hasPrefix(Self.namespaceLabels) } || isInNamespace(party, policy)
    }
    return mentionsInit(rule) || party.value(Self.namespaceKey) != nil
  }

  private func mentionsInit(_ rule: WrittenRule) -> Bool {
    rule.subject.terms.contains { $0.source == "reserved" && $0.key == "init" }
  }

  private func isInLocalCluster(_ party: NaiveParty, _ selector: WrittenSelector) -> Bool {
    !settings.defaultLocalCluster || selector.terms.contains { $0.key == Self.clusterKey }
      || party.value(Self.clusterKey) == settings.clusterName
  }

  private func entity(_ name: String) -> NaiveElement.Peer {
    switch name {
    case "all": return Self.anyone
    case "world":
      return .init { party in ["world", "world-ipv4", "world-ipv6"].contains { party.has($0) } }
    case "cluster":
      let parts = ["host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver"]
      return .init { party in
        parts.contains { party.has($0) } || party.value(Self.clusterKey) == settings.clusterName
      }
    default: return .init { $0.has(name) }
    }
  }

  private func cidr(_ set: WrittenCIDRSet, isSet: Bool) -> NaiveElement.Peer {
    let exceptions = set.exceptions.compactMap { IPPrefix($0) }
    return .init(isByLabels: false) { party in
      !exceptions.contains(where: party.isInside) && isInBase(party, set.base, isSet: isSet)
    }
  }

  private func isInBase(_ party: NaiveParty, _ base: WrittenCIDRSet.Base, isSet: Bool) -> Bool {
    switch base {
    case .prefix(let text):
      guard let prefix = IPPrefix(text) else { return false }
      // With one family on there is one world, which a CIDRSet of either family's /0 means.
      if prefix.length == 0, isSet, !settings.isDualStack, party.outside != nil { return true }
      return party.isInside(prefix)
    case .group(let name):
      return party.labels.contains(Label(source: "cidrgroup", key: "io.cilium.policy.cidrgroupname/\(name)"))
    case .groupSelector(let selector):
      return party.outside != nil && party.satisfies(selector, source: "cidrgroup")
    }
  }

  /// One `*` stands for any characters of a label; the generator writes no other patterns.
  private static func matches(_ written: WrittenName, _ name: String) -> Bool {
    guard written.isPattern else { return written.text.lowercased() == name.lowercased() }
    if written.text == "*" { return true }
    let pattern = written.text.split(separator: ".")
    let labels = name.split(separator: ".")
    return pattern.count == labels.count
      && zip(pattern, labels).allSatisfy { $0 == "*" || $0.lowercased() == $1.lowercased() }
  }

  // MARK: Services

  private func matches(_ reference: WrittenService, _ service: Service) -> Bool {
    if let namespace = reference.namespace, namespace != service.namespace { return false }
    guard let selector = reference.selector else { return reference.name == service.name }
    return NaiveParty(labels: service.labels.map { .k8s($0.key, $0.value) }).satisfies(selector)
  }

  private func peers(of service: Service) -> [NaiveElement.Peer] {
    guard service.selector.isEmpty else {
      return [.init { party in selects(service, party) }]
    }
    let backends = scenario.cluster.serviceEndpoints.filter {
      $0.namespace == service.namespace && $0.service == service.name
    }.flatMap(\.addresses)
    return backends.map { address in
      .init(isByLabels: false) { $0.isInside(IPPrefix(host: address)) }
    }
  }

  private func selects(_ service: Service, _ party: NaiveParty) -> Bool {
    // A key with a dot is read as a source and a key (bug B5), which no label has.
    if hasBugs, service.selector.keys.contains(where: { $0.contains(".") }) { return false }
    return service.selector.allSatisfy { key, value in party.labels.contains { $0.key == key && $0.value == value } }
      && party.value(Self.namespaceKey) == service.namespace && isInLocalCluster(party, WrittenSelector())
  }

  // MARK: NetworkPolicy

  private func kubernetes(
    _ peer: WrittenPeer, _ element: WrittenElement, _ policy: WrittenPolicy
  ) -> [NaiveElement.Peer] {
    var result: [NaiveElement.Peer] = []
    if let block = peer.block { result.append(cidr(block, isSet: true)) }
    let hasSelector = peer.pods != nil || peer.namespaces != nil
    // On ingress an ipBlock also admits the policy's own namespace (bug B1).
    if hasSelector || (hasBugs && element.direction == .ingress && settings.defaultLocalCluster) {
      result.append(.init { isPod($0, peer, policy) })
    }
    return result
  }

  private func isPod(_ party: NaiveParty, _ peer: WrittenPeer, _ policy: WrittenPolicy) -> Bool {
    guard party.satisfies(peer.pods ?? WrittenSelector(), source: "k8s"), isInLocalCluster(party, WrittenSelector())
    else { return false }
    guard let namespaces = peer.namespaces else { return isInNamespace(party, policy) }
    guard !namespaces.terms.isEmpty else { return party.value(Self.namespaceKey) != nil }
    return namespaces.terms.allSatisfy { term in
      var term = term
      term.key = Self.namespaceLabels + term.key
      return party.satisfies(term, source: "k8s")
    }
  }
}
