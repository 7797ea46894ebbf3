import Addresses
import Cluster
import Manifest
import Policy
import Rules
import Tables
import Testing

@testable import Scenarios

/// Cases that the comparison with the naive evaluator, or a property, has found.
@Suite struct FoundCasesTests {
  private static let location = Location(file: "case.yaml")

  private func node(_ name: String, _ address: String) -> Node {
    var node = Node(name: name, location: Self.location)
    node.addresses = [address].compactMap { IPAddress($0) }
    return node
  }

  private func pod(_ name: String, _ address: String, on node: String) -> Pod {
    var pod = Pod(namespace: "shop", name: name, location: Self.location)
    pod.addresses = [address].compactMap { IPAddress($0) }
    pod.node = node
    return pod
  }

  /// A cluster of one node and the pod `shop/web` under a policy with these elements.
  private func scenario(_ elements: [[WrittenElement]]) -> Scenario {
    var scenario = Scenario(seed: 0)
    scenario.cluster.nodes = [node("n1", "192.168.0.1")]
    scenario.cluster.pods = [pod("web", "10.0.0.1", on: "n1")]
    scenario.policies = elements.enumerated().map { index, elements in
      WrittenPolicy(
        kind: .namespaced, namespace: "shop", name: "p\(index)",
        rules: [WrittenRule(subject: WrittenSelector(), elements: elements)])
    }
    return scenario
  }

  private func outcome(_ scenario: Scenario, to peer: String, port: UInt16) throws -> NaiveVerdict.Outcome? {
    let address = try #require(IPAddress(peer))
    return CompiledScenario(scenario).verdict(
      of: .pod(0), on: "n1", .egress, peer: .address(address), protocolNumber: 6, port: port)?.outcome
  }

  @Test("a CIDR rule for a node's very address does not select the node", arguments: [false, true])
  func cidrOfNode(matchesNodes: Bool) throws {
    var scenario = scenario([[WrittenElement(direction: .egress, peers: .cidrs(["192.168.0.1/32"]))]])
    scenario.cluster.settings.cidrMatchesNodes = matchesNodes
    #expect(try outcome(scenario, to: "192.168.0.1", port: 80) == (matchesNodes ? .allowed : .notAdmitted))
  }

  @Test("a port name on egress means nothing that only pods on their node's network declare")
  func portOfHostNetwork() throws {
    let port = WrittenPorts(ports: [.init(port: "web", protocol: "TCP")])
    var scenario = scenario([[WrittenElement(direction: .egress, ports: [port])]])
    var agent = pod("agent", "192.168.0.1", on: "n1")
    agent.ports = [.init(name: "web", port: 80, protocolNumber: 6)]
    scenario.cluster.pods.append(agent)
    #expect(try outcome(scenario, to: "203.0.113.1", port: 80) == .allowed)
    scenario.cluster.pods[1].hostNetwork = true
    #expect(try outcome(scenario, to: "203.0.113.1", port: 80) == .notAdmitted)
  }

  @Test("a deny settles a conflict of authentication modes, whatever the policies are called")
  func denyBeforeConflict() throws {
    func element(_ mode: AuthenticationMode?, isDeny: Bool = false) -> [WrittenElement] {
      let port = WrittenPorts(ports: [.init(port: "80", protocol: "TCP")])
      return [WrittenElement(direction: .egress, isDeny: isDeny, ports: [port], authentication: mode)]
    }
    let deny = element(nil, isDeny: true)
    for policies in [
      [deny, element(.required), element(.disabled)], [element(.required), element(.disabled), deny],
    ] {
      let scenario = scenario(policies)
      #expect(CompiledScenario(scenario).policy(of: .pod(0), on: "n1")?.error == nil)
      #expect(try outcome(scenario, to: "203.0.113.1", port: 80) == .refusedByRule)
    }
    let conflict = CompiledScenario(scenario([element(.required), element(.disabled)]))
    #expect(conflict.policy(of: .pod(0), on: "n1")?.error != nil)
  }

  @Test("the order of pods and nodes changes no number")
  func orderOfPods() {
    var scenario = scenario([[WrittenElement(direction: .ingress, peers: .entities(["world"]))]])
    scenario.cluster.settings.nodeSelectorLabels = true
    scenario.cluster.nodes.append(node("n2", "192.168.0.2"))
    scenario.cluster.nodes[0].labels = ["zone": "a"]
    scenario.cluster.nodes[1].labels = ["zone": "b"]
    scenario.cluster.pods.append(pod("other", "10.0.1.1", on: "n2"))
    scenario.cluster.pods[1].namespace = "ops"
    let tables = CompiledScenario(scenario).tables
    scenario.cluster.pods.reverse()
    scenario.cluster.nodes.reverse()
    let reversed = CompiledScenario(scenario).tables
    #expect(tables.endpoints == reversed.endpoints)
    #expect(tables.ipcache == reversed.ipcache)
    #expect(tables.identities == reversed.identities)
  }

  @Test("the order of services does not change the peers of a rule that chooses several")
  func orderOfServices() {
    let service = WrittenService(selector: WrittenSelector(terms: [.init(key: "kind", values: ["in"])]))
    var scenario = scenario([[WrittenElement(direction: .egress, peers: .services([service]))]])
    scenario.cluster.services = ["front", "back"].map { name in
      var service = Service(namespace: "shop", name: name, location: Self.location)
      service.labels = ["kind": "in"]
      service.selector = ["app": name]
      return service
    }
    let policies = CompiledScenario(scenario).tables.policies
    scenario.cluster.services.reverse()
    #expect(CompiledScenario(scenario).tables.policies == policies)
  }
}
