import Dataplane
import Flow
import Tables

/// How the ends of flows are called: made once, shared by every event.
struct EndpointDirectory {
  private let tables: Tables
  private let endpoints: [FlowEndpoint]
  private var byIdentity: [UInt32: FlowEndpoint] = [:]
  private var policies: [UInt32: [Flow.Policy]] = [:]
  private var logs: [UInt32: [String]] = [:]

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
      return end
    }
  }

  /// The end with this endpoint (-1: none) and this identity, as the judging endpoint sees it.
  mutating func end(endpoint: Int32, identity: UInt32) -> FlowEndpoint {
    if endpoint >= 0, endpoints[Int(endpoint)].identity == identity { return endpoints[Int(endpoint)] }
    if let known = byIdentity[identity] { return known }
    let end = FlowEndpoint(identity: identity, labels: tables.identity(identity)?.labels ?? [])
    byIdentity[identity] = end
    return end
  }

  /// The policies behind a list of rules, each once; Cilium's own allowances are none.
  mutating func policies(of list: UInt32) -> [Flow.Policy] {
    if let known = policies[list] { return known }
    var result: [Flow.Policy] = []
    for rule in tables.provenance.rules(of: list) where rule.kind != "reserved" {
      var labels = ["k8s:io.cilium.k8s.policy.derived-from=\(rule.kind)", "k8s:io.cilium.k8s.policy.name=\(rule.name)"]
      if !rule.namespace.isEmpty { labels.append("k8s:io.cilium.k8s.policy.namespace=\(rule.namespace)") }
      let policy = Flow.Policy(
        name: rule.name, namespace: rule.namespace, labels: labels, revision: 1, kind: rule.kind)
      if !result.contains(policy) { result.append(policy) }
    }
    policies[list] = result
    return result
  }

  /// `log.value` of the rules in a list, each once.
  mutating func logs(of list: UInt32) -> [String] {
    if let known = logs[list] { return known }
    let result = Set(tables.provenance.rules(of: list).map(\.log)).subtracting([""]).sorted()
    logs[list] = result
    return result
  }

  /// Where the first rule of a list stands.
  func file(of list: UInt32) -> Flow.FileInfo? {
    tables.provenance.rules(of: list).first { !$0.file.isEmpty }.map {
      Flow.FileInfo(name: $0.file, line: UInt32(clamping: $0.line))
    }
  }
}
