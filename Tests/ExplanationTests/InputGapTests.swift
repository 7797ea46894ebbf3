import Explanation
import Testing

/// What the input lacks to be sure of a verdict.
@Suite struct InputGapTests {
  @Test("a name that nobody resolved counts only for outside peers on its ports, and for what nothing allows")
  func names() throws {
    let rule = "{toFQDNs: [{matchName: api.example.org}], toPorts: [{ports: [{port: '443', protocol: TCP}]}]}"
    let world = World(policy("egress: [\(rule)]"))
    #expect(
      try world.outOfWeb(to: "198.51.100.7").undecidable == [
        "rule shop/p spec.egress[0] is for the addresses of api.example.org, and none is known: "
          + "give --fqdn api.example.org=ADDRESS"
      ])
    #expect(try world.outOfWeb(to: "198.51.100.7", port: 80).undecidable == [])
    #expect(try world.outOfWeb(to: "shop/cart").undecidable == [])
    let allowed = World(policy("egress: [\(rule), {toEntities: [world]}]"))
    #expect(try allowed.outOfWeb(to: "198.51.100.7").undecidable == [])
    let denied = World(policy("egress: [\(rule)]\negressDeny: [{toEntities: [world]}]"))
    #expect(try denied.outOfWeb(to: "198.51.100.7").undecidable == [])
  }

  @Test("groups of a cloud provider")
  func groups() throws {
    let groups = "toGroups: [{aws: {securityGroupsIds: [sg-1]}}], toPorts: [{ports: [{port: '443', protocol: TCP}]}]"
    let text =
      "policy shop/p selects shop/web and refers to groups of a cloud provider (toGroups), which only its API can "
      + "resolve; until then no part of the policy is in force, and should it find none, bug B6 togroups-empty: groups "
      + "without any address open the ports to everybody"
    let alone = World(policy("egress: [{\(groups)}]"))
    #expect(try alone.outOfWeb(to: "198.51.100.7").undecidable == [text])
    // Even where the groups cannot be meant, the policy would switch default deny on.
    #expect(try alone.outOfWeb(to: "shop/cart").undecidable == [text])
    #expect(try alone.intoWeb(from: "shop/cart").undecidable == [])
    let closed = World(documents(policy("egress: [{\(groups)}]"), policy("q", "egress: [{}]")))
    #expect(try closed.outOfWeb(to: "198.51.100.7").undecidable == [text])
    #expect(try closed.outOfWeb(to: "shop/cart").undecidable == [])
    #expect(try closed.outOfWeb(to: "198.51.100.7", port: 80).undecidable == [])
  }

  @Test("a port name that nobody declares, which another pod's declaration settles on ingress")
  func portNames() throws {
    let rule = "toPorts: [{ports: [{port: nosuch, protocol: TCP}]}]"
    let text = "is for port nosuch, a name that no pod of the input declares"
    #expect(
      try World(policy("egress: [{toEndpoints: [{}], \(rule)}]")).outOfWeb(to: "shop/cart").undecidable
        == ["rule shop/p spec.egress[0] \(text)"])
    #expect(
      try World(policy("ingress: [{fromEndpoints: [{}], \(rule)}]")).intoWeb(from: "shop/cart").undecidable
        == ["rule shop/p spec.ingress[0] \(text)"])
    let known = "toPorts: [{ports: [{port: metrics, protocol: TCP}]}]"
    #expect(
      try World(policy("ingress: [{fromEndpoints: [{}], \(known)}]")).intoWeb(from: "shop/cart").undecidable == [])
    // Of a deny rule it matters where the connection passes.
    #expect(
      try World(policy("ingress: [{fromEndpoints: [{}]}]\ningressDeny: [{fromEndpoints: [{}], \(rule)}]"))
        .intoWeb(from: "shop/cart").undecidable == ["deny rule shop/p spec.ingressDeny[0] \(text)"])
  }

  @Test("a CIDR group that is not there")
  func cidrGroups() throws {
    let rule = policy("ingress: [{fromCIDRSet: [{cidrGroupRef: offices}]}]")
    #expect(
      try World(rule).intoWeb(from: "198.51.100.7").undecidable
        == ["rule shop/p spec.ingress[0] is for CIDR group offices, which is not in the input"])
    let group = """
      apiVersion: cilium.io/v2
      kind: CiliumCIDRGroup
      metadata: {name: offices}
      spec: {externalCIDRs: [203.0.113.0/24]}
      """
    let world = World(documents(rule, group))
    let explanation = try world.intoWeb(from: "198.51.100.7")
    #expect(explanation.undecidable == [])
    #expect(explanation.nearestMismatches == ["group: CIDR group offices does not contain 198.51.100.7"])
    #expect(try world.intoWeb(from: "203.0.113.1").basis == .rule)
  }

  @Test("a peer that Cilium does not manage")
  func unmanaged() throws {
    func endpoint(_ name: String, _ number: Int) -> String {
      """
      {apiVersion: cilium.io/v2, kind: CiliumEndpoint, metadata: {name: \(name), namespace: shop}, \
      status: {identity: {id: \(number), labels: ["k8s:app=\(name)", "k8s:io.kubernetes.pod.namespace=shop"]}}}
      """
    }
    let world = World(policy("ingress: [{fromEndpoints: [{}]}]"), objects: endpoint("web", 1001))
    let explanation = try world.intoWeb(from: "shop/cart")
    #expect(explanation.basis == .defaultDeny)
    #expect(
      explanation.undecidable == [
        "shop/cart has no CiliumEndpoint with an identity in the input, so Cilium does not manage it: it counts as "
          + "reserved:unmanaged whatever its labels, and nobody judges its own side"
      ])
  }
}
