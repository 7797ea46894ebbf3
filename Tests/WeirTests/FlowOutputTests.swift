import Flow
import Foundation
import Testing

/// The events of `weir replay` have Hubble's shape.
@Suite struct FlowOutputTests {
  private static let replay = ["replay"] + Lab.captures + Lab.inForce + Lab.resolved + ["-q"]

  private func lines(_ flags: [String] = []) throws -> [[String: Any]] {
    let run = try Lab.run(Self.replay + ["-o", "jsonpb"] + flags)
    #expect(run.status == 0)
    return try run.lines.map { try JSON.object($0) }
  }

  @Test(arguments: [[], ["--packets"], ["--policy-audit-mode"]])
  func everyLineIsReadBackAsItWasWritten(_ flags: [String]) throws {
    let run = try Lab.run(Self.replay + ["-o", "jsonpb"] + flags)
    try #require(!run.lines.isEmpty)
    for line in run.lines {
      var printer = FlowPrinter(FlowPrintOptions(format: .jsonpb))
      var bytes = OutputBuffer()
      printer.print(try FlowEvent(json: String(line)), to: &bytes)
      #expect(bytes.text == line + "\n")
    }
  }

  @Test func everyLineIsAFlowInItsEnvelope() throws {
    for line in try lines(["--packets"]) {
      #expect(Set(line.keys).isSubset(of: ["flow", "node_name", "time"]))
      let flow = try #require(line["flow"] as? [String: Any])
      #expect(line["time"] as? String == flow["time"] as? String)
      #expect(line["node_name"] as? String == flow["node_name"] as? String)
      #expect((flow["emitter"] as? [String: Any])?["name"] as? String == "Weir")
      let isLayer7 = flow["l7"] != nil
      #expect(flow["Type"] as? String == (isLayer7 ? "L7" : "L3_L4"))
      #expect((flow["event_type"] as? [String: Int])?["type"] == 129 || !isLayer7)
      #expect(flow["source"] != nil && flow["destination"] != nil)
      #expect((flow["Summary"] as? String)?.isEmpty == false)
    }
  }

