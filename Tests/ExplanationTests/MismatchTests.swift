import Addresses
import Explanation
import Policy
import Testing

/// What of the nearest rule did not match.
@Suite struct MismatchTests {
  private func ingress(_ element: String, from peer: String, port: UInt16 = 80, protocol: UInt8 = 6) throws -> [String]
  {
    try World(policy("ingress: [\(element)]")).intoWeb(from: peer, port: port, protocol: `protocol`).nearestMismatches
  }

  @Test(
    "labels and namespaces",
    arguments: [
      (
        "{fromEndpoints: [{matchLabels: {app: gateway}}]}", "shop/cart",
        ["label: needs app=gateway, the peer has app=cart"]
      ),
      (
        "{fromEndpoints: [{matchLabels: {tier: front}}]}", "shop/cart",
        ["label: needs tier=front, the peer has no tier"]
      ),
      (
        "{fromEndpoints: [{matchExpressions: [{key: app, operator: In, values: [a, b]}]}]}", "shop/cart",
        ["label: needs app in (a, b), the peer has app=cart"]
      ),
      (
        "{fromEndpoints: [{matchExpressions: [{key: app, operator: NotIn, values: [cart]}]}]}", "shop/cart",
        ["label: must not have app=cart, the peer has it"]
      ),
      (
        "{fromEndpoints: [{matchExpressions: [{key: app, operator: DoesNotExist}]}]}", "shop/cart",
        ["label: must not have app=cart, the peer has it"]
      ),
      (
        "{fromEndpoints: [{matchLabels: {pod-template-hash: x}}]}", "shop/cart",
        [
          "label: needs pod-template-hash=x, the peer has no pod-template-hash (Cilium leaves this label out of identities)"
        ]
      ),
      (
        "{fromEndpoints: [{matchLabels: {app: mon}}]}", "ops/mon",
        ["namespace: needs namespace=shop, the peer has namespace=ops"]
      ),
      (
        "{fromEndpoints: [{matchLabels: {io.cilium.k8s.namespace.labels.team: web}}]}", "ops/mon",
        ["namespace: needs namespace label team=web, the peer has namespace label team=infra"]
      ),
      (
        "{fromEndpoints: [{matchLabels: {k8s:io.cilium.k8s.policy.cluster: east}}]}", "shop/cart",
        ["cluster: needs cluster=east, the peer has cluster=default"]
      ),
      (
        "{fromEndpoints: [{matchLabels: {app: cart}}]}", "198.51.100.7",
        ["entity: needs a pod (app=cart, namespace=shop), the peer is 198.51.100.7 (world-ipv4)"]
      ),
    ])
  func labels(element: String, peer: String, expected: [String]) throws {
    #expect(try ingress(element, from: peer) == expected)
  }

  @Test(
    "entities and addresses",
    arguments: [
      ("{fromEntities: [world]}", "shop/cart", ["entity: needs entity world, the peer is pod shop/cart"]),
      (
        "{fromEntities: [cluster]}", "198.51.100.7",
        ["entity: needs entity cluster, the peer is 198.51.100.7 (world-ipv4)"]
      ),
      (
        "{fromEntities: [remote-node, health]}", "shop/cart",
        ["entity: needs one of the entities remote-node, health, the peer is pod shop/cart"]
      ),
      ("{fromCIDR: [10.1.0.0/16]}", "198.51.100.7", ["cidr: 10.1.0.0/16 does not contain 198.51.100.7"]),
      (
        "{fromCIDR: [10.1.0.0/16, 10.2.0.0/16]}", "198.51.100.7",
        ["cidr: 10.1.0.0/16, 10.2.0.0/16 do not contain 198.51.100.7"]
      ),
      (
        "{fromCIDR: [10.0.0.0/8]}", "shop/cart",
        ["cidr: CIDR 10.0.0.0/8 selects addresses outside the cluster, the peer is pod shop/cart"]
      ),
      (
        "{fromCIDRSet: [{cidr: 198.51.100.0/24, except: [198.51.100.0/29]}]}", "198.51.100.7",
        ["except: 198.51.100.0/24 contains 198.51.100.7 but excepts 198.51.100.0/29"]
      ),
      ("{fromCIDRSet: [{cidrGroupRef: offices}]}", "198.51.100.7", ["group: CIDR group offices does not exist"]),
      ("{fromEndpoints: []}", "shop/cart", ["empty-peers: its list of peers is empty, so it selects nobody"]),
    ])
  func addresses(element: String, peer: String, expected: [String]) throws {
    #expect(try ingress(element, from: peer) == expected)
  }

