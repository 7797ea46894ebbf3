import Cluster
import Policy

/// Where the objects of the input are, by name.
struct InputIndex {
  private(set) var pods: [String: Int] = [:]
  private(set) var policies: [LiveRules.Name: Int] = [:]
  /// Pods of each node, those without a network of their own included.
  private(set) var podsOfNode: [String: Int] = [:]
  /// Some object is there twice, so that names do not tell objects apart.
  let isAmbiguous: Bool

  static func key(_ pod: Pod) -> String { pod.namespace + "/" + pod.name }

  static func name(_ policy: PolicyObject) -> LiveRules.Name {
    .init(namespace: policy.namespace, name: policy.name, kind: policy.kind)
  }

  init(_ input: Compiler.Input) {
    for (index, pod) in input.cluster.pods.enumerated() {
      pods[Self.key(pod)] = index
      podsOfNode[pod.node, default: 0] += 1
    }
    for (index, policy) in input.policies.enumerated() { policies[Self.name(policy)] = index }
    isAmbiguous =
      pods.count < input.cluster.pods.count || policies.count < input.policies.count
      || Set(input.cluster.namespaces.map(\.name)).count < input.cluster.namespaces.count
      || Set(input.groups.map(\.name)).count < input.groups.count
      || Set(input.names.map(\.name)).count < input.names.count
  }

  /// The accepted policies by name, with how many rules each has.
  func policiesInOrder(_ input: Compiler.Input) -> [(name: LiveRules.Name, rules: Int)] {
    input.policies.lazy.filter(\.isAccepted).map { (Self.name($0), $0.entries.count) }.sorted { $0.0 < $1.0 }
  }

  mutating func set(_ pod: Pod?, named key: String, in input: inout Compiler.Input) {
    let known = pods[key]
    if let known { podsOfNode[input.cluster.pods[known].node, default: 1] -= 1 }
    if let pod { podsOfNode[pod.node, default: 0] += 1 }
    switch (known, pod) {
    case (let known?, let pod?): input.cluster.pods[known] = pod
    case (nil, let pod?):
      pods[key] = input.cluster.pods.count
      input.cluster.pods.append(pod)
    case (let known?, nil):
      pods[key] = nil
      let last = input.cluster.pods.removeLast()
      guard known < input.cluster.pods.count else { return }
      input.cluster.pods[known] = last
      pods[Self.key(last)] = known
    case (nil, nil): break
    }
  }

  mutating func set(_ policy: PolicyObject?, named name: LiveRules.Name, in input: inout Compiler.Input) {
    switch (policies[name], policy) {
    case (let known?, let policy?): input.policies[known] = policy
    case (nil, let policy?):
      policies[name] = input.policies.count
      input.policies.append(policy)
    case (let known?, nil):
      policies[name] = nil
      let last = input.policies.removeLast()
      guard known < input.policies.count else { return }
      input.policies[known] = last
      policies[Self.name(last)] = known
    case (nil, nil): break
    }
  }
}

extension LiveCompilation {
  /// The input with the change, where only a full compilation can follow it; else nil.
  func inputAfter(_ change: Change) -> Compiler.Input? {
    guard needsFullCompilation(change) else { return nil }
    if case .everything(let input) = change { return input }
    var result = input
    var index = inputIndex
    switch change {
    case .pod(let pod): index.set(pod, named: InputIndex.key(pod), in: &result)
    case .podRemoved(let namespace, let name): index.set(nil, named: "\(namespace)/\(name)", in: &result)
    case .policy(let policy): index.set(policy, named: InputIndex.name(policy), in: &result)
    case .policyRemoved(let kind, let namespace, let name):
      index.set(nil, named: .init(namespace: namespace, name: name, kind: kind), in: &result)
    case .namespace(let namespace): result.set(namespace, named: namespace.name)
    case .namespaceRemoved(let name): result.set(nil as Namespace?, named: name)
    case .group(let group): result.set(group, named: group.name)
    case .groupRemoved(let name): result.set(nil as CIDRGroup?, named: name)
    case .name(let name, let addresses): result.set(addresses, of: name)
    case .everything: break
    }
    return result
  }

  private func needsFullCompilation(_ change: Change) -> Bool {
    // Selectors and rule lists of what is gone stay; now and then they are cleared away.
    if inputIndex.isAmbiguous || hasGrownOld { return true }
    switch change {
    case .everything: return true
    case .pod(let pod): return needsFullCompilation(pod, InputIndex.key(pod))
    case .podRemoved(let namespace, let name): return needsFullCompilation(nil, "\(namespace)/\(name)")
    case .namespace, .namespaceRemoved: return statesIdentities
    case .policy, .policyRemoved, .group, .groupRemoved, .name: return input.cluster.settings.cidrMatchesNodes
    }
  }

  private var statesIdentities: Bool {
    !input.cluster.ciliumEndpoints.isEmpty || !input.cluster.ciliumIdentities.isEmpty
  }

  private func needsFullCompilation(_ pod: Pod?, _ key: String) -> Bool {
    if statesIdentities { return true }
    // Which nodes there are follows from the pods as well.
    if let pod, nodes.indices[pod.node] == nil, !pod.node.isEmpty { return true }
    guard let known = inputIndex.pods[key] else { return false }
    let node = input.cluster.pods[known].node
    return node != pod?.node && inputIndex.podsOfNode[node] == 1 && !nodes.fixed.contains(node)
  }

  private var hasGrownOld: Bool {
    numbering.provenance.listCount > 1 << 20 || cache.selections.count > 1 << 17
  }
}

extension Compiler.Input {
  mutating func set(_ namespace: Namespace?, named name: String) {
    cluster.namespaces.removeAll { $0.name == name }
    if let namespace { cluster.namespaces.append(namespace) }
  }

  mutating func set(_ group: CIDRGroup?, named name: String) {
    groups.removeAll { $0.name == name }
    if let group { groups.append(group) }
  }
}
