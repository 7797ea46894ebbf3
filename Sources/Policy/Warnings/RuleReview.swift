import Cluster
import Manifest
import Rules

/// Looks for rules that do not mean what they seem to mean, as far as one policy alone can tell (§15).
struct RuleReview {
  var settings: Settings
  var compatibility: Compatibility
  /// Empty for a cluster-wide policy.
  var namespace: String
  var reporter: Reporter

  func warnings(_ rule: RuleDocument) -> [Diagnostic] {
    var list = WarningList(reporter: reporter)
    reviewSections(rule, &list)
    if let node = rule.nodeSelector, !settings.hostFirewall {
      list.add(
        .hostFirewallOff, node.field, "host policies have no effect while enable-host-firewall is off")
    }
    let selectors = SelectorReview(compatibility: compatibility, namespace: namespace)
    selectors.reviewSubject(rule, &list)
    for element in rule.elements {
      reviewElement(element, rule, &list)
      PeerReview(namespace: namespace, compatibility: compatibility, selectors: selectors).review(element, &list)
      for port in element.ports ?? [] { PortReview(compatibility: compatibility).review(port, element, &list) }
      for icmp in element.icmps ?? [] { reviewICMP(icmp, &list) }
    }
    return list.diagnostics
  }

  private func reviewSections(_ rule: RuleDocument, _ list: inout WarningList) {
    let sections = [
      ("ingress", rule.ingress), ("ingressDeny", rule.ingressDeny), ("egress", rule.egress),
      ("egressDeny", rule.egressDeny),
    ]
    for (name, elements) in sections where elements?.isEmpty == true {
      let direction: Direction = name.hasPrefix("ingress") ? .ingress : .egress
      guard !rule.hasElements(direction) else { continue }
      list.add(
        .emptySectionIgnored, rule.field[name] ?? rule.field,
        "an empty list counts as absent: this policy leaves \(direction) open",
        hint: "for default deny write `\(name): [{}]`")
    }
    for (direction, flag) in [(Direction.ingress, rule.defaultDenyIngress), (.egress, rule.defaultDenyEgress)]
    where flag == true && !rule.hasElements(direction) {
      list.add(
        .defaultDenyWithoutRules, rule.field["enableDefaultDeny"]?["\(direction)"] ?? rule.field,
        "without \(direction) rules this has no effect", hint: "add `\(direction): [{}]`")
    }
  }

  private func reviewElement(_ element: RuleElement, _ rule: RuleDocument, _ list: inout WarningList) {
    let hasPorts = !(element.ports ?? []).isEmpty || !(element.icmps ?? []).isEmpty
    let hasPeers = element.hasPeers
    if !hasPorts, !hasPeers {
      if element.isDeny {
        list.add(
          .emptyDenyRule, element.field,
          "a deny rule without peers and ports denies nothing"
            + (isDefaultDeny(rule, element.direction) ? ", but switches \(element.direction) default deny on" : ""))
      } else if (element.requires ?? []).isEmpty, element.endpoints == nil {
        list.add(
          .emptyRuleDeniesAll, element.field,
          "an empty rule admits nothing; it only switches \(element.direction) default deny on "
            + "(in a NetworkPolicy the same text admits everything)")
      }
    } else if hasPorts, !hasPeers, !element.hasEmptyPeerList {
      list.add(
        .portsForEveryone, element.field,
        "without peers these ports are \(element.isDeny ? "denied to" : "open to") everyone, the world included")
    }
    if let mode = element.authentication, AuthenticationMode(rawValue: mode.content) == nil {
      list.add(
        .authenticationModeUnknown, mode.field, "the mode \"\(mode.content)\" is unknown and has no effect",
        hint: "disabled, required or test-always-fail")
    }
    if let groups = element.groups?.first {
      list.add(
        .groupsUnresolved, groups,
        "security groups need a cloud provider: the agent ignores this whole object, which has no effect here")
    }
    if !(element.requires ?? []).isEmpty, !compatibility.honoursRequires,
      let field = element.field[element.listName("Requires")]
    {
      list.add(.requiresIgnored, field, "this field has no effect any more")
    }
  }

  private func isDefaultDeny(_ rule: RuleDocument, _ direction: Direction) -> Bool {
    guard settings.nonDefaultDenyPolicies else { return true }
    return (direction == .ingress ? rule.defaultDenyIngress : rule.defaultDenyEgress) ?? true
  }

  private func reviewICMP(_ icmp: ICMPDocument, _ list: inout WarningList) {
    if icmp.entries.isEmpty {
      list.add(.noPorts, icmp.field, "without fields this matches nothing")
    }
    for entry in icmp.entries {
      let field = entry.field["type"] ?? entry.field
      if entry.type == 0, entry.family != "IPv6", compatibility.reproducesBugs {
        list.add(
          .icmpType0, field, "type 0 (EchoReply) stands for every ICMPv4 type in Cilium (bug B2)",
          hint: "replies to admitted echo requests need no rule")
      } else if entry.type > 255 || entry.type < 0 {
        list.add(.icmpTypeTooLarge, field, "\(entry.type) is no ICMP type: it never matches")
      }
    }
  }
}

extension RuleElement {
  /// Any list that names peers, unless it is empty.
  var hasPeers: Bool {
    [
      endpoints?.count, nodes?.count, entities?.count, cidrs?.count, cidrSets?.count, services?.count, fqdns?.count,
      groups?.count,
    ].contains { ($0 ?? 0) > 0 }
  }

  /// One of the lists that select nobody when they are empty.
  var hasEmptyPeerList: Bool {
    [endpoints?.count, nodes?.count, entities?.count, cidrs?.count, cidrSets?.count].contains(0)
  }
}
