import Cluster
import Manifest
import Rules

/// Cilium's own checks of a decoded CNP or CCNP rule, in Cilium's order, so that of several faults the same one is named
/// (`cilium-policy.md` §1.5; the numbers V1 to V40 refer to its table).
struct RuleSanitizer {
  var settings: Settings
  var compatibility: Compatibility
  var isClusterwide: Bool

  func check(_ rule: RuleDocument) throws(Refusal) {
    guard !rule.elements.isEmpty else {  // V1
      throw rule.field.refusal(
        "rule must have at least one of Ingress, IngressDeny, Egress, EgressDeny with at least one element",
        hint: "for default deny without exceptions write the list with one empty rule: `ingress: [{}]`",
        identifier: .noRules)
    }
    switch (rule.endpointSelector, rule.nodeSelector) {
    case (nil, nil):  // V2
      throw rule.field.refusal("rule must have one of EndpointSelector or NodeSelector")
    case (.some, .some(let node)):  // V3
      throw node.field.refusal("rule cannot have both EndpointSelector and NodeSelector")
    case (.some(let endpoints), nil):
      try SelectorSanitizer.check(endpoints)
    case (nil, .some(let node)):
      try SelectorSanitizer.check(node)
    }
    let isHostPolicy = rule.nodeSelector != nil
    for element in rule.elements { try check(element, isHostPolicy: isHostPolicy) }
    if !isClusterwide, let node = rule.nodeSelector {  // V4
      throw node.field.refusal(
        "rule cannot have NodeSelector", hint: "host policies are CiliumClusterwideNetworkPolicy objects")
    }
  }

  private func check(_ element: RuleElement, isHostPolicy: Bool) throws(Refusal) {
    try PeerSanitizer(settings: settings, compatibility: compatibility).check(element)
    try checkProxy(element, isHostPolicy: isHostPolicy)
    if let icmps = element.field["icmps"], !(element.icmps ?? []).isEmpty {
      guard settings.icmpRules else {  // V15
        throw icmps.refusal("ICMP rules can only be applied when the \"enable-icmp-rules\" flag is set")
      }
      guard (element.ports ?? []).isEmpty else {  // V14
        throw icmps.refusal(
          "the ICMPs block may only be present without ToPorts", hint: "put icmps and toPorts into two rules")
      }
    }
    let ports = PortSanitizer(settings: settings, compatibility: compatibility)
    for port in element.ports ?? [] {
      try ports.check(port, isIngress: element.direction == .ingress, isDeny: element.isDeny)
    }
    for icmp in element.icmps ?? [] { try check(icmp) }
    for name in element.fqdns ?? [] {
      guard name.matchName.isEmpty || name.matchPattern.isEmpty else {  // V37
        throw name.field.refusal("only one of MatchName or MatchPattern is allowed in an FQDNSelector")
      }
      try NameSanitizer(compatibility: compatibility).check(name)
    }
  }

  /// What the position of an element forbids to its L7 rules: V24, V27, V38, V39.
  private func checkProxy(_ element: RuleElement, isHostPolicy: Bool) throws(Refusal) {
    for rules in (element.ports ?? []).compactMap(\.rules) where !rules.isEmpty {
      if isHostPolicy, element.direction == .ingress {
        throw rules.field.refusal("L7 policy is not supported on host ingress yet")
      }
      guard settings.l7Proxy else {
        throw rules.field.refusal("L7 policy is not supported since L7 proxy is not enabled")
      }
      if element.direction == .ingress, rules.hasDNS {
        throw rules.field.refusal("L7 protocol DNS is not supported on ingress yet")
      }
      for (kind, count) in [("HTTP", rules.http?.count), ("Kafka", rules.kafka?.count)]
      where isHostPolicy && count ?? 0 > 0 {
        throw rules.field.refusal("L7 protocol \(kind) is not supported on host egress yet")
      }
    }
  }

  private func check(_ icmp: ICMPDocument) throws(Refusal) {
    guard icmp.entries.count <= 40 else {  // V16
      throw icmp.field.refusal("too many types, the max is 40", hint: "split the list over several icmps elements")
    }
    for entry in icmp.entries where !["", "IPv4", "IPv6"].contains(entry.family) {
      throw (entry.field["family"] ?? entry.field).refusal("wrong family: \(entry.family)", hint: "IPv4 or IPv6")
    }
  }
}
