import Cluster
import Manifest

/// Selectors that select something else than they seem to, or nothing.
struct SelectorReview {
  var compatibility: Compatibility
  var namespace: String

  func reviewSubject(_ rule: RuleDocument, _ list: inout WarningList) {
    guard let subject = rule.endpointSelector else { return }
    review(subject, &list)
    if namespace.isEmpty {
      if subject.labels.isEmpty, subject.expressions.isEmpty {
        list.add(
          .clusterwideWildcard, subject.field,
          "the empty selector of a cluster-wide policy also selects health and ingress endpoints",
          hint: "to mean pods only: matchExpressions: [{key: k8s:\(LabelKey.namespace), operator: Exists}]")
      }
      return
    }
    for (key, value) in subject.labels where isNamespaceKey(key) && value != namespace {
      let isOverwritten = ExtendedKey.convert(key) == ExtendedKey.namespace
      list.add(
        .foreignNamespace, subject.field,
        isOverwritten
          ? "the namespace \(value) is replaced by the policy's own, \(namespace)"
          : "a policy of \(namespace) never selects pods of \(value): this selects nothing")
    }
    for expression in subject.expressions where isNamespaceKey(expression.key) {
      let namesOwn = expression.values.contains(namespace)
      switch expression.operator {
      case "In" where namesOwn, "NotIn" where !namesOwn, "Exists": continue
      default: break
      }
      list.add(
        .foreignNamespace, expression.field,
        "a policy of \(namespace) only selects pods of its own namespace: this selects nothing")
    }
  }

  /// The pod selectors of a NetworkPolicy, whose keys have no source.
  static func reviewPods(_ selector: SelectorDocument, _ list: inout WarningList) {
    let keys = (selector.field["matchLabels"]?.members ?? []) + selector.expressions.map { ($0.key, $0.field) }
    for (key, field) in keys where !IdentityLabelFilter.keeps(key) {
      list.add(.filteredLabel, field, "Cilium takes no label \(key) into identities: this never matches by value")
    }
  }

  func review(_ selector: SelectorDocument, _ list: inout WarningList) {
    for (key, field) in selector.field["matchLabels"]?.members ?? [] { review(key, field, &list) }
    for expression in selector.expressions { review(expression.key, expression.field, &list) }
  }

  private func isNamespaceKey(_ key: String) -> Bool {
    [ExtendedKey.namespace, ExtendedKey.anyNamespace].contains(ExtendedKey.convert(key))
  }

  private func review(_ key: String, _ field: Field, _ list: inout WarningList) {
    let sources = ["k8s", "any", "cidr", "cidrgroup", "node", "fqdn"]
    if let dot = key.firstIndex(of: "."), !key.contains(":"), sources.contains(String(key[..<dot])),
      !key[dot...].contains("/")
    {
      list.add(
        .dottedSource, field, "\"\(key)\" is a key of that very name: a source is written with a colon",
        hint: "\(key[..<dot]):\(key[key.index(after: dot)...])")
      return
    }
    let name = key.firstIndex(of: ":").map { key[key.index(after: $0)...] } ?? key[...]
    switch name {
    case "kubernetes.io/metadata.name":
      list.add(
        .namespaceKey, field, "pods carry no label \(name): this never matches",
        hint: "k8s:\(LabelKey.namespace), or k8s:\(LabelKey.namespaceLabelsPrefix)\(name)")
    case "io.cilium.k8s.policy.namespace":
      list.add(
        .namespaceKey, field, "pods carry no label \(name): this never matches", hint: "k8s:\(LabelKey.namespace)")
    default:
      guard !IdentityLabelFilter.keeps(String(name)) else { return }
      list.add(
        .filteredLabel, field, "Cilium takes no label \(name) into identities: this never matches by value")
    }
  }
}
