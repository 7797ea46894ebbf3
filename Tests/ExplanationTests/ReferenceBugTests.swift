import Explanation
import Policy
import Rules
import Testing

/// Verdicts that rest on a bug of the reference.
@Suite struct ReferenceBugTests {
  /// The bugs behind a verdict; nil where none can matter.
  private func bugs(
    _ policies: String, objects: String = "", _ direction: Direction = .egress, peer: String, port: UInt16,
    protocol: UInt8 = 6
  ) throws -> [ReferenceBug]? {
    let actual = World(policies, objects: objects)
    let documented = World(policies, objects: objects, compatibility: .strict)
    let question = try actual.question(direction, at: "shop/web", peer: peer, port: port, protocol: `protocol`)
    guard ReferenceBugFinder.canMatter(question, actual.explainer) else { return nil }
    let other = try documented.question(direction, at: "shop/web", peer: peer, port: port, protocol: `protocol`)
    guard try actual.answer(question).isDropped != documented.answer(other).isDropped else { return [] }
    return ReferenceBugFinder(actual: actual.explainer, documented: documented.explainer)
      .bugs(question, documented: other)
  }

  @Test("B1: an ingress ipBlock admits the pods of the namespace")
  func ipBlock() throws {
    let knp = """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: k, namespace: shop}
      spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}
      """
    #expect(try bugs(knp, .ingress, peer: "shop/cart", port: 80) == [.ipBlockNamespace])
    #expect(try bugs(knp, .ingress, peer: "203.0.113.1", port: 80) == [])
    #expect(try bugs(knp, .ingress, peer: "ops/mon", port: 80) == [])
  }

  @Test("B2: ICMP type 0 stands for all types")
  func icmp() throws {
    let rule = policy("ingress: [{icmps: [{fields: [{type: 0}]}]}]")
    #expect(try bugs(rule, .ingress, peer: "shop/cart", port: 8, protocol: 1) == [.icmpType0])
    #expect(try bugs(rule, .ingress, peer: "shop/cart", port: 0, protocol: 1) == [])
  }

  private let ports = "toPorts: [{ports: [{port: '80', protocol: TCP}]}]"
  private let cart = """
    apiVersion: v1
    kind: Service
    metadata: {name: cart, namespace: shop, labels: {app: cart}}
    spec: {clusterIP: 10.96.0.1, selector: {SELECTOR: cart}, ports: [{port: 80}]}
    """

  @Test("B3: services that do not exist open the ports to everybody")
  func emptyServices() throws {
    let rule = policy("egress: [{toServices: [{k8sService: {serviceName: nosuch}}], \(ports)}]")
    #expect(try bugs(rule, peer: "198.51.100.7", port: 80) == [.emptyServices])
    #expect(try bugs(rule, peer: "198.51.100.7", port: 81) == [])
  }

  @Test("B4: services of a deny rule are ignored")
  func denyServices() throws {
    let deny = "egressDeny: [{toServices: [{k8sService: {serviceName: cart}}], \(ports)}]"
    let rule = policy("egress: [{toEntities: [all]}]\n\(deny)")
    let service = cart.replacing("SELECTOR", with: "app")
    #expect(try bugs(rule, objects: service, peer: "ops/mon", port: 80) == [.denyServices])
    #expect(try bugs(rule, objects: service, peer: "shop/cart", port: 80) == [])
  }

  @Test("B5: dots in a service's selector")
  func selectorDots() throws {
    let labelled = """
      {apiVersion: v1, kind: Pod, metadata: {name: dotted, namespace: shop, labels: {app.kubernetes.io/name: cart}}, \
      spec: {nodeName: n1}, status: {podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}}
      """
    let rule = policy("egress: [{toServices: [{k8sService: {serviceName: cart}}], \(ports)}]")
    let service = cart.replacing("SELECTOR", with: "app.kubernetes.io/name")
    #expect(
      try bugs(rule, objects: documents(service, labelled), peer: "shop/dotted", port: 80) == [.serviceSelectorDots])
  }

  @Test("rules that no bug acts on cost no second compilation")
  func unsuspected() throws {
    #expect(try bugs(policy("egress: [{toEndpoints: [{}]}]"), peer: "shop/cart", port: 80) == nil)
  }
}
