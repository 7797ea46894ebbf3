import Foundation
import Testing

/// `weir trace`: the verdict of a connection, and why, for people and for programs.
@Suite struct TraceTests {
  private let scratch: Scratch

  init() throws { scratch = try SmallCluster.scratch() }

  private func trace(_ flags: [String], _ status: Int32 = 0) throws -> WeirRun {
    let run = try Weir.run(["trace"] + SmallCluster.inForce + flags, in: scratch.folder)
    #expect(run.status == status, "\(run.errors)")
    return run
  }

  private func ask(_ from: String, _ to: String, _ flags: [String]) throws -> [String: Any] {
    try trace(["--from", from, "--to", to, "-o", "json"] + flags).json()
  }

  private func hop(_ name: String, _ result: [String: Any]) -> [String: Any]? { result[name] as? [String: Any] }

  @Test func anAllowedConnectionNamesTheEntryAndTheRule() throws {
    let text = try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", "8080"]).output
    #expect(text.hasPrefix("FORWARDED  ns/client → ns/server 8080/TCP\n"))
    #expect(text.contains("  from  ns/client  identity 256  app=client,namespace=ns\n"))
    #expect(text.contains("  to    ns/server  identity 257  app=server,namespace=ns\n"))
    #expect(text.contains("    no policy selects the endpoint for egress: everything is allowed\n"))
    #expect(text.contains("  ingress at ns/server: FORWARDED\n"))
    #expect(text.contains("    entry: peer 256 (app=client,namespace=ns), 8080/TCP\n"))
    #expect(text.contains("    authentication spire is demanded, assumed to succeed\n"))
    #expect(text.contains("    by policy.yaml:8 ns/server spec.ingress[0]\n"))
  }

  @Test func aDenyRuleIsNamed() throws {
    let text = try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", "9090"]).output
    #expect(text.hasPrefix("DROPPED  ns/client → ns/server 9090/TCP\n"))
    #expect(text.contains("  ingress at ns/server: DROPPED (POLICY_DENY)\n"))
    #expect(text.contains("    entry: peer 256 (app=client,namespace=ns), 9090/TCP, deny\n"))
    #expect(text.contains("    by policy.yaml:13 ns/server spec.ingressDeny[0]\n"))
  }

  @Test func defaultDenyNamesThePoliciesThatCauseIt() throws {
    let text = try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", "80"]).output
    #expect(text.contains("  ingress at ns/server: DROPPED (POLICY_DENIED)\n"))
    #expect(text.contains("default deny because these select the endpoint:\n"))
    #expect(text.contains("policy.yaml:8 ns/server spec.ingress[0]"))
    let always = try trace(["--from", "ns/server", "--to", "10.1.1.1", "--to-port", "80", "--enable-policy", "always"])
    #expect(always.output.contains("the enforcement mode denies by default"))
  }

  @Test func aRedirectNamesTheProxyAndTheWorldHasNoPolicy() throws {
    let run = try Lab.run(
      ["trace", "--from", "demo/hello-app-5f6d8c7b94-q7zpl", "--to", "203.0.113.10", "--to-port", "443"] + Lab.inForce)
    #expect(run.output.hasPrefix("REDIRECTED  demo/hello-app-5f6d8c7b94-q7zpl → 203.0.113.10 443/TCP\n"))
    #expect(run.output.contains("egress at demo/hello-app-5f6d8c7b94-q7zpl: REDIRECTED\n"))
    #expect(run.output.contains("    the proxy decides: http\n"))
    #expect(run.output.contains("    by policies/30-hello-app.yaml:35 demo/hello-app spec.egress[1]\n"))
    #expect(run.output.contains("ingress: no local endpoint at 203.0.113.10, so no policy\n"))
  }

  @Test func authenticationIsAssumedToSucceedUnlessToldOtherwise() throws {
    let succeeds = try ask("ns/client", "ns/server", ["--to-port", "8080"])
    #expect(hop("ingress", succeeds)?["verdict"] as? String == "FORWARDED")
    #expect(hop("ingress", succeeds)?["auth"] as? String == "spire")
    #expect(hop("ingress", succeeds)?["drop_reason"] == nil)
    let fails = try ask("ns/client", "ns/server", ["--to-port", "8080", "--authentication", "fail"])
    #expect(hop("ingress", fails)?["verdict"] as? String == "DROPPED")
    #expect(hop("ingress", fails)?["drop_reason"] as? String == "AUTH_REQUIRED")
    #expect(fails["verdict"] as? String == "DROPPED")
    // Where none is demanded, nothing can fail.
    let ping = try ask("ns/client", "ns/server", ["--icmp-type", "8", "--authentication", "fail"])
    #expect(ping["verdict"] as? String == "FORWARDED")
    #expect(hop("ingress", ping)?["auth"] == nil)
  }

