import Cluster
import Manifest
import Policy
import Rules
import Tables

/// Pods whose egress default deny cuts them off from what nearly every pod needs: the cluster's DNS and, with a sidecar,
/// the control plane of the mesh.
struct UnreachableFindings {
  let context: FindingContext

  func review(_ list: inout FindingList) {
    guard context.knowsPods else { return }
    reviewDNS(&list)
    reviewControlPlane(&list)
  }

  // MARK: DNS

  private func reviewDNS(_ list: inout FindingList) {
    let servers = dnsServers()
    guard let name = servers.pods.map({ context.name(ofPod: $0) }).min() else { return }
    var identities = numbers(of: servers.pods)
    // A cache on every node answers in place of the servers.
    let hasNodeCache = context.cluster.pods.contains { $0.hostNetwork && $0.labels["k8s-app"] == "node-local-dns" }
    if hasNodeCache { identities.insert(ReservedIdentity.host) }
    let questions = [UInt8(17), 6].flatMap { proto in
      servers.ports.map { PolicyQuestion(direction: .egress, peers: identities, protocolNumber: proto, port: $0) }
    }
    report(
      .egressWithoutDNS, cutOff(from: questions).subtracting(servers.pods), where: { $0.needsNames },
      hint: "allow port 53 to the DNS pods, with rules.dns where toFQDNs is used", &list
    ) {
      "egress default deny without DNS: nothing opens the cluster's DNS (\(name)) for \($0)"
    }
  }

  /// The pods behind DNS services, and the ports on which they listen.
  private func dnsServers() -> (pods: Set<Int>, ports: Set<UInt16>) {
    let names: Set = ["kube-dns", "coredns", "core-dns", "dns-default"]
    var pods: Set<Int> = []
    var ports: Set<UInt16> = [53]
    for (index, pod) in context.cluster.pods.enumerated() where context.policyOfPod[index] != nil {
      guard names.contains(pod.labels["k8s-app"] ?? pod.labels["dns.operator.openshift.io/daemonset-dns"] ?? "") else {
        continue
      }
      pods.insert(index)
    }
    let services = context.cluster.services.filter { service in
      (names.contains(service.name) || service.labels["k8s-app"] == "kube-dns")
        && service.ports.contains { $0.port == 53 }
    }
    for service in services where !service.selector.isEmpty {
      for port in service.ports where port.port == 53 {
        if case .number(let number) = port.target { ports.insert(number) }
      }
      for (index, pod) in context.cluster.pods.enumerated()
      where pod.namespace == service.namespace && context.policyOfPod[index] != nil
        && service.selector.allSatisfy({ pod.labels[$0.key] == $0.value })
      {
        pods.insert(index)
        ports.formUnion(pod.ports.lazy.filter { $0.name.hasPrefix("dns") }.map(\.port))
      }
    }
    return (pods, ports)
  }

  // MARK: Control plane

  private func reviewControlPlane(_ list: inout FindingList) {
    let istiod = Set(
      context.cluster.pods.indices.filter {
        context.policyOfPod[$0] != nil && context.cluster.pods[$0].labels["app"] == "istiod"
      })
    guard !istiod.isEmpty else { return }
    let mesh = MeshMembership(context: context)
    let question = PolicyQuestion(direction: .egress, peers: numbers(of: istiod), protocolNumber: 6, port: 15012)
    let blocked = cutOff(from: [question]).filter { mesh.mode(ofPod: $0) == .sidecar }
    report(
      .meshControlPlane, blocked, where: { !$0.isBaseline && $0.peers?.isEmpty == false },
      hint: "allow TCP 15012 to the pods app=istiod", &list
    ) {
      "egress default deny without the control plane: nothing opens istiod, TCP 15012, for the sidecars of \($0)"
    }
  }

  // MARK: Both

  private func numbers(of pods: some Sequence<Int>) -> Set<UInt32> {
    let names = Set(pods.map { context.name(ofPod: $0) })
    return Set(context.tables.endpoints.lazy.filter { names.contains($0.name) }.map(\.identity))
  }

  /// Pods for which all the answers are no.
  private func cutOff(from questions: [PolicyQuestion]) -> Set<Int> {
    let isCutOff = context.tables.policies.map { policy in
      !questions.contains { $0.isAllowed(by: policy) }
    }
    return Set(context.policyOfPod.indices.filter { context.policyOfPod[$0].map { isCutOff[$0] } ?? false })
  }

  /// Tells it once for each policy that has a hand in it.
  private func report(
    _ identifier: WarningIdentifier, _ pods: Set<Int>, where condition: (PolicyEntry) -> Bool, hint: String,
    _ list: inout FindingList, _ message: (String) -> String
  ) {
    guard !pods.isEmpty else { return }
    var reported: Set<Location> = []
    for rule in context.rules {
      let entry = rule.entry
      guard entry.direction == .egress, !entry.isDeny, entry.defaultDeny, !reported.contains(rule.policy.location),
        condition(entry)
      else { continue }
      let affected = context.pods(of: rule.subjects).filter(pods.contains)
      guard !affected.isEmpty else { continue }
      reported.insert(rule.policy.location)
      list.add(identifier, entry.origin, message(context.text(ofPods: affected)), hint: hint)
    }
  }
}

extension PolicyEntry {
  /// Opens something that is usually reached by its name.
  fileprivate var needsNames: Bool {
    !services.isEmpty
      || (peers ?? []).contains { peer in
        switch peer {
        case .fqdn: true
        case .cidr: false
        case .labels(let selector):
          selector.isWildcard
            || selector.requirements.allSatisfy { $0.source != "reserved" || $0.key.hasPrefix("world") }
        }
      }
  }
}
