import Addresses
import Cluster
import Manifest
import Rules

/// Peer lists that reach fewer or more peers than they seem to.
struct PeerReview {
  var namespace: String
  var compatibility: Compatibility
  var selectors: SelectorReview

  func review(_ element: RuleElement, _ list: inout WarningList) {
    reviewEmptyLists(element, &list)
    for selector in element.endpoints ?? [] {
      selectors.review(selector, &list)
      guard selector.labels.isEmpty, selector.expressions.isEmpty else { continue }
      list.add(
        .wildcardPeerScope, selector.field,
        namespace.isEmpty
          ? "the empty selector means all pods, but neither nodes nor the world"
          : "the empty selector means the pods of namespace \(namespace) only",
        hint: "for everyone use \(element.listName("Entities")): [all]")
    }
    for set in element.cidrSets ?? [] { review(set, &list) }
    for cidr in (element.cidrs?.map(\.content) ?? []) + (element.cidrSets?.map(\.cidr) ?? []) {
      guard let prefix = IPPrefix(cidr), prefix.length == 0 else { continue }
      list.add(
        .cidrExcludesPods, element.field,
        "\(cidr) means addresses outside the cluster: it never matches pods or nodes")
    }
    reviewReach(element, &list)
    for name in element.fqdns ?? [] { review(name, &list) }
    if element.isDeny, let service = element.services?.first, compatibility.reproducesBugs {
      let hasPorts = !(element.ports ?? []).isEmpty
      list.add(
        .denyToServices, service.field,
        "toServices of a deny rule is never resolved (bug B4): this "
          + (hasPorts ? "denies the ports towards everyone" : "denies nothing, but switches default deny on"))
    }
  }

  /// The whole world on all ports, and the host that is only the own one.
  private func reviewReach(_ element: RuleElement, _ list: inout WarningList) {
    let entities = (element.entities ?? []).map(\.content)
    let blocks = (element.cidrs ?? []).map(\.content) + (element.cidrSets ?? []).map(\.cidr)
    let isWorld =
      entities.contains { ["all", "world"].contains($0) } || blocks.contains { IPPrefix($0)?.length == 0 }
    if isWorld, !element.isDeny, (element.ports ?? []).isEmpty, (element.icmps ?? []).isEmpty {
      list.add(
        .allowWorld, element.field,
        element.direction == .egress
          ? "this opens every port of every address outside the cluster"
          : "this admits every address outside the cluster to all ports",
        hint: "name the ports in toPorts")
    }
    if element.direction == .egress, !element.isDeny, entities.contains("host"),
      !entities.contains(where: { ["remote-node", "cluster", "all"].contains($0) }),
      let entity = element.entities?.first(where: { $0.content == "host" })
    {
      list.add(
        .hostIsOwnNode, entity.field, "host is the node that the pod runs on, and no other",
        hint: "for all nodes: toEntities: [host, remote-node]")
    }
  }

  private func reviewEmptyLists(_ element: RuleElement, _ list: inout WarningList) {
    let selecting = [
      ("Endpoints", element.endpoints?.count), ("Nodes", element.nodes?.count), ("Entities", element.entities?.count),
      ("CIDR", element.cidrs?.count), ("CIDRSet", element.cidrSets?.count),
    ]
    for (name, count) in selecting where count == 0 {
      let key = element.listName(name)
      list.add(
        .emptyPeerList, element.field[key] ?? element.field,
        "an empty list of peers selects nobody: the rule \(element.isDeny ? "denies" : "admits") nothing",
        hint: "leave the list out to mean everyone")
    }
    for (key, count) in [("toPorts", element.ports?.count), ("icmps", element.icmps?.count)] where count == 0 {
      guard (element.ports ?? []).isEmpty, (element.icmps ?? []).isEmpty else { continue }
      list.add(
        .emptyListIsAbsent, element.field[key] ?? element.field,
        "an empty list counts as absent: all ports and protocols are meant")
    }
    let absent = [
      ("Services", element.services?.count), ("FQDNs", element.fqdns?.count), ("Groups", element.groups?.count),
    ]
    for (name, count) in absent where count == 0 {
      let hasPorts = !(element.ports ?? []).isEmpty || !(element.icmps ?? []).isEmpty
      list.add(
        .emptyListIsAbsent, element.field[element.listName(name)] ?? element.field,
        "an empty list counts as absent" + (hasPorts && !element.hasPeers ? ": the ports are open to everyone" : ""))
    }
  }

  private func review(_ set: CIDRSetDocument, _ list: inout WarningList) {
    let prefix = IPPrefix(set.cidr)
    for exception in set.exceptions {
      guard let inner = IPPrefix(exception.content) else {
        list.add(.exceptIgnored, exception.field, "\"\(exception.content)\" is no prefix and has no effect")
        continue
      }
      guard let prefix, inner.contains(prefix) else { continue }
      list.add(.exceptCoversAll, exception.field, "this covers all of \(set.cidr): nothing is left")
    }
  }

  private func review(_ name: NameDocument, _ list: inout WarningList) {
    if name.matchName.isEmpty, name.matchPattern.isEmpty {
      list.add(.emptyFQDN, name.field, "without matchName and matchPattern nothing is selected")
    }
    NameReview(compatibility: compatibility).review(name, &list)
    let text = name.matchName.isEmpty ? name.matchPattern : name.matchName
    let bare = text.hasSuffix(".") ? String(text.dropLast()) : text
    if bare.hasSuffix(".cluster.local") || bare.hasSuffix(".svc") {
      list.add(
        .fqdnInCluster, name.field, "toFQDNs never matches pods or nodes, whatever \(text) resolves to",
        hint: "use toEndpoints or toServices")
    }
  }
}

/// DNS patterns, in `toFQDNs` and in `rules.dns`.
struct NameReview {
  var compatibility: Compatibility

  func review(_ name: NameDocument, _ list: inout WarningList) {
    let pattern = name.matchPattern
    guard pattern.contains("*"), !pattern.allSatisfy({ $0 == "*" || $0 == "." }) else { return }
    let field = name.field["matchPattern"] ?? name.field
    if pattern.contains("**") {
      let leads = pattern.drop { $0 == "*" }.hasPrefix(".") && pattern.hasPrefix("**")
      list.add(
        .dnsPatternDoubleStar, field,
        leads && compatibility != .snapshot
          ? "a leading `**.` stands for one or more labels from Cilium 1.19 on, for one label before"
          : "`**` means the same as `*`: characters of one label")
    } else if pattern.hasPrefix("*.") {
      let rest = pattern.dropFirst(2)
      list.add(
        .dnsPatternOneLabel, field, "`*` stands for one label: neither \(rest) nor a.b.\(rest) matches",
        hint: "add matchName: \(rest) and further patterns where they are wanted")
    }
  }
}
