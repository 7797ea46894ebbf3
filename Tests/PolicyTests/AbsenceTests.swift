import Cluster
import Manifest
import Policy
import Rules
import Testing

/// Absent, null and empty: the table of `cilium-policy.md` §1.6.
@Suite struct AbsenceTests {
  @Test(
    arguments: [
      ("{}", 0), ("{fromEndpoints: []}", nil), ("{fromNodes: []}", nil), ("{fromEntities: []}", nil),
      ("{fromCIDR: []}", nil), ("{fromCIDRSet: []}", nil), ("{fromEndpoints: null}", 0), ("{fromGroups: []}", 0),
      ("{fromRequires: []}", 0), ("{fromEndpoints: [{}]}", 1), ("{fromEndpoints: [null]}", 1),
      ("{fromEntities: [world]}", 3),
    ] as [(String, Int?)])
  func peersOfIngress(_ element: String, _ count: Int?) throws {
    let entry = try #require(try readPolicy(ingress(element)).entries.first)
    #expect(entry.peers?.count == count)
  }

  @Test(arguments: [("{toFQDNs: []}", 0), ("{toServices: []}", 0), ("{toFQDNs: [{}]}", 1)] as [(String, Int?)])
  func peersOfEgress(_ element: String, _ count: Int?) throws {
    let entry = try #require(try readPolicy(egress(element)).entries.first)
    #expect(entry.peers?.count == count)
  }

  @Test(arguments: [
    ("{}", [Int]()), ("{toPorts: []}", []), ("{toPorts: [{}]}", [0]), ("{toPorts: [{ports: []}]}", [0]),
    ("{icmps: []}", []), ("{icmps: [{}]}", [0]), ("{icmps: [{fields: [{type: 8}, {type: 13}]}]}", [2]),
  ])
  func ports(_ element: String, _ counts: [Int]) throws {
    let entry = try #require(try readPolicy(ingress(element)).entries.first)
    #expect(entry.ports.map(\.ports.count) == counts)
  }

  @Test(arguments: ["rules: null", "rules: {}", "rules: {http: []}", "rules: {dns: []}", "rules: {l7: []}"])
  func emptyRulesAreNoRestriction(_ rules: String) throws {
    let entry = try #require(
      try readPolicy(egress("{toPorts: [{ports: [{port: \"1\", protocol: TCP}], \(rules)}]}")).entries.first)
    #expect(entry.ports.first?.l7 == nil)
  }

  @Test func aParserNameAloneRedirects() throws {
    let entry = try #require(
      try readPolicy(ingress("{toPorts: [{ports: [{port: \"1\"}], rules: {l7proto: x}}]}")).entries.first)
    #expect(entry.ports.first?.l7 == .proxylib(parser: "x", rules: []))
  }

  @Test func anEmptyListBesideAnotherMakesNoEntry() throws {
    let policy = try readPolicy(cnp("{endpointSelector: {}, ingress: [], egress: [{}]}"))
    #expect(policy.entries.map(\.direction) == [.egress])
  }

  @Test func specAndSpecsAddUp() throws {
    let policy = try readPolicy(
      """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: p}
      spec: {endpointSelector: {}, ingress: [{}]}
      specs:
      - {endpointSelector: {}, egressDeny: [{}]}
      """)
    #expect(policy.namespace == "default")
    #expect(policy.entries.map(\.origin.path) == ["spec.ingress[0]", "specs[0].egressDeny[0]"])
    #expect(policy.entries.map(\.origin.location.line) == [4, 6])
    #expect(policy.entries.map(\.isDeny) == [false, true])
  }

  @Test(arguments: [
    ("{endpointSelector: {}, ingress: [{}]}", [true]),
    ("{endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: false}}", [false]),
    ("{endpointSelector: {}, ingress: [{}], enableDefaultDeny: {egress: false}}", [true]),
    (
      "{endpointSelector: {}, ingressDeny: [{}], egress: [{}], enableDefaultDeny: {ingress: false, egress: true}}",
      [false, true]
    ),
  ])
  func defaultDeny(_ rule: String, _ expected: [Bool]) throws {
    #expect(try readPolicy(cnp(rule)).entries.map(\.defaultDeny) == expected)
    var settings = Settings()
    settings.nonDefaultDenyPolicies = false
    #expect(try readPolicy(cnp(rule), settings: settings).entries.allSatisfy(\.defaultDeny))
  }

  @Test func groupsLeaveTheObjectToTheOperator() throws {
    let policy = try readPolicy(egress("{toGroups: [{aws: {securityGroupsIds: [sg-1]}}]}"))
    #expect(policy.isAccepted)
    #expect(policy.entries.isEmpty)
    #expect(policy.warnings.map(\.identifier).contains("togroups-unresolved"))
  }
}
