import Explanation
import Rules
import Testing

/// What a verdict rests on.
@Suite struct VerdictTests {
  private let gateway = "fromEndpoints: [{matchLabels: {app: cart}}]"

  @Test("an allow names the rule and its element of toPorts")
  func allow() throws {
    let world = World(
      policy("ingress: [{}, {\(gateway), toPorts: [{ports: [{port: '1'}]}, {ports: [{port: '80', protocol: TCP}]}]}]"))
    let explanation = try world.intoWeb(from: "shop/cart")
    #expect(explanation.basis == .rule)
    #expect(explanation.reason == "A rule allows it.")
    #expect(explanation.paths == ["shop/p spec.ingress[1].toPorts[1]"])
    #expect(explanation.rules.first?.file == "policies.yaml")
    #expect(explanation.rules.first?.line == 6)
  }

  @Test("icmps elements and NetworkPolicies have paths of their own")
  func paths() throws {
    let icmp = World(policy("ingress: [{icmps: [{fields: [{type: 8}]}]}]"))
    #expect(try icmp.intoWeb(from: "shop/cart", port: 8, protocol: 1).paths == ["shop/p spec.ingress[0].icmps[0]"])
    let knp = World(
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: k, namespace: shop}
      spec:
        podSelector: {}
        ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}, {ports: [{port: 80}, {port: 81}]}]
      """)
    #expect(
      try knp.intoWeb(from: "shop/cart").paths == ["shop/k spec.ingress[0].from[0]", "shop/k spec.ingress[1].ports[0]"]
        || knp.intoWeb(from: "shop/cart").paths == ["shop/k spec.ingress[1].ports[0]"])
    #expect(try knp.intoWeb(from: "ops/mon", port: 81).paths == ["shop/k spec.ingress[1].ports[1]"])
  }

  @Test("a deny names the deny rule alone, and the allow rule that it overrides")
  func deny() throws {
    let world = World(
      documents(
        policy("allow", "ingress: [{\(gateway)}]"),
        policy("deny", "ingressDeny: [{\(gateway), toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]")))
    let explanation = try world.intoWeb(from: "shop/cart")
    #expect(explanation.basis == .denyRule)
    #expect(explanation.paths == ["shop/deny spec.ingressDeny[0].toPorts[0]"])
    #expect(explanation.overrides.map(\.policy) == ["shop/allow"])
    #expect(
      explanation.nearestMismatches == ["deny: would allow it, but shop/deny denies it, and a deny wins"])
    #expect(try world.intoWeb(from: "shop/cart", port: 81).basis == .rule)
  }

  @Test("a deny merged with an allow of the same peer and port still names the deny alone")
  func mergedDeny() throws {
    let world = World(policy("ingress: [{\(gateway)}]\ningressDeny: [{\(gateway)}]"))
    #expect(try world.intoWeb(from: "shop/cart").paths == ["shop/p spec.ingressDeny[0]"])
  }

  @Test("default deny names the rules that switch it on")
  func defaultDeny() throws {
    let world = World(
      documents(
        policy("a", "ingress: [{}]"),
        policy("b", "enableDefaultDeny: {ingress: false}\ningress: [{fromEntities: [health]}]")))
    let explanation = try world.intoWeb(from: "shop/cart")
    #expect(explanation.basis == .defaultDeny)
    #expect(
      explanation.reason
        == "No rule allows it, and shop/web is under default deny for ingress because this rule selects it.")
    #expect(explanation.defaultDenyBy.map(\.policy) == ["shop/a"])
    #expect(explanation.nearest.map(\.part.policy) == ["shop/b"])
  }

  @Test("the enforcement mode denies by default")
  func always() throws {
    let explanation = try World("", options: [("enable-policy", "always")]).intoWeb(from: "shop/cart")
    #expect(explanation.reason == "No rule allows it, and enable-policy: always denies by default.")
    #expect(explanation.defaultDenyBy == [])
  }

  @Test("a direction that nothing selects, or that is switched off, is not enforced")
  func notEnforced() throws {
    let world = World(policy("ingress: [{}]"))
    let egress = try world.outOfWeb(to: "shop/cart")
    #expect(egress.basis == .notEnforced)
    #expect(egress.reason == "No rule selects shop/web for egress, so everything is allowed.")
    let never = try World(policy("ingress: [{}]"), options: [("enable-policy", "never")]).intoWeb(from: "shop/cart")
    #expect(never.reason == "Policy enforcement is switched off (enable-policy: never).")
    let host = try world.explain(.ingress, at: "reserved:host", peer: "shop/cart", port: 80)
    #expect(host.reason == "The host firewall is off, so no policy is enforced at reserved:host.")
  }

  @Test("Cilium's own allowances")
  func ownAllowances() throws {
    let open = World(policy("enableDefaultDeny: {ingress: false}\ningressDeny: [{fromEntities: [health]}]"))
    #expect(try open.intoWeb(from: "shop/cart").basis == .noDefaultDeny)
    #expect(try World(policy("ingress: [{}]")).intoWeb(from: "reserved:host").basis == .localHost)
  }

  @Test("policies that cannot be merged")
  func uncomputable() throws {
    let explanation = try World(
      documents(
        policy("a", "ingress: [{\(gateway), authentication: {mode: required}}]"),
        policy("b", "ingress: [{\(gateway), authentication: {mode: disabled}}]"))
    ).intoWeb(from: "shop/cart")
    #expect(explanation.basis == .uncomputable)
    #expect(explanation.undecidable.count == 1)
  }
}
