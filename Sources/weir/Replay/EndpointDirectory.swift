import Dataplane
import Flow
import Names
import Tables

/// How ends, nodes and policies are called in events: made once, shared by every event.
struct EndpointDirectory {
  /// What a list of rules did.
  enum Decision: Int, CaseIterable {
    case egressAllowed, ingressAllowed, egressDenied, ingressDenied
    /// Neither: the rules only log.
    case logged
  }

  private var tables: Tables
  private let endpoints: [SharedValue<FlowEndpoint>]
  /// The observers of each endpoint's node.
  private let observers: [SharedValue<Flow.Observer>]
  private let nobody: SharedValue<Flow.Observer>
  private var byIdentity: [UInt32: SharedValue<FlowEndpoint>] = [:]
  /// By list of rules and decision.
  private var attributions: [SharedValue<Flow.Attribution>?]

  init(_ tables: Tables) {
    self.tables = tables
    endpoints = tables.endpoints.map { endpoint in
      let isPod = !endpoint.podName.isEmpty
      var end = FlowEndpoint(
        id: endpoint.isLocal ? endpoint.endpointID : 0, identity: endpoint.identity,
        clusterName: isPod ? tables.settings.clusterName : "", namespace: endpoint.namespace,
        labels: tables.identity(endpoint.identity)?.labels ?? [], podName: endpoint.podName)
      if !endpoint.workloadName.isEmpty {
        end.workloads = [.init(name: endpoint.workloadName, kind: endpoint.workloadKind)]
      }
      return SharedValue(end)
    }
    let emitter = Flow.Emitter(name: "Weir", version: Weir.version)
    nobody = SharedValue(Flow.Observer(emitter: emitter))
    var byNode: [String: SharedValue<Flow.Observer>] = [:]
    observers = tables.endpoints.map { endpoint in
      if let known = byNode[endpoint.node] { return known }
      let observer = SharedValue(Flow.Observer(emitter: emitter, nodeName: endpoint.node))
      byNode[endpoint.node] = observer
      return observer
    }
    attributions = Array(repeating: nil, count: tables.provenance.lists.count * Decision.allCases.count)
  }

  /// Goes on with tables that have changed; endpoints never do.
  mutating func follow(_ effect: LearnedTables.Effect) {
    switch effect {
    case .none: return
    // Tables of its own: shared ones would be copied with each change.
    case .changed(let delta): tables.append(delta)
    case .replaced(let tables):
      self.tables = tables
      byIdentity.removeAll()
      attributions = []
    }
    let missing = tables.provenance.lists.count * Decision.allCases.count - attributions.count
    attributions += Array(repeating: nil, count: max(missing, 0))
  }

  /// The end with this endpoint (-1: none) and this identity, as the judging endpoint sees it.
  mutating func end(endpoint: Int32, identity: UInt32) -> SharedValue<FlowEndpoint> {
    if endpoint >= 0, tables.endpoints[Int(endpoint)].identity == identity { return endpoints[Int(endpoint)] }
    if let known = byIdentity[identity] { return known }
    let end = SharedValue(FlowEndpoint(identity: identity, labels: tables.identity(identity)?.labels ?? []))
    byIdentity[identity] = end
    return end
  }

  /// Weir on the node of this endpoint; -1: no node.
  func observer(at endpoint: Int32) -> SharedValue<Flow.Observer> {
    endpoint >= 0 ? observers[Int(endpoint)] : nobody
  }

  /// What stands behind a verdict: the policies of a list of rules, and what these log.
  mutating func attribution(of list: UInt32, _ decision: Decision) -> SharedValue<Flow.Attribution> {
    let place = Int(list) * Decision.allCases.count + decision.rawValue
    if let known = attributions[place] { return known }
    var attribution = Flow.Attribution()
    let rules = tables.provenance.rules(of: list)
    attribution.policyLog = Set(rules.map(\.log)).subtracting([""]).sorted()
    if decision != .logged {
      attribution.file = rules.first { !$0.file.isEmpty }.map {
        Flow.FileInfo(name: $0.file, line: UInt32(clamping: $0.line))
      }
    }
    switch decision {
    case .egressAllowed: attribution.egressAllowedBy = Self.policies(rules)
    case .ingressAllowed: attribution.ingressAllowedBy = Self.policies(rules)
    case .egressDenied: attribution.egressDeniedBy = Self.policies(rules)
    case .ingressDenied: attribution.ingressDeniedBy = Self.policies(rules)
    case .logged: break
    }
    let shared = SharedValue(attribution)
    attributions[place] = shared
    return shared
  }

  /// Each policy once; Cilium's own allowances are none.
  private static func policies(_ rules: [Provenance.Rule]) -> [Flow.Policy] {
    var result: [Flow.Policy] = []
    for rule in rules where rule.kind != "reserved" {
      var labels = ["k8s:io.cilium.k8s.policy.derived-from=\(rule.kind)", "k8s:io.cilium.k8s.policy.name=\(rule.name)"]
      if !rule.namespace.isEmpty { labels.append("k8s:io.cilium.k8s.policy.namespace=\(rule.namespace)") }
      let policy = Flow.Policy(
        name: rule.name, namespace: rule.namespace, labels: labels, revision: 1, kind: rule.kind)
      if !result.contains(policy) { result.append(policy) }
    }
    return result
  }
}
