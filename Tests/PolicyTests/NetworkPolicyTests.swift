import Cluster
import Manifest
import Policy
import Rules
import Testing

/// Kubernetes NetworkPolicy: translation (`cilium-policy.md` §1.10) and what the API server refuses.
@Suite struct NetworkPolicyTests {
  static let own = "k8s:io.kubernetes.pod.namespace=shop"
  static let cluster = "k8s:io.cilium.k8s.policy.cluster=default"

  @Test(arguments: [
    ("{podSelector: {}}", ["ingress closed"]),
    ("{podSelector: {}, policyTypes: [Ingress]}", ["ingress closed"]),
    ("{podSelector: {}, policyTypes: [Egress]}", ["egress closed"]),
    ("{podSelector: {}, policyTypes: [Ingress, Egress]}", ["ingress closed", "egress closed"]),
    ("{podSelector: {}, ingress: []}", ["ingress closed"]),
    ("{podSelector: {}, ingress: [{}]}", ["ingress {}"]),
    ("{podSelector: {}, ingress: [{from: []}]}", ["ingress {}"]),
    ("{podSelector: {}, egress: [{}]}", ["ingress closed", "egress {}"]),
    ("{podSelector: {}, policyTypes: [Ingress], egress: [{}]}", ["ingress closed", "egress {}"]),
    (
      "{podSelector: {}, ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}]}",
      ["ingress \(cluster), \(own)", "ingress \(cluster), k8s:io.kubernetes.pod.namespace exists"]
    ),
    (
      "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {\"a:b\": c}}}]}]}",
      ["ingress k8s:", "malformed"]
    ),
  ])
  func entries(_ spec: String, _ expected: [String]) throws {
    let entries = try readPolicy(knp(spec)).entries
    guard expected.last != "malformed" else {
      #expect(entries.first?.peers?.map(labels) == [" in ()"].map { "any:\($0)" })
      return
    }
    let texts = entries.map {
      "\($0.direction) \($0.peers.map { $0.map(labels).joined(separator: " | ") } ?? "closed")"
    }
    #expect(texts == expected)
    #expect(entries.allSatisfy { $0.subject.description == Self.own && $0.defaultDeny && !$0.isDeny })
  }

  @Test func namespaceAndPodSelectorAreOne() throws {
    let peer =
      "{namespaceSelector: {matchLabels: {team: t}}, podSelector: {matchExpressions: [{key: app, "
      + "operator: In, values: [a]}]}}"
    let peers = try #require(try readPolicy(knp("{egress: [{to: [\(peer)]}]}")).entries.last?.peers)
    #expect(
      peers.map(labels) == ["k8s:io.cilium.k8s.namespace.labels.team=t, \(Self.cluster), k8s:app in (a)"])
  }

  @Test func keysAreVerbatim() throws {
    let policy = try readPolicy(knp("{podSelector: {matchLabels: {k8s.app: a, reserved.host: b}}}"))
    #expect(policy.entries.first?.subject.description == "\(Self.own), k8s:k8s.app=a, k8s:reserved.host=b")
  }

  @Test func ingressBlocksAdmitTheOwnNamespace() throws {
    let block = "{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}"
    let ingress = knp("{ingress: [{from: [\(block)]}]}")
    let bug = try readPolicy(ingress)
    #expect(bug.entries.first?.peers?.map(labels) == ["\(Self.cluster), \(Self.own)", "no labels"])
    #expect(bug.warnings.map(\.identifier) == ["knp-ipblock-admits-namespace"])
    let strict = try readPolicy(ingress, compatibility: .strict)
    #expect(strict.entries.first?.peers?.map(labels) == ["no labels"])
    #expect(strict.warnings.isEmpty)
    var settings = Settings()
    settings.defaultLocalCluster = false
    #expect(try readPolicy(ingress, settings: settings).entries.first?.peers?.count == 1)
    #expect(try readPolicy(knp("{egress: [{to: [\(block)]}]}")).entries.last?.peers?.map(labels) == ["no labels"])
  }

  @Test func badBlocksAndSelectorsSelectNobody() throws {
    let block = try readPolicy(knp("{egress: [{to: [{ipBlock: {cidr: 300.0.0.0/8}}]}]}"))
    #expect(block.isAccepted && block.entries.last?.peers == nil)
    #expect(block.warnings.map(\.identifier).contains("knp-ipblock-invalid"))
    let selector = try readPolicy(knp("{podSelector: {matchExpressions: [{key: a, operator: Near}]}, ingress: [{}]}"))
    #expect(selector.entries.first?.subject.description == "any: in ()")
    #expect(selector.warnings.map(\.identifier).contains("knp-selector-invalid"))
  }

  @Test func portsBecomeOneRuleEach() throws {
    let ports = "[{port: 80}, {protocol: UDP}, {port: dns, protocol: UDP}, {port: 100, endPort: 200}, {}]"
    let entry = try #require(try readPolicy(knp("{ingress: [{ports: \(ports)}]}")).entries.first)
    #expect(
      entry.ports.flatMap(\.ports) == [
        PortProtocol(port: .number(80), protocol: .tcp), PortProtocol(port: .number(0), protocol: .udp),
        PortProtocol(port: .name("dns"), protocol: .udp),
        PortProtocol(port: .number(100), endPort: 200, protocol: .tcp), PortProtocol(port: .number(0), protocol: .tcp),
      ])
    #expect(entry.ports.count == 5)
  }

  @Test func onlyProtocolsAreRefusedByTheAgent() throws {
    let policy = try readPolicy(knp("{ingress: [{ports: [{port: 1, protocol: ICMP}]}]}"))
    #expect(policy.error?.message.contains("invalid protocol \"ICMP\"") == true)
    let number = try readPolicy(knp("{ingress: [{ports: [{port: 70000}]}]}"))
    #expect(number.entries.first?.ports.first?.ports.first?.port == .number(65535))
    #expect(number.warnings.map(\.identifier).contains("knp-port-invalid"))
  }

  @Test(arguments: [
    "{policyTypes: [Both]}", "{podSelector: {matchLabels: {a: \"-\"}}}",
    "{podSelector: {matchExpressions: [{key: a, operator: In}]}}", "{ingress: [{from: [{}]}]}",
    "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]}",
    "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0}}]}]}",
    "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]}]}",
    "{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}]}]}",
    "{ingress: [{ports: [{port: 0}]}]}", "{ingress: [{ports: [{port: \"80\"}]}]}",
    "{ingress: [{ports: [{port: 100, endPort: 50}]}]}", "{ingress: [{ports: [{port: dns, endPort: 50}]}]}",
    "{ingress: [{ports: [{endPort: 50}]}]}", "{ingress: [{ports: [{port: 1, protocol: tcp}]}]}",
  ])
  func refusedByTheAPIServerOnly(_ spec: String) throws {
    for validation in [Validation.strict, .prune] {
      let refused = try readPolicy(knp(spec), validation: validation, compatibility: .release)
      #expect(!refused.isAccepted, "\(validation)")
      // The snapshot's data know no API server's opinion of NetworkPolicies.
      #expect(try readPolicy(knp(spec), validation: validation).isAccepted)
    }
    let agent = try readPolicy(knp(spec))
    #expect(agent.isAccepted)
    #expect(agent.warnings.contains { $0.identifier == "schema-violation" })
  }

  @Test func aNullIsAbsent() throws {
    let policy = try readPolicy(knp("{podSelector: {}, egress: [{to: null}]}"), validation: .strict)
    #expect(policy.entries.last?.peers == [.wildcard])
  }
}
