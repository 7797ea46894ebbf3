import Cluster
import Manifest
import Policy
import Rules

/// Rules for all pods of a namespace or of the cluster that close pods which no other policy opens, without any policy that
/// says so (`cilium-policy.md` §4.1).
struct DefaultDenyFindings {
  let context: FindingContext

  func review(_ list: inout FindingList) {
    guard context.settings.enforcement == .default, context.knowsPods else { return }
    for direction in Direction.allCases { review(direction, &list) }
    reviewNodePorts(&list)
  }

  private func review(_ direction: Direction, _ list: inout FindingList) {
    let rules = context.rules.filter { $0.entry.direction == direction && !$0.entry.isDeny && !$0.entry.subjectIsNode }
    let broad = rules.filter { isBroad($0) }
    guard !broad.isEmpty else { return }
    // Pods that a default deny is meant for, or that have a policy of their own.
    var meant: Set<Int32> = []
    for rule in rules where rule.entry.isBaseline || !selectsAll(rule.entry.subject) {
      meant.formUnion(rule.subjects)
    }
    // A policy with an element that is open to all ports of its peers is meant to close the rest.
    let isolating = Set(
      rules.lazy.filter { $0.entry.ports.isEmpty && !$0.entry.isBaseline }.map { PolicyKey($0.policy) })
    var reported: Set<PolicyKey> = []
    for rule in broad {
      let key = PolicyKey(rule.policy)
      guard !isolating.contains(key), reported.insert(key).inserted else { continue }
      let closed = context.pods(of: rule.subjects.lazy.filter { !meant.contains($0) })
      guard !closed.isEmpty else { continue }
      let isClusterwide = rule.policy.namespace.isEmpty
      let scope = isClusterwide ? "the cluster, kube-system included," : "namespace \(rule.policy.namespace)"
      list.add(
        isClusterwide ? .clusterwideDefaultDeny : .implicitDefaultDeny, rule.entry.origin,
        "this alone puts every pod of \(scope) under \(direction) default deny; no other policy opens anything for "
          + context.text(ofPods: closed),
        hint:
          "if that is meant, say so with a policy `\(direction): [{}]`; else set enableDefaultDeny.\(direction) to false"
      )
    }
  }

  private struct PolicyKey: Hashable {
    var kind: String
    var namespace: String
    var name: String

    init(_ origin: RuleOrigin) {
      kind = origin.kind
      namespace = origin.namespace
      name = origin.name
    }
  }

  private func isBroad(_ rule: FindingContext.Rule) -> Bool {
    // Kubernetes users know that a NetworkPolicy isolates what it selects.
    rule.policy.kind != "NetworkPolicy" && rule.entry.defaultDeny && !rule.entry.isBaseline
      && selectsAll(rule.entry.subject)
  }

  /// No demand beside the namespace and the cluster.
  private func selectsAll(_ selector: LabelSelector) -> Bool {
    selector.requirements.allSatisfy { [LabelKey.namespace, LabelKey.cluster].contains($0.key) }
  }

  // MARK: Node ports

  /// `cilium-policy.md` §3.6: what comes in through another node may have that node's identity.
  private func reviewNodePorts(_ list: inout FindingList) {
    let services = context.cluster.services.filter {
      ["NodePort", "LoadBalancer"].contains($0.type) && !$0.selector.isEmpty
    }
    guard !services.isEmpty, context.cluster.nodes.count > 1 else { return }
    let served = Set(
      services.flatMap { service -> [Int32] in
        let demands = service.selector.map {
          LabelSelector.Requirement(source: "any", key: $0.key, .equals, [$0.value])
        }
        let place = LabelSelector.Requirement(source: "k8s", key: LabelKey.namespace, .equals, [service.namespace])
        return context.cache.selection(of: .labels(LabelSelector(demands + [place])))
      })
    for rule in context.rules where rule.entry.direction == .ingress && !rule.entry.isDeny {
      let peers = rule.entry.peers ?? []
      guard peers.contains(where: { $0.isReserved("world") }),
        !peers.contains(where: { $0.isWildcard || $0.isReserved("remote-node") }),
        rule.subjects.contains(where: served.contains)
      else { continue }
      list.add(
        .worldNodePort, rule.entry.origin,
        "what reaches these pods through a node port of another node may come as remote-node, not as world",
        hint: "add remote-node, or set externalTrafficPolicy: Local on the service")
    }
  }
}
