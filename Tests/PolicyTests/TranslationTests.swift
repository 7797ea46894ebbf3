import Addresses
import Cluster
import Manifest
import Policy
import Rules
import Testing

/// From elements to entries: ports, L7 rules, services, CIDR peers, entities.
@Suite struct TranslationTests {
  @Test func portsAreNormalised() throws {
    let element = """
      {toPorts: [{ports: [{port: "80", protocol: tcp}, {port: HTTP}, {port: "010", endPort: 20}, {port: "0x50"}]}]}
      """
    let entry = try #require(try readPolicy(ingress(element)).entries.first)
    #expect(
      entry.ports.first?.ports == [
        PortProtocol(port: .number(80), protocol: .tcp), PortProtocol(port: .name("http"), protocol: .any),
        PortProtocol(port: .number(8), endPort: 20, protocol: .any), PortProtocol(port: .name("0x50"), protocol: .any),
      ])
  }

  @Test func icmpTypesStandInForPorts() throws {
    let element = """
      {icmps: [{fields: [{type: EchoRequest, family: IPv6}, {type: Echo}, {type: "8"}, {type: 300}]}]}
      """
    let entry = try #require(try readPolicy(ingress(element)).entries.first)
    #expect(
      entry.ports.first?.ports == [
        PortProtocol(port: .number(128), protocol: .icmpv6), PortProtocol(port: .number(8), protocol: .icmp),
        PortProtocol(port: .number(8), protocol: .icmp), PortProtocol(port: .number(300), protocol: .icmp),
      ])
  }

  @Test func layerSevenFieldsArrive() throws {
    let element = """
      {toPorts: [{ports: [{port: "443", protocol: TCP}], serverNames: [b.c, a.b, b.c],
      terminatingTLS: {secret: {name: s, namespace: ns}, certificate: c},
      rules: {http: [{path: /a, method: GET, headers: ["X: 1"],
      headerMatches: [{name: h, value: v, mismatch: LOG, secret: {name: t}}]}]}}]}
      """
    let rule = try #require(try readPolicy(egress(element)).entries.first?.ports.first)
    #expect(rule.serverNames == ["a.b", "b.c"])
    #expect(rule.terminatingTLS?.secret == SecretReference(namespace: "ns", name: "s"))
    var http = HTTPRule()
    http.path = "/a"
    http.method = "GET"
    http.headers = ["X: 1"]
    http.headerMatches = [
      HTTPRule.HeaderMatch(
        mismatch: .log, name: "h", secret: SecretReference(namespace: "", name: "t"), value: "v")
    ]
    #expect(rule.l7 == .http([http]))
  }

  @Test func denyRulesHavePortsOnly() throws {
    let rule =
      "{endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}], authentication: {mode: required}, "
      + "toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}]}"
    let entry = try #require(try readPolicy(cnp(rule)).entries.first)
    #expect(entry.isDeny && entry.peers == [] && entry.authentication == nil)
    #expect(entry.ports == [PortRule(ports: [PortProtocol(port: .number(80), protocol: .tcp)])])
  }

  @Test func authenticationAndLogArrive() throws {
    let policy = try readPolicy(
      cnp("{endpointSelector: {}, log: {value: x}, ingress: [{authentication: {mode: test-always-fail}}, {}]}"))
    #expect(policy.entries.map(\.authentication) == [.testAlwaysFail, nil])
    #expect(policy.entries.map(\.log) == ["x", "x"])
  }

  @Test func servicesStayReferences() throws {
    let element = """
      {toServices: [{k8sService: {serviceName: s}}, {k8sService: {serviceName: t, namespace: ns}},
      {k8sServiceSelector: {selector: {matchLabels: {a: b}}, namespace: m}}]}
      """
    let entry = try #require(try readPolicy(egress(element)).entries.first)
    #expect(entry.peers == [])
    #expect(entry.services.map(\.namespace) == [nil, "ns", "m"])
    #expect(entry.services.map(\.name) == ["s", "t", nil])
    #expect(entry.services.last?.selector?.description == "any:a=b")
  }

  @Test func servicesOfDenyRulesVanish() throws {
    let rule = "{endpointSelector: {}, egressDeny: [{toServices: [{k8sService: {serviceName: s}}]}]}"
    let entry = try #require(try readPolicy(cnp(rule)).entries.first)
    #expect(entry.services.isEmpty && entry.peers == [])
    let strict = try readPolicy(cnp(rule), compatibility: .strict)
    #expect(strict.entries.first?.services.count == 1)
  }

  @Test func cidrPeers() throws {
    let prefix = try #require(IPPrefix("10.0.0.0/8"))
    let inner = try #require(IPPrefix("10.1.0.0/16"))
    let host = try #require(IPPrefix("10.1.2.3/32"))
    let list = try readPolicy(ingress("{fromCIDR: [10.9.9.9/8, 10.1.2.3]}")).entries.first?.peers
    #expect(
      list == [
        .cidr(CIDRSelector(base: .prefix(prefix), exceptions: [], isSet: false)),
        .cidr(CIDRSelector(base: .prefix(host), exceptions: [], isSet: false)),
      ])
    let set = try readPolicy(ingress("{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}")).entries.first?.peers
    #expect(set == [.cidr(CIDRSelector(base: .prefix(prefix), exceptions: [inner], isSet: true))])
  }

  @Test func cidrGroupsBecomeSelectors() throws {
    let element =
      "{fromCIDRSet: [{cidrGroupRef: g, except: [10.0.0.0/8]}, "
      + "{cidrGroupSelector: {matchLabels: {role: x}}}]}"
    let peers = try #require(try readPolicy(ingress(element)).entries.first?.peers)
    let texts = peers.map { peer -> String in
      guard case .cidr(let cidr) = peer, case .group(let selector) = cidr.base else { return "no group" }
      return "\(selector) less \(cidr.exceptions.count)"
    }
    #expect(
      texts == ["cidrgroup:io.cilium.policy.cidrgroupname/g exists less 1", "cidrgroup:role=x less 0"])
  }

  @Test(arguments: [
    ("all", ["{}"]), ("host", ["reserved:host"]), ("none", ["reserved:none"]),
    ("world", ["reserved:world", "reserved:world-ipv4", "reserved:world-ipv6"]),
    ("world-ipv4", ["reserved:world-ipv4"]),
    (
      "cluster",
      [
        "reserved:host", "reserved:remote-node", "reserved:init", "reserved:ingress", "reserved:health",
        "reserved:unmanaged", "reserved:kube-apiserver", "k8s:io.cilium.k8s.policy.cluster=blue",
      ]
    ),
  ])
  func entities(_ name: String, _ selectors: [String]) throws {
    var settings = Settings()
    settings.clusterName = "blue"
    let entry = try #require(try readPolicy(ingress("{fromEntities: [\(name)]}"), settings: settings).entries.first)
    #expect(entry.peers?.map(labels) == selectors)
  }
}

/// The text of a label peer.
func labels(_ peer: PeerSelector) -> String {
  guard case .labels(let selector) = peer else { return "no labels" }
  return selector.description
}
