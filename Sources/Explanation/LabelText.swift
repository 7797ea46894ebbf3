import Cluster
import Rules

/// Label demands in words.
enum LabelText {
  /// What a peer lacks to be selected.
  static func mismatches(_ selector: LabelSelector, _ scene: Scene) -> [Mismatch] {
    let peer = scene.peer
    let failing = selector.requirements.filter { !peer.satisfies($0) }
    // Without a namespace nothing else that is asked of pods can hold: that it is no pod says it all.
    if !peer.isPod, failing.contains(where: { isPositive($0) && isAboutPods($0) }) {
      let wanted = selector.requirements.filter { $0.source != "reserved" && $0.key != LabelKey.cluster }
      let text = wanted.isEmpty ? "any" : wanted.map(demand).joined(separator: ", ")
      return [Mismatch(.entity, "needs a pod (\(text)), the peer is \(peer.text)", distance: 4)]
    }
    return failing.map { requirement in
      Mismatch(kind(of: requirement), mismatch(requirement, peer))
    }
  }

  /// `needs app=gateway, the peer has app=test`
  static func mismatch(_ requirement: LabelSelector.Requirement, _ peer: PeerView) -> String {
    guard !requirement.key.isEmpty else { return "its selector is malformed and selects nobody" }
    let name = name(of: requirement)
    guard let value = peer.value(of: requirement) else {
      let dropped = IdentityLabelFilter.keeps(requirement.key) || requirement.source == "reserved"
      let why = dropped ? "" : " (Cilium leaves this label out of identities)"
      let lacks = requirement.source == "reserved" ? "is \(peer.text)" : "has no \(name)\(why)"
      return "needs \(demand(requirement)), the peer \(lacks)"
    }
    let has = value.isEmpty ? name : "\(name)=\(value)"
    switch requirement.operator {
    case .notIn, .doesNotExist: return "must not have \(has), the peer has it"
    default: return "needs \(demand(requirement)), the peer has \(has)"
    }
  }

  static func text(_ selector: LabelSelector) -> String {
    selector.isWildcard ? "{}" : selector.requirements.map(demand).joined(separator: ", ")
  }

  /// `app=gateway`, `app in (a, b)`, `app`
  static func demand(_ requirement: LabelSelector.Requirement) -> String {
    let name = name(of: requirement)
    let values = requirement.values.joined(separator: ", ")
    switch requirement.operator {
    case .equals: return values.isEmpty ? name : "\(name)=\(values)"
    case .in: return requirement.values.count == 1 ? "\(name)=\(values)" : "\(name) in (\(values))"
    case .notIn: return "\(name) not in (\(values))"
    case .exists: return "\(name)"
    case .doesNotExist: return "no \(name)"
    }
  }

  /// Keys as people know them: Cilium's own are given their meaning, sources that say nothing are left out.
  private static func name(of requirement: LabelSelector.Requirement) -> String {
    switch requirement.key {
    case LabelKey.namespace: return "namespace"
    case LabelKey.cluster: return "cluster"
    case LabelKey.serviceAccount: return "service account"
    default: break
    }
    if requirement.key.hasPrefix(LabelKey.namespaceLabelsPrefix) {
      return "namespace label \(requirement.key.dropFirst(LabelKey.namespaceLabelsPrefix.count))"
    }
    return ["any", "k8s"].contains(requirement.source) ? requirement.key : "\(requirement.source):\(requirement.key)"
  }

  private static func kind(of requirement: LabelSelector.Requirement) -> Mismatch.Kind {
    if requirement.source == "reserved" { return .entity }
    if requirement.key == LabelKey.cluster { return .cluster }
    let isNamespace =
      requirement.key == LabelKey.namespace || requirement.key.hasPrefix(LabelKey.namespaceLabelsPrefix)
    return isNamespace ? .namespace : .label
  }

  private static func isAboutPods(_ requirement: LabelSelector.Requirement) -> Bool {
    requirement.source != "reserved" && (kind(of: requirement) == .namespace || requirement.key == LabelKey.cluster)
  }

  private static func isPositive(_ requirement: LabelSelector.Requirement) -> Bool {
    switch requirement.operator {
    case .equals, .in, .exists: true
    case .notIn, .doesNotExist: false
    }
  }
}

/// Entities, recognised by the selectors that they stand for.
enum EntityText {
  private static let world: Set = ["world", "world-ipv4", "world-ipv6"]
  private static let cluster: Set = [
    "host", "remote-node", "init", "ingress", "health", "unmanaged", "kube-apiserver",
  ]

  /// nil when some selector is no entity.
  static func names(of selectors: [LabelSelector], _ clusterName: String) -> [String]? {
    var names: [String] = []
    var hasCluster = false
    for selector in selectors {
      guard let requirement = selector.requirements.first, selector.requirements.count == 1 else { return nil }
      if requirement.source == "reserved", requirement.operator == .equals {
        names.append(requirement.key)
      } else if requirement.source == "k8s", requirement.key == LabelKey.cluster, requirement.values == [clusterName] {
        hasCluster = true
      } else {
        return nil
      }
    }
    if world.isSubset(of: names) { names = names.filter { !world.contains($0) } + ["world"] }
    if hasCluster {
      guard cluster.isSubset(of: names) else { return nil }
      names = names.filter { !cluster.contains($0) } + ["cluster"]
    }
    return names.isEmpty ? nil : names
  }
}
