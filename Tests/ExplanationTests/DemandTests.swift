import Explanation
import Testing

/// What a connection still needs after the policy map let it through.
@Suite struct DemandTests {
  private let cart = "fromEndpoints: [{matchLabels: {app: cart}}]"

  @Test("the HTTP proxy's rules")
  func http() throws {
    let world = World(
      policy(
        """
        ingress:
        - \(cart)
          toPorts:
          - ports: [{port: "80", protocol: TCP}]
            rules:
              http:
              - {method: GET, path: "/ok"}
              - {path: "/health", host: "web", headers: ["X-Env: prod"]}
        """))
    let proxy = try #require(try world.intoWeb(from: "shop/cart").proxy)
    #expect(proxy.proxy == "http")
    #expect(proxy.checks == ["GET /ok", "any method, path /health, host web, header X-Env: prod"])
    #expect(!proxy.isUnrestricted)
  }

  @Test("a broader allow of the same peer lifts HTTP rules, but not DNS rules")
  func lifted() throws {
    let http = "toPorts: [{ports: [{port: '80', protocol: TCP}], rules: {http: [{method: GET}]}}]"
    let world = World(
      documents(policy("l7", "ingress: [{\(cart), \(http)}]"), policy("plain", "ingress: [{\(cart)}]")))
    let proxy = try #require(try world.intoWeb(from: "shop/cart").proxy)
    #expect(proxy.isUnrestricted)
    #expect(proxy.liftedBy.map(\.policy) == ["shop/plain"])
    let dns = "toPorts: [{ports: [{port: '53', protocol: UDP}], rules: {dns: [{matchPattern: '*.example.org'}]}}]"
    let names = World(
      documents(
        policy("l7", "egress: [{toEntities: [world], \(dns)}]"), policy("plain", "egress: [{toEntities: [world]}]")))
    let resolver = try #require(try names.outOfWeb(to: "198.51.100.7", port: 53, protocol: 17).proxy)
    #expect(resolver.checks == ["query *.example.org"])
    #expect(!resolver.isUnrestricted)
  }

  @Test("server names, Kafka rules and listeners")
  func others() throws {
    func demand(_ element: String) throws -> ProxyDemand? {
      try World(
        policy("egress: [{toEntities: [world], toPorts: [{ports: [{port: '443', protocol: TCP}], \(element)}]}]")
      )
      .outOfWeb(to: "198.51.100.7").proxy
    }
    #expect(try demand("serverNames: [a.example.org]")?.checks == ["TLS server name a.example.org"])
    #expect(
      try demand("rules: {kafka: [{role: produce, topic: orders}]}")?.checks == ["Kafka role produce, topic orders"])
    #expect(
      try demand("listener: {envoyConfig: {kind: CiliumEnvoyConfig, name: e}, name: l}")?.proxy == "listener:shop/e/l")
  }

  @Test("authentication by the deciding rule, and inherited from a broader one")
  func authentication() throws {
    let own = try World(policy("ingress: [{\(cart), authentication: {mode: required}}]")).intoWeb(from: "shop/cart")
    #expect(own.authentication?.mode == "spire")
    #expect(own.authentication?.isDerived == false)
    #expect(own.authentication?.rules.map(\.path) == ["spec.ingress[0]"])
    let derived = try World(
      documents(
        policy("broad", "ingress: [{\(cart), authentication: {mode: required}}]"),
        policy("narrow", "ingress: [{\(cart), toPorts: [{ports: [{port: '80', protocol: TCP}]}]}]"))
    ).intoWeb(from: "shop/cart")
    #expect(derived.paths == ["shop/narrow spec.ingress[0].toPorts[0]"])
    #expect(derived.authentication?.isDerived == true)
    #expect(derived.authentication?.rules.map(\.policy) == ["shop/broad"])
  }
}
