import Cluster
import Manifest
import Policy
import Rules
import Tables

/// Rules that look at what a service mesh hides from Cilium: sidecars encrypt the port's traffic, ambient pods send it
/// inside TCP 15008.
struct MeshFindings {
  private static let tunnelPort: UInt16 = 15008

  let context: FindingContext

  func review(_ list: inout FindingList) {
    let mesh = MeshMembership(context: context)
    guard mesh.exists else { return }
    for rule in context.rules where !rule.entry.isDeny && !rule.entry.ports.isEmpty {
      reviewL7(rule, mesh, &list)
      reviewHiddenPort(rule, mesh, &list)
    }
  }

  private func reviewL7(_ rule: FindingContext.Rule, _ mesh: MeshMembership, _ list: inout FindingList) {
    let hasL7 = rule.entry.ports.contains {
      switch $0.l7 {
      case .http, .kafka: $0.terminatingTLS == nil
      default: false
      }
    }
    guard hasL7 else { return }
    let subjects = context.pods(of: rule.subjects).prefix(64)
    let isMember =
      subjects.isEmpty
      ? mesh.mode(ofNamespace: rule.policy.namespace) == .sidecar
      : subjects.contains { mesh.mode(ofPod: $0) == .sidecar }
    guard isMember, meetsSidecars(rule.entry, mesh) else { return }
    list.add(
      .l7OnMeshPort, rule.entry.origin,
      "between these pods the mesh encrypts the connection, and in TLS no request can be read: all of them fail",
      hint: "leave layer 7 to the mesh (AuthorizationPolicy), and allow the port alone here")
  }

  private func meetsSidecars(_ entry: PolicyEntry, _ mesh: MeshMembership) -> Bool {
    guard let peers = entry.peers else { return false }
    if peers.isEmpty { return true }
    return peers.contains { peer in
      if peer.isWildcard { return true }
      guard peer.podSelector != nil else { return false }
      let pods = context.pods(of: context.cache.selection(of: peer)).prefix(64)
      // Peers that are not in the input are taken for pods of the policy's namespace.
      return pods.isEmpty
        ? !context.populatedNamespaces.contains(entry.origin.namespace)
        : pods.contains { [.sidecar, .gateway].contains(mesh.mode(ofPod: $0)) }
    }
  }

  private func reviewHiddenPort(_ rule: FindingContext.Rule, _ mesh: MeshMembership, _ list: inout FindingList) {
    let entry = rule.entry
    guard !entry.covers(port: Self.tunnelPort, [.tcp]) else { return }
    let namesTCP = entry.ports.contains { $0.ports.contains { [.tcp, .any].contains($0.protocol) } }
    let selectors = (entry.peers ?? []).filter { $0.podSelector != nil }
    guard namesTCP, !selectors.isEmpty else { return }
    let subjects = context.pods(of: rule.subjects).lazy.filter { mesh.mode(ofPod: $0) == .ambient }.prefix(32)
    guard !subjects.isEmpty else { return }
    let peers = selectors.lazy.flatMap { context.pods(of: context.cache.selection(of: $0)) }.filter {
      [.ambient, .gateway].contains(mesh.mode(ofPod: $0))
    }.prefix(32)
    for subject in subjects {
      guard let policy = context.policyOfPod[subject] else { continue }
      for peer in peers where peer != subject {
        guard let number = mesh.identity(ofPod: peer) else { continue }
        let question = PolicyQuestion(
          direction: entry.direction, peers: [number], protocolNumber: 6, port: Self.tunnelPort)
        guard !question.isAllowed(by: context.tables.policies[policy]) else { continue }
        let (from, to) = entry.direction == .egress ? (subject, peer) : (peer, subject)
        list.add(
          .meshPortHidden, entry.origin,
          "from \(context.name(ofPod: from)) to \(context.name(ofPod: to)) the ambient mesh uses TCP 15008, never these ports, "
            + "and 15008 is not allowed: the connection fails", hint: "allow TCP 15008 between them as well")
        return
      }
    }
  }
}

/// Who takes part in an Istio mesh, by the labels and annotations that its injection uses.
struct MeshMembership {
  enum Mode { case sidecar, ambient, gateway }

  private let context: FindingContext
  private let namespaces: [String: Mode]
  private let identities: [String: UInt32]

  init(context: FindingContext) {
    self.context = context
    var namespaces: [String: Mode] = [:]
    for namespace in context.cluster.namespaces { namespaces[namespace.name] = Self.mode(of: namespace) }
    self.namespaces = namespaces
    identities =
      namespaces.isEmpty
      ? [:]
      : Dictionary(context.tables.endpoints.map { ($0.name, $0.identity) }, uniquingKeysWith: { first, _ in first })
  }

  var exists: Bool { !namespaces.isEmpty }

  func identity(ofPod pod: Int) -> UInt32? { identities[context.name(ofPod: pod)] }

  func mode(ofNamespace name: String) -> Mode? { namespaces[name] }

  func mode(ofPod index: Int) -> Mode? {
    let pod = context.cluster.pods[index]
    if pod.hostNetwork { return nil }
    if pod.labels["gateway.networking.k8s.io/gateway-name"] != nil { return .gateway }
    if pod.annotations["sidecar.istio.io/status"] != nil { return .sidecar }
    switch pod.labels["istio.io/dataplane-mode"] {
    case "ambient": return .ambient
    case "none": return nil
    default: break
    }
    let inject = pod.labels["sidecar.istio.io/inject"] ?? pod.annotations["sidecar.istio.io/inject"]
    let mode = namespaces[pod.namespace]
    switch inject {
    case "true": return .sidecar
    case "false": return mode == .ambient ? .ambient : nil
    default: return mode
    }
  }

  private static func mode(of namespace: Namespace) -> Mode? {
    if namespace.labels["istio.io/dataplane-mode"] == "ambient" { return .ambient }
    if namespace.labels["istio-injection"] == "disabled" { return nil }
    return namespace.labels["istio-injection"] == "enabled" || namespace.labels["istio.io/rev"] != nil ? .sidecar : nil
  }
}
