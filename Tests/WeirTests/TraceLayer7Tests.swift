import Foundation
import Testing

/// `weir trace` with what the connection carries: the rules behind a redirect decide.
@Suite(.enabled(if: WeirBinary.path != nil)) struct TraceLayer7Tests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try scratch.write(SmallCluster.yaml, as: "cluster.yaml")
    try scratch.write(Self.policies, as: "policies.yaml")
  }

  private static let policies = """
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: server, namespace: ns}
    spec:
      endpointSelector: {matchLabels: {app: server}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: client}}]
        toPorts:
        - ports: [{port: "8080", protocol: TCP}]
          rules:
            http:
            - {method: GET, path: "/ok"}
            - {method: POST, path: "/items/.*", host: "server(:8080)?", headers: ["X-Env: prod"]}
        - ports: [{port: "8081", protocol: TCP}]
          rules: {http: [{method: GET}]}
      - toPorts: [{ports: [{port: "8081", protocol: TCP}]}]
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: client, namespace: ns}
    spec:
      endpointSelector: {matchLabels: {app: client}}
      egress:
      - toEndpoints: [{}]
      - toEntities: [world]
        toPorts:
        - ports: [{port: "53", protocol: UDP}]
          rules: {dns: [{matchName: api.example.org}, {matchPattern: "*.example.com"}]}
        - ports: [{port: "443", protocol: TCP}]
          serverNames: [api.example.org, "*.example.com"]
        - ports: [{port: "9092", protocol: TCP}]
          rules: {kafka: [{topic: orders}]}
        - ports: [{port: "8443", protocol: TCP}]
          listener: {envoyConfig: {kind: CiliumEnvoyConfig, name: e}, name: l}

    """

  private func trace(_ flags: [String], _ status: Int32 = 0, input: String = "") throws -> WeirRun {
    let run = try Weir.run(
      ["trace", "-q", "-f", "cluster.yaml", "-f", "policies.yaml"] + flags, input: input, in: scratch.folder)
    #expect(run.status == status, "\(run.errors)")
    return run
  }

  private func toServer(_ flags: [String], port: String = "8080") throws -> WeirRun {
    try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", port] + flags)
  }

  private func outside(_ port: String, _ flags: [String]) throws -> WeirRun {
    try trace(["--from", "ns/client", "--to", "198.51.100.7", "--to-port", port] + flags)
  }

  private func layer7(_ hop: String, _ run: WeirRun) throws -> [String: Any] {
    try #require((try run.json()[hop] as? [String: Any])?["l7"] as? [String: Any])
  }

  @Test func anAllowedRequestNamesItsRule() throws {
    let text = try toServer(["--http", "GET /ok"]).output
    #expect(text.hasPrefix("FORWARDED  ns/client → ns/server  8080/TCP  GET /ok\n"))
    #expect(text.contains("ingress at ns/server: REDIRECTED, and by the proxy FORWARDED\n"))
    #expect(text.contains("  GET /ok passes by this rule:\n"))
    #expect(text.contains("    policies.yaml:7  ns/server  spec.ingress[0].toPorts[0].rules.http[0]\n"))
    let json = try toServer(["--http", "GET /ok", "-o", "json"])
    #expect(try json.json()["verdict"] as? String == "FORWARDED")
    #expect((try json.json()["ingress"] as? [String: Any])?["verdict"] as? String == "REDIRECTED")
    let layer7 = try layer7("ingress", json)
    #expect(layer7["verdict"] as? String == "FORWARDED")
    #expect(
      (layer7["rules"] as? [[String: Any]])?.first?["path"] as? String == "spec.ingress[0].toPorts[0].rules.http[0]")
  }

  @Test func aRefusedRequestNamesWhatTheNearestRuleNeeds() throws {
    let text = try toServer(["--http", "POST /items/7?x=1", "--host", "server:80"]).output
    #expect(text.hasPrefix("DROPPED  ns/client → ns/server  8080/TCP  POST /items/7?x=1\n"))
    #expect(text.contains("  Envoy answers POST /items/7?x=1 with 403: no HTTP rule for this peer allows it.\n"))
    #expect(text.contains("  Nearest rules, best first:\n"))
    #expect(text.contains("      host    allows server(:8080)?, asked server:80\n      header  needs X-Env: prod\n"))
    let json = try toServer(["--http", "POST /items/7", "-o", "json"])
    #expect(try json.json()["verdict"] as? String == "DROPPED")
    #expect(try layer7("ingress", json)["refusal"] as? String == "http-403")
    let allowed = try toServer([
      "--http", "POST /items/7", "--host", "server", "--http-header", "x-env:prod", "-o", "json",
    ])
    #expect(try allowed.json()["verdict"] as? String == "FORWARDED")
  }

  @Test func aPathIsNormalizedFirst() throws {
    #expect(try toServer(["--http", "GET /a/..//ok", "-o", "json"]).json()["verdict"] as? String == "FORWARDED")
    let json = try toServer(["--http", "GET /a%2f..%2fok", "-o", "json"])
    #expect(try layer7("ingress", json)["refusal"] as? String == "http-307")
    let raw = try toServer(["--http", "GET /a/../ok", "--set", "http-normalize-path=false", "-o", "json"])
    #expect(try raw.json()["verdict"] as? String == "DROPPED")
  }

  @Test("another rule for the same port without L7 rules lets every request pass, and is named")
  func liftedRules() throws {
    let text = try toServer(["--http", "DELETE /"], port: "8081").output
    #expect(text.hasPrefix("FORWARDED"))
    #expect(text.contains("    policies.yaml:16  ns/server  spec.ingress[1].toPorts[0]\n"))
  }

  @Test func queriesAreJudgedByTheDNSProxy() throws {
    for (name, verdict) in [
      ("api.example.org", "FORWARDED"), ("API.example.org.", "FORWARDED"), ("a.example.com", "FORWARDED"),
      ("a.b.example.com", "DROPPED"), ("example.org", "DROPPED"),
    ] {
      let json = try outside("53/UDP", ["--dns", name, "-o", "json"])
      #expect(try json.json()["verdict"] as? String == verdict, "\(name)")
    }
    let text = try outside("53/UDP", ["--dns", "www.example.net"]).output
    #expect(
      text.contains("  The DNS proxy answers the query for www.example.net with REFUSED: no DNS rule for this server"))
    #expect(text.contains("      query  allows api.example.org, asked www.example.net\n"))
    let other = try outside("53/UDP", ["--dns", "x", "--set", "tofqdns-dns-reject-response-code=nameError"]).output
    #expect(other.contains("with NXDOMAIN"))
  }

  @Test func serverNamesAreJudgedByEnvoy() throws {
    for (name, verdict) in [
      ("api.example.org", "FORWARDED"), ("A.Example.com", "FORWARDED"), ("a.b.example.com", "DROPPED"),
    ] {
      let json = try outside("443", ["--sni", name, "-o", "json"])
      #expect(try json.json()["verdict"] as? String == verdict, "\(name)")
    }
    let text = try outside("443", ["--http", "GET /"]).output
    #expect(text.hasPrefix("DROPPED"))
    #expect(text.contains("rules ask for a TLS server name, and it carries none"))
    #expect(text.contains("needs server name *.example.com or api.example.org, none asked (--sni)"))
    // HTTP rules cannot be applied to TLS that nobody terminates.
    let encrypted = try toServer(["--sni", "server", "-o", "json"])
    #expect(try layer7("ingress", encrypted)["refusal"] as? String == "not-http")
  }

  @Test func whatWeirDoesNotModelStaysOpen() throws {
    for port in ["9092", "8443", "443"] {
      let flags = port == "443" ? ["--dns", "a.example.org"] : ["--http", "GET /"]
      let run = try outside(port + "/TCP", flags + ["-o", "json"])
      #expect(try run.json()["verdict"] as? String == "REDIRECTED")
      #expect(try layer7("egress", run)["verdict"] is NSNull)
    }
    let text = try outside("8443", ["--http", "GET /"]).output
    #expect(text.contains("Weir does not know what the Envoy listener ns/e/l does"))
    #expect(text.contains("egress at ns/client: REDIRECTED\n"))
  }

  @Test func probesCarryTheSame() throws {
    let ends = #""from":{"pod":"ns/client"},"to":{"pod":"ns/server"},"protocol":"TCP","port":8080"#
    let world = #""from":{"pod":"ns/client"},"to":{"ip":"198.51.100.7"}"#
    let probes = [
      #"{\#(ends)}"#, #"{\#(ends),"http":"GET /ok"}"#, #"{\#(ends),"http":"GET /no"}"#,
      #"{\#(ends),"http":"POST /items/1","host":"server","headers":["X-Env: prod"]}"#,
      #"{\#(world),"protocol":"UDP","port":53,"dns":"api.example.org"}"#,
      #"{\#(world),"protocol":"TCP","port":443,"sni":"example.org"}"#,
    ]
    let run = try trace(["--probes", "-", "-o", "json"], input: probes.joined(separator: "\n"))
    let verdicts = try run.lines.map { try JSON.object($0)["verdict"] as? String }
    #expect(verdicts == ["REDIRECTED", "FORWARDED", "DROPPED", "FORWARDED", "FORWARDED", "DROPPED"])
    #expect(!run.lines[0].contains("l7"))
  }

  @Test(
    "what cannot be is refused",
    arguments: [
      ["--http", "GET"], ["--http", "GET /a b"], ["--http", "G(T /"], ["--host", "a"], ["--http-header", "A: b"],
      ["--http", "GET /", "--http-header", "A"], ["--http", "GET /", "--dns", "a"], ["--sni", ""],
      ["--http", "GET /", "--http-header", "A: b\r\nC: d"],
    ])
  func badArguments(_ flags: [String]) throws {
    let run = try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", "8080"] + flags, 64)
    #expect(run.output.isEmpty)
  }
}
