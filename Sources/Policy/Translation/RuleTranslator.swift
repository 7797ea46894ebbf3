import Addresses
import Cluster
import Manifest
import Rules

/// Turns a checked rule into entries, one for each element of its four lists (§1.7).
struct RuleTranslator {
  var settings: Settings
  var compatibility: Compatibility
  var kind: String
  /// Empty for a cluster-wide policy.
  var namespace: String
  var name: String
  var file: String

  func entries(_ rule: RuleDocument) -> [PolicyEntry] {
    var scope = Namespacing(namespace: namespace.isEmpty ? nil : namespace, settings: settings)
    let subject: LabelSelector
    if let selector = rule.endpointSelector {
      scope.subjectMentionsInit = SelectorDraft(selector).hasKey(ExtendedKey.initialising)
      subject = scope.subject(selector)
    } else {
      subject = rule.nodeSelector.map { SelectorDraft($0).selector } ?? .wildcard
    }
    return rule.elements.map { element in
      var entry = PolicyEntry(
        direction: element.direction, subject: subject, peers: peers(element, scope), origin: origin(element.field))
      entry.subjectIsNode = rule.endpointSelector == nil
      entry.isDeny = element.isDeny
      entry.defaultDeny = defaultDeny(rule, element.direction)
      entry.ports = PortTranslator(compatibility: compatibility).ports(element)
      entry.services = services(element)
      entry.usesGroups = !(element.groups ?? []).isEmpty
      if compatibility.honoursRequires { entry.requires = (element.requires ?? []).map(scope.requirement) }
      entry.authentication = element.authentication.flatMap { AuthenticationMode(rawValue: $0.content) }
      entry.log = rule.log
      return entry
    }
  }

  private func origin(_ field: Field) -> RuleOrigin {
    RuleOrigin(
      kind: kind, namespace: namespace, name: name, location: Location(file: file, position: field.position),
      path: field.path.description)
  }

  /// §4.2: as the rule says, else on when the rule has any element in that direction.
  private func defaultDeny(_ rule: RuleDocument, _ direction: Direction) -> Bool {
    guard settings.nonDefaultDenyPolicies else { return true }
    let written = direction == .ingress ? rule.defaultDenyIngress : rule.defaultDenyEgress
    return written ?? rule.hasElements(direction)
  }

  /// nil when one of the lists is there but empty: such an element selects nobody (§1.6).
  private func peers(_ element: RuleElement, _ scope: Namespacing) -> [PeerSelector]? {
    let counts = [
      element.endpoints?.count, element.nodes?.count, element.entities?.count, element.cidrs?.count,
      element.cidrSets?.count,
    ]
    guard !counts.contains(0) else { return nil }
    var peers: [PeerSelector] = (element.endpoints ?? []).map { .labels(scope.endpoints($0)) }
    peers += (element.nodes ?? []).map { .labels(scope.nodes($0)) }
    for entity in (element.entities ?? []).compactMap({ Entity(rawValue: $0.content) }) {
      peers += entity.selectors(clusterName: settings.clusterName).map { .labels($0) }
    }
    for cidr in element.cidrs ?? [] {
      guard let prefix = IPPrefix(cidr.content) ?? IPAddress(cidr.content).map({ IPPrefix(host: $0) }) else { continue }
      peers.append(.cidr(CIDRSelector(base: .prefix(prefix), exceptions: [], isSet: false)))
    }
    peers += (element.cidrSets ?? []).compactMap(cidrSet).map { .cidr($0) }
    peers += (element.fqdns ?? []).map {
      .fqdn(FQDNSelector(matchName: $0.matchName, matchPattern: $0.matchPattern))
    }
    return peers
  }

  private func cidrSet(_ set: CIDRSetDocument) -> CIDRSelector? {
    // Beside a group the exceptions are not validated; those that are no prefixes fall away.
    let exceptions = set.exceptions.compactMap { exception in
      IPPrefix(exception.content) ?? IPAddress(exception.content).map { IPPrefix(host: $0) }
    }
    let base: CIDRSelector.Base
    if let selector = set.groupSelector {
      base = .group(SelectorDraft(selector, prefix: "cidrgroup.").selector)
    } else if !set.groupRef.isEmpty {
      base = .group(
        LabelSelector([
          LabelSelector.Requirement(source: "cidrgroup", key: LabelKey.cidrGroupName + set.groupRef, .exists)
        ]))
    } else if let prefix = IPPrefix(set.cidr) {
      base = .prefix(prefix)
    } else {
      return nil
    }
    return CIDRSelector(base: base, exceptions: exceptions, isSet: true)
  }

  /// B4: `toServices` of a deny rule is accepted but never expanded, so that the rule has no peers at all.
  private func services(_ element: RuleElement) -> [ServiceReference] {
    guard !(element.isDeny && compatibility.reproducesBugs) else { return [] }
    return (element.services ?? []).map { service in
      if let (selector, namespace) = service.selector {
        return ServiceReference(
          namespace: namespace.isEmpty ? nil : namespace, name: service.name?.service,
          selector: SelectorDraft(selector).selector)
      }
      let namespace = service.name?.namespace ?? ""
      return ServiceReference(
        namespace: namespace.isEmpty ? nil : namespace, name: service.name?.service ?? "", selector: nil)
    }
  }
}
