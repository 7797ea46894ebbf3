import Flow
import Testing

/// From where the cluster is seen: a node's own address is the host for its own pods and a remote node for all others.
@Suite struct NodeViewTests {
  private static let app = "demo/hello-app-5f6d8c7b94-q7zpl"

  private func ingress(_ flags: [String], _ source: String, _ pod: String, _ port: String) throws -> [String: Any]? {
    let run = try Lab.run(
      ["trace", "-o", "json", "--from", source, "--to", pod, "--to-port", port] + Lab.inForce + flags)
    #expect(run.status == 0, "\(run.errors)")
    return try run.json()["ingress"] as? [String: Any]
  }

  @Test func aNodeReachesItsOwnPodsOnly() throws {
    let cases: [(node: String, pod: String, verdict: String)] = [
      ("172.18.0.3", Self.app, "FORWARDED"),
      ("172.18.0.2", Self.app, "DROPPED"),
      ("fd00:172:18::3", Self.app, "FORWARDED"),
      ("fd00:172:18::2", Self.app, "DROPPED"),
      ("172.18.0.2", "demo/postgres-0", "FORWARDED"),
      ("172.18.0.3", "demo/postgres-0", "DROPPED"),
      // Of the nodes' hosts, the pod's own is meant.
      ("reserved:host", Self.app, "FORWARDED"),
      ("reserved:host", "demo/postgres-0", "FORWARDED"),
    ]
    for (node, pod, verdict) in cases {
      let hop = try ingress([], node, pod, "8000")
      #expect(hop?["verdict"] as? String == verdict, "\(node) → \(pod)")
      let rules = (hop?["rules"] as? [[String: Any]])?.compactMap { $0["policy"] as? String }
      #expect(rules == (verdict == "FORWARDED" ? ["reserved/allow-localhost-ingress"] : []), "\(node) → \(pod)")
    }
  }

  @Test func replaySeesNodesAsTraceDoes() throws {
    let own = try Lab.flows(["demo.pcap", "--from-ip", "172.18.0.3", "--to-port", "8000"] + Lab.inForce)
    #expect(own.map(\.verdict) == [.forwarded])
    #expect(own.first?.source.labels == ["reserved:host"])
    let other = try Lab.flows(["demo.pcap", "--from-ip", "172.18.0.2", "--to-port", "8000"] + Lab.inForce)
    #expect(other.map(\.verdict) == [.dropped, .dropped])
    #expect(other.first?.source.labels.contains("reserved:remote-node") == true)
  }

  @Test(arguments: ["lab-worker", "lab-control-plane"])
  func withANodeOnlyItsPodsAreJudged(_ node: String) throws {
    let everywhere = try Lab.flows(Lab.captures + Lab.inForce + Lab.resolved)
    let here = try Lab.flows(Lab.captures + Lab.inForce + Lab.resolved + ["--node", node])
    #expect(!here.isEmpty)
    #expect(here.allSatisfy { $0.nodeName == node })
    // The same events, apart from what never got there because the other node had dropped it.
    let expected = everywhere.filter { $0.nodeName == node }
    let signatures = Set(here.map { "\($0.time ?? 0) \($0.verdict) \($0.trafficDirection) \($0.eventType)" })
    for flow in expected {
      #expect(signatures.contains("\(flow.time ?? 0) \(flow.verdict) \(flow.trafficDirection) \(flow.eventType)"))
    }
  }

  @Test func fromItsNodeTheAddressOfANodeIsTheHostWhereverThePodIs() throws {
    #expect(
      try ingress(["--node", "lab-worker"], "172.18.0.3", Self.app, "8000")?["verdict"] as? String == "FORWARDED")
    #expect(try ingress(["--node", "lab-worker"], "172.18.0.2", Self.app, "8000")?["verdict"] as? String == "DROPPED")
    #expect(try ingress(["--node", "lab-worker"], "172.18.0.3", "demo/postgres-0", "5432") == nil)
    #expect(try ingress(["--node", "lab-control-plane"], "172.18.0.2", Self.app, "8000") == nil)
  }

  @Test func anUnknownNodeIsAWarningAndNothingIsJudged() throws {
    let run = try Lab.run(["replay", "demo.pcap", "--node", "lab-wroker"] + Lab.inForce)
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(
      run.errors.hasPrefix(
        "warning: no node is called lab-wroker, so no pod is local and nothing is judged [unknown-node]\n"))
    #expect(run.errors.contains(#/UNJUDGED +355/#))
  }
}
