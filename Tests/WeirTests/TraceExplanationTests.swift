import Foundation
import Testing

/// `weir trace` as a user runs it.
@Suite(.enabled(if: WeirBinary.path != nil)) struct TraceExplanationTests {
  private static let objects = """
    {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1}, \
    status: {podIP: 10.0.0.1}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: cart, namespace: shop, labels: {app: cart}}, spec: {nodeName: n1}, \
    status: {podIP: 10.0.0.2}}
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: web, namespace: shop}
    spec:
      endpointSelector: {matchLabels: {app: web}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: gateway}}]
        toPorts: [{ports: [{port: "8000", protocol: TCP}]}]
      - icmps: [{fields: [{type: 0}]}]
      egress:
      - toFQDNs: [{matchName: api.example.org}]
    """

  private func trace(_ arguments: [String], probes: String? = nil) throws -> (status: Int32, output: String) {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-trace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("all.yaml").path
    try Data(Self.objects.utf8).write(to: URL(fileURLWithPath: file))
    let binary = try #require(WeirBinary.path)
    let result = try Subprocess.run(
      binary, ["trace", "-q", "-f", file] + arguments, input: probes.map { Data($0.utf8) })
    return (result.status, result.output.replacing(file, with: "all.yaml"))
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("text names the rules behind a default deny, and what the nearest one lacks")
  func text() throws {
    let result = try trace(["--from", "shop/cart", "--to", "shop/web", "--to-port", "8080"])
    #expect(result.status == 0)
    #expect(
      result.output == """
        DROPPED  shop/cart → shop/web  8080/TCP

          from  shop/cart  identity 256  app=cart namespace=shop
          to    shop/web   identity 257  app=web namespace=shop

        egress at shop/cart: FORWARDED
          No rule selects shop/cart for egress, so everything is allowed.

        ingress at shop/web: DROPPED (POLICY_DENIED)
          No rule allows it, and shop/web is under default deny for ingress because these rules select it:
            all.yaml:11  shop/web  spec.ingress[0]
            all.yaml:13  shop/web  spec.ingress[1]
          Nearest rules, best first:
            all.yaml:11  shop/web  spec.ingress[0].toPorts[0]
              label     needs app=gateway, the peer has app=cart
              port      allows 8000/TCP, asked 8080/TCP
            all.yaml:13  shop/web  spec.ingress[1].icmps[0]
              protocol  allows ICMP type 0, asked 8080/TCP

        """)
  }

  @Test("a gap of the input stands beside the verdict, in text and JSON")
  func undecidable() throws {
    let arguments = ["--from", "shop/web", "--to", "198.51.100.7", "--to-port", "443"]
    let text = try trace(arguments)
    #expect(text.output.hasPrefix("DROPPED (undecidable)  shop/web → 198.51.100.7  443/TCP\n"))
    #expect(text.output.contains("\nUndecidable, because\n  - rule shop/web spec.egress[0] is for the addresses of"))
    let object = try json(try trace(arguments + ["-o", "json"]).output)
    #expect((object["undecidable"] as? [String])?.count == 1)
    #expect(object["verdict"] as? String == "DROPPED")
    let egress = object["egress"] as? [String: Any]
    let explanation = egress?["explanation"] as? [String: Any]
    #expect((explanation?["default_deny_by"] as? [[String: Any]])?.first?["policy"] as? String == "shop/web")
    let nearest = (explanation?["nearest"] as? [[String: Any]])?.first
    #expect(nearest?["path"] as? String == "spec.egress[0]")
    let mismatches = nearest?["mismatches"] as? [[String: String]]
    #expect(mismatches == [["kind": "fqdn", "message": "no address of api.example.org is known"]])
  }

  @Test("a bug of the reference that decides is named")
  func bug() throws {
    let arguments = ["--from", "shop/cart", "--to", "shop/web", "--icmp-type", "8", "-o", "json"]
    let object = try json(try trace(arguments).output)
    #expect(object["verdict"] as? String == "FORWARDED")
    #expect(object["reference_bug"] as? String == "B2 icmp-type0")
    let strict = try json(try trace(arguments + ["--compat", "strict"]).output)
    #expect(strict["verdict"] as? String == "DROPPED")
    #expect(strict["reference_bug"] == nil)
  }

  @Test("many probes are explained in JSON only when asked")
  func batch() throws {
    let probe = #"{"from":{"pod":"shop/cart"},"to":{"pod":"shop/web"},"protocol":"TCP","port":8080}"# + "\n"
    let plain = try trace(["--probes", "-", "-o", "json"], probes: probe)
    #expect(plain.status == 0)
    #expect(!plain.output.contains("explanation"))
    let explained = try trace(["--probes", "-", "-o", "json", "--explain"], probes: probe)
    #expect(explained.output.contains(#""nearest":[{"policy":"shop/web""#))
  }
}
