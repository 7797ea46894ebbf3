import Addresses
import Cluster
import Policy

/// A cluster, its policies and how they are to be read: everything that one comparison needs.
struct Scenario {
  var seed: UInt64
  var cluster = Cluster()
  var groups: [CIDRGroup] = []
  var policies: [WrittenPolicy] = []
  var names: [(name: String, addresses: [IPAddress])] = []
  var compatibility = Compatibility.release
  /// nil: every node's view at once.
  var localNode: String?

  /// The scenario of a seed, with connections to ask about.
  static func random(seed: UInt64, probes count: Int) -> (scenario: Scenario, probes: [Probes.Probe]) {
    var clusters = ClusterGenerator(random: SeededGenerator(seed: seed))
    var scenario = clusters.scenario(seed: seed)
    var policies = PolicyGenerator(random: clusters.random, scenario: scenario)
    scenario.policies = policies.policies()
    var random = policies.random
    let probes = Probes(scenario)
    return (scenario, (0..<count).compactMap { _ in probes.probe(using: &random) })
  }

  /// What a failed comparison prints.
  var summary: String {
    let settings = cluster.settings
    var lines = ["seed \(seed), compat \(compatibility.rawValue), node \(localNode ?? "-"), \(settings)"]
    lines += cluster.nodes.map { "node \($0.name) \($0.labels) \($0.addresses)" }
    lines += cluster.namespaces.map { "namespace \($0.name) \($0.labels)" }
    lines += cluster.pods.map {
      "pod \($0.namespace)/\($0.name) \($0.labels) \($0.addresses) on \($0.node)"
        + ($0.hostNetwork ? " hostNetwork" : "")
        + " \($0.phase) \($0.ports.map { "\($0.name)=\($0.port)/\($0.protocolNumber)" })"
    }
    lines += cluster.ciliumEndpoints.map { "endpoint \($0.namespace)/\($0.name) \($0.identity ?? 0)" }
    lines += cluster.services.map { "service \($0.namespace)/\($0.name) \($0.labels) selects \($0.selector)" }
    lines += cluster.serviceEndpoints.map { "endpoints \($0.namespace)/\($0.service) \($0.addresses)" }
    lines += groups.map { "group \($0.name) \($0.labels) \($0.prefixes)" }
    lines += names.map { "name \($0.name) \($0.addresses)" }
    lines += policies.map { "---\n\($0.yaml)" }
    return lines.joined(separator: "\n")
  }
}