  @Test func icmpIsAskedByItsType() throws {
    for (type, verdict) in [("8", "FORWARDED"), ("13", "DROPPED")] {
      let result = try ask("ns/client", "ns/server", ["--icmp-type", type])
      #expect(result["verdict"] as? String == verdict, "type \(type)")
    }
    let text = try trace(["--from", "ns/client", "--to", "ns/server", "--icmp-type", "8"]).output
    #expect(text.hasPrefix("FORWARDED  ns/client → ns/server ICMP type 8\n"))
    #expect(text.contains("    entry: any peer, type 8/ICMP\n"))
    let other = try Lab.run(
      ["trace", "--from", "fd00:10:244:1::70", "--to", "demo/test", "--icmp-type", "128"] + Lab.inForce)
    #expect(other.output.hasPrefix("FORWARDED  fd00:10:244:1::70 → demo/test ICMPv6 type 128\n"))
  }

  @Test func aNamedPortIsTheDestinationsOwn() throws {
    let result = try ask("ns/client", "ns/server", ["--to-port", "web"])
    let match = try #require(hop("ingress", result)?["match"] as? [String: Int])
    #expect(match == ["identity": 256, "protocol": 6, "port": 8080, "prefixLen": 16])
    let text = try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", "web/TCP"]).output
    #expect(text.hasPrefix("FORWARDED  ns/client → ns/server 8080/TCP\n"))
    let run = try trace(["--from", "ns/client", "--to", "ns/server", "--to-port", "web/UDP"], 66)
    #expect(run.errors.contains("error: ns/server has no UDP port called web\n"))
    let world = try trace(["--from", "ns/client", "--to", "10.1.1.1", "--to-port", "web"], 66)
    #expect(world.errors.contains("error: 10.1.1.1 has no TCP port called web\n"))
  }

  @Test func theLocalHostGetsInWhateverThePolicy() throws {
    let result = try ask("reserved:host", "ns/server", ["--to-port", "80"])
    #expect((result["source_identity"] as? [String: Any])?["id"] as? Int == 1)
    #expect(hop("ingress", result)?["verdict"] as? String == "FORWARDED")
    let text = try trace(["--from", "reserved:host", "--to", "ns/server", "--to-port", "80"]).output
    #expect(text.contains("    by Cilium's own allow-localhost-ingress\n"))
    let strict = try ask("reserved:host", "ns/server", ["--to-port", "80", "--set", "allow-localhost=policy"])
    #expect(hop("ingress", strict)?["verdict"] as? String == "DROPPED")
  }

  @Test func aHostNetworkPodIsItsNode() throws {
    let agent = try ask("ns/agent", "ns/server", ["--to-port", "80"])
    let address = try ask("192.168.0.2", "ns/server", ["--to-port", "80"])
    #expect(NSDictionary(dictionary: agent) == NSDictionary(dictionary: address))
    #expect((agent["source_identity"] as? [String: Any])?["labels"] as? [String] == ["reserved:host"])
    #expect(agent["verdict"] as? String == "FORWARDED")
    let elsewhere = try ask("192.168.0.1", "ns/server", ["--to-port", "80"])
    #expect(elsewhere["verdict"] as? String == "DROPPED")
  }

  @Test func withANodeTheOtherNodesPodsHaveNoPolicy() throws {
    let asServer = try ask("ns/client", "ns/server", ["--to-port", "80", "--node", "n2"])
    #expect(asServer["egress"] is NSNull)
    #expect(asServer["verdict"] as? String == "DROPPED")
    let asClient = try ask("ns/client", "ns/server", ["--to-port", "80", "--node", "n1"])
    #expect(asClient["ingress"] is NSNull)
    #expect(asClient["verdict"] as? String == "FORWARDED")
    #expect((asClient["destination_identity"] as? [String: Any])?["id"] as? Int == 257)
  }

  @Test func protocolsAreNamesOrNumbers() throws {
    let end = #""from":{"pod":"ns/client"},"to":{"pod":"ns/server"}"#
    let probes = [
      #"{\#(end),"protocol":"tcp","port":8080}"#, #"{\#(end),"protocol":6,"port":8080}"#,
      #"{\#(end),"protocol":"6","port":8080}"#, #"{\#(end),"protocol":"ICMP","icmpType":8}"#,
      #"{\#(end),"protocol":1,"icmpType":8}"#, #"{\#(end),"protocol":"GRE"}"#, #"{\#(end),"protocol":47}"#,
    ]
    let run = try Weir.run(
      ["trace", "-o", "json", "--probes", "-"] + SmallCluster.inForce, input: probes.joined(separator: "\r\n"),
      in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    let verdicts = try run.lines.map { try JSON.object($0)["verdict"] as? String }
    #expect(verdicts == Array(repeating: "FORWARDED", count: 5) + ["DROPPED", "DROPPED"])
    #expect(Set(run.lines.prefix(3)).count == 1)
  }

  @Test func aNameThatIsResolvedGivesItsAddressesAnIdentity() throws {
    let flags = ["--from", "demo/worker-app-7b5d9f6c4-m8t2s", "--to", "203.0.113.11", "--to-port", "443"] + Lab.inForce
    let unresolved = try Lab.run(["trace", "-o", "json"] + flags).json()
    #expect(unresolved["verdict"] as? String == "DROPPED")
    let resolved = try Lab.run(["trace", "-o", "json"] + flags + Lab.resolved).json()
    #expect(resolved["verdict"] as? String == "FORWARDED")
    let labels = (resolved["destination_identity"] as? [String: Any])?["labels"] as? [String]
    #expect(labels?.contains { $0.hasPrefix("fqdn:") } == true)
  }
}