  @Test(arguments: [[], ["--packets"], ["--policy-audit-mode"]])
  func everyKindOfEventHasItsFields(_ flags: [String]) throws {
    var kinds: Set<String> = []
    for line in try lines(flags) {
      let flow = try #require(line["flow"] as? [String: Any])
      let event = try #require(flow["event_type"] as? [String: Int])
      let verdict = try #require(flow["verdict"] as? String ?? "VERDICT_UNKNOWN")
      let reason = flow["drop_reason"] as? Int ?? 0
      let name = "\(verdict) \(event["type"] ?? 0) \(reason)"
      kinds.insert(name)
      let allowed = ["egress_allowed_by", "ingress_allowed_by"].filter { flow[$0] != nil }
      let denied = ["egress_denied_by", "ingress_denied_by"].filter { flow[$0] != nil }
      let own = (flow["traffic_direction"] as? String)?.lowercased() ?? ""
      #expect((allowed + denied).allSatisfy { $0.hasPrefix("\(own)_") }, "\(name)")
      switch (event["type"], verdict) {
      case (129, "FORWARDED"), (129, "DROPPED"):
        let layer7 = try #require(flow["l7"] as? [String: Any])
        let isResponse = layer7["type"] as? String == "RESPONSE"
        #expect(flow["is_reply"] as? Bool == isResponse && reason == 0, "\(name)")
        #expect(verdict == "FORWARDED" || !isResponse, "\(name)")
        #expect(allowed.isEmpty && denied.isEmpty && flow["policy_match_type"] == nil, "\(name)")
        let ports = (flow["l4"] as? [String: [String: Any]])?.values.first
        #expect(ports?["flags"] == nil && ports?["source_port"] != nil, "\(name)")
      case (5, "FORWARDED"), (5, "REDIRECTED"):
        #expect(flow["is_reply"] as? Bool == false, "\(name)")
        #expect(flow["policy_match_type"] != nil && denied.isEmpty && reason == 0, "\(name)")
      case (5, "AUDIT"):
        #expect(flow["is_reply"] as? Bool == false, "\(name)")
        #expect(flow["policy_match_type"] == nil && allowed.isEmpty && denied.isEmpty && reason == 0, "\(name)")
      case (5, "DROPPED"):
        #expect(flow["is_reply"] == nil && allowed.isEmpty, "\(name)")
        #expect(flow["drop_reason_desc"] as? String == (reason == 181 ? "POLICY_DENY" : "POLICY_DENIED"), "\(name)")
        #expect(denied.isEmpty == (reason == 133), "\(name)")
        #expect((flow["policy_match_type"] == nil) == (reason == 133), "\(name)")
      case (1, "DROPPED"):
        #expect(flow["is_reply"] == nil && allowed.isEmpty && denied.isEmpty, "\(name)")
        #expect(event["sub_type"] == reason && reason > 0, "\(name)")
      case (4, _):
        #expect(flow["trace_observation_point"] != nil && reason == 0 && allowed.isEmpty && denied.isEmpty, "\(name)")
        // Only what nobody judged has neither verdict nor direction.
        #expect((flow["is_reply"] == nil) == (verdict == "VERDICT_UNKNOWN"), "\(name)")
        #expect((flow["trace_reason"] == nil) == (verdict == "VERDICT_UNKNOWN"), "\(name)")
      default: Issue.record("unexpected event: \(name)")
      }
    }
    let audited = flags.contains("--policy-audit-mode")
    #expect(kinds.contains("AUDIT 5 0") == audited)
    #expect(kinds.contains("DROPPED 1 181") != audited)
    #expect(kinds.isSuperset(of: ["FORWARDED 5 0", "REDIRECTED 5 0"]))
  }

  @Test func uuidsAreDistinctAndEveryRunWritesTheSameBytes() throws {
    for format in ["jsonpb", "compact", "dict", "table"] {
      let first = try Lab.run(Self.replay + ["-o", format, "--packets"])
      let second = try Lab.run(Self.replay + ["-o", format, "--packets"])
      #expect(first.output == second.output)
      #expect(!first.output.isEmpty)
    }
    let uuids = try lines(["--packets"]).compactMap { ($0["flow"] as? [String: Any])?["uuid"] as? String }
    #expect(Set(uuids).count == uuids.count)
    #expect(uuids.count > 300)
  }

  @Test(arguments: ["compact", "dict", "table"])
  func theTextIsWhatTheJSONSays(_ format: String) throws {
    let json = try Lab.run(Self.replay + ["-o", "jsonpb"])
    var printer = FlowPrinter(FlowPrintOptions(format: try #require(FlowFormat(name: format)), policyNames: true))
    var bytes = OutputBuffer()
    for line in json.lines { printer.print(try FlowEvent(json: String(line)), to: &bytes) }
    printer.finish(to: &bytes)
    let text = try Lab.run(Self.replay + ["-o", format, "--print-policy-names"])
    #expect(text.output == bytes.text)
  }

  @Test func otherNamesOfTheFormatsAreHubbles() throws {
    for (alias, name) in [("json", "jsonpb"), ("tab", "table")] {
      #expect(try Lab.run(Self.replay + ["-o", alias]).output == Lab.run(Self.replay + ["-o", name]).output)
    }
  }

  @Test func hubbleReadsTheEventsAndPrintsThemAlike() throws {
    guard try Weir.shell("command -v hubble").status == 0 else {
      print("skipped: there is no hubble on the path")
      return
    }
    let run = try Weir.shell(
      "$WEIR replay demo.pcap -f cluster.yaml -f policies -q -o jsonpb | hubble observe --input-file -", in: Lab.folder)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output == (try Lab.run(["replay", "demo.pcap", "-q"] + Lab.inForce).output))
  }
}
