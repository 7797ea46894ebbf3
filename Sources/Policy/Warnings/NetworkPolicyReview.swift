import Addresses
import Cluster
import Manifest

/// What Cilium makes of a NetworkPolicy that Kubernetes would not.
struct NetworkPolicyReview {
  var settings: Settings
  var compatibility: Compatibility
  var reporter: Reporter

  func warnings(_ policy: NetworkPolicyDocument) -> [Diagnostic] {
    var list = WarningList(reporter: reporter)
    review(policy.podSelector, "the policy selects no pod", isOfPods: true, &list)
    for rule in policy.ingress { review(rule, isIngress: true, &list) }
    for rule in policy.egress { review(rule, isIngress: false, &list) }
    let types = policy.policyTypes.map(\.content)
    if !policy.egress.isEmpty, !types.isEmpty, !types.contains("Egress") {
      list.add(
        .egressWithoutType, policy.field["egress"] ?? policy.field,
        "policyTypes lacks Egress, but Cilium applies egress rules all the same")
    }
    return list.diagnostics
  }

  private func review(_ rule: NetworkPolicyDocument.Rule, isIngress: Bool, _ list: inout WarningList) {
    for peer in rule.peers {
      if let selector = peer.podSelector { review(selector, "the peer selects no pod", isOfPods: true, &list) }
      if let selector = peer.namespaceSelector { review(selector, "the peer selects no pod", isOfPods: false, &list) }
      guard let block = peer.ipBlock else { continue }
      if IPPrefix(block.cidr) == nil {
        list.add(.ipBlockInvalid, block.field, "\"\(block.cidr)\" is no prefix: Cilium lets it select no address")
      }
      for exception in block.exceptions where IPPrefix(exception.content) == nil {
        list.add(.exceptIgnored, exception.field, "\"\(exception.content)\" is no prefix and has no effect")
      }
      if isIngress, peer.podSelector == nil, peer.namespaceSelector == nil, compatibility.reproducesBugs,
        settings.defaultLocalCluster
      {
        list.add(
          .ipBlockAdmitsNamespace, block.field,
          "Cilium also admits every pod of the policy's own namespace here (bug B1)",
          hint: "a CiliumNetworkPolicy with fromCIDRSet means the addresses alone")
      }
    }
    for port in rule.ports {
      guard let text = port.port, !ServiceName.isValid(text) else { continue }
      let meaning: String
      switch PortNumber(parsing: text) {
      case .number: continue
      case .invalidSyntax: meaning = "every port"
      case .outOfRange: meaning = "port 65535"
      }
      list.add(.portInvalid, port.field, "\"\(text)\" is no port: Cilium takes it for \(meaning)")
    }
  }

  private func review(
    _ selector: SelectorDocument, _ consequence: String, isOfPods: Bool, _ list: inout WarningList
  ) {
    if isOfPods { SelectorReview.reviewPods(selector, &list) }
    guard SelectorDraft(selector, prefix: "k8s.").isMalformed else { return }
    list.add(.selectorInvalid, selector.field, "the selector is malformed: \(consequence)")
  }
}