  @Test(
    "ports and protocols",
    arguments: [
      ("[{ports: [{port: '8000', protocol: TCP}]}]", 8080, 6, ["port: allows 8000/TCP, asked 8080/TCP"]),
      (
        "[{ports: [{port: '8000', endPort: 8010, protocol: TCP}]}]", 8011, 6,
        ["port: allows 8000-8010/TCP, asked 8011/TCP"]
      ),
      ("[{ports: [{port: '53', protocol: UDP}]}]", 53, 6, ["protocol: allows 53/UDP, asked 53/TCP"]),
      ("[{ports: [{port: '0'}]}]", 8, 1, ["protocol: allows any port, asked ICMP type 8"]),
      ("[{ports: [{port: http, protocol: TCP}]}]", 80, 6, ["port: allows http (8080)/TCP, asked 80/TCP"]),
      (
        "[{ports: [{port: metrics, protocol: TCP}]}]", 80, 6,
        ["named-port: shop/web does not declare a TCP port metrics, so the rule is ignored"]
      ),
      ("[{}]", 80, 6, ["no-ports: its ports are an empty list, which matches no port at all"]),
    ] as [(String, UInt16, UInt8, [String])])
  func ports(toPorts: String, port: UInt16, protocolNumber: UInt8, expected: [String]) throws {
    let element = "{fromEndpoints: [{}], toPorts: \(toPorts)}"
    #expect(try ingress(element, from: "shop/cart", port: port, protocol: protocolNumber) == expected)
  }

  @Test("a port name that stands for two numbers is ignored on egress")
  func ambiguousName() throws {
    let world = World(policy("egress: [{toEndpoints: [{}], toPorts: [{ports: [{port: http, protocol: TCP}]}]}]"))
    let explanation = try world.outOfWeb(to: "shop/cart", port: 80)
    #expect(
      explanation.nearestMismatches == [
        "named-port: pods declare TCP port http as 80 and 8080, and an ambiguous name is ignored"
      ])
    #expect(explanation.undecidable == [])
  }

  @Test("an ICMP type that the rule does not name")
  func icmp() throws {
    #expect(
      try ingress("{icmps: [{fields: [{type: 8}]}]}", from: "shop/cart", port: 13, protocol: 1)
        == ["port: allows ICMP type 8, asked ICMP type 13"])
  }

  @Test("fromRequires narrows the peers of every rule, in the snapshot")
  func requirement() throws {
    let world = World(
      policy("ingress: [{fromEndpoints: [{}]}, {fromRequires: [{matchLabels: {app: gateway}}]}]"),
      compatibility: .snapshot)
    #expect(
      try world.intoWeb(from: "shop/cart").nearestMismatches == [
        "requirement: fromRequires of the endpoint's policies: needs app=gateway, the peer has app=cart"
      ])
  }

  @Test("names that were resolved, but to other addresses")
  func resolvedName() throws {
    let known = [(name: "api.example.org", addresses: [IPAddress("203.0.113.9")].compactMap(\.self))]
    let world = World(policy("egress: [{toFQDNs: [{matchName: api.example.org}]}]"), names: known)
    let explanation = try world.outOfWeb(to: "198.51.100.7")
    #expect(explanation.nearestMismatches == ["fqdn: 198.51.100.7 is no address of api.example.org"])
    #expect(explanation.undecidable == [])
    #expect(try world.outOfWeb(to: "203.0.113.9").basis == .rule)
    #expect(
      try world.outOfWeb(to: "shop/cart").nearestMismatches == [
        "fqdn: toFQDNs api.example.org selects addresses outside the cluster, the peer is pod shop/cart"
      ])
  }

  @Test("rules that miss by less come first, at most three of them; of equals the one for the asked peer")
  func order() throws {
    let world = World(
      policy(
        """
        ingress:
        - fromEntities: [world]
        - fromEndpoints: [{matchLabels: {app: gateway}}]
        - fromEndpoints: [{matchLabels: {app: gateway, tier: front}}]
          toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
        - fromEndpoints: [{matchLabels: {app: cart}}]
          toPorts: [{ports: [{port: "8080", protocol: TCP}]}]
        - {}
        """))
    let explanation = try world.intoWeb(from: "shop/cart")
    #expect(
      explanation.nearest.map(\.part.path) == [
        "spec.ingress[3].toPorts[0]", "spec.ingress[1]", "spec.ingress[2].toPorts[0]",
      ])
  }
}
