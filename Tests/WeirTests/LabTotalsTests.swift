import Foundation
import Testing

/// The totals of `weir replay --stats-json`: their keys are a contract, and every record is counted exactly once.
@Suite struct LabTotalsTests {
  private func totals(_ arguments: [String]) throws -> (json: [String: Any], text: String) {
    let run = try Lab.run(["replay"] + arguments + ["-o", "summary", "--stats-json", "-"])
    #expect(run.status == 0, "\(run.errors)")
    // The summary comes first.
    let start = try #require(run.output.range(of: "{\"packets\"")).lowerBound
    let text = String(run.output[start...])
    return (try JSON.object(text), text)
  }

  private func sum(_ value: Any?) throws -> Int { try #require(value as? [String: Int]).values.reduce(0, +) }

  @Test func theKeysAreThoseOfTheContractInItsOrder() throws {
    let (_, text) = try totals(["demo.pcap"] + Lab.inForce)
    let keys = text.matches(of: #/"([A-Za-z0-9_]+)":/#).map { String($0.1) }
    #expect(
      keys == [
        "packets", "bytes", "flows", "seconds",
        "verdicts", "FORWARDED", "DROPPED", "REDIRECTED", "AUDIT", "UNJUDGED",
        "flow_verdicts", "FORWARDED", "DROPPED", "AUDIT", "UNJUDGED",
        "sightings",
        "drop_reasons", "POLICY_DENIED", "POLICY_DENY",
        "l7", "http_requests", "http_denied", "dns_queries", "dns_denied", "tls_sni", "sni_denied", "kafka_requests",
        "packets_by", "ipv4", "ipv6", "arp", "other", "tcp", "udp", "sctp", "icmp", "fragments", "truncated",
        "malformed",
        "latency_ns",
        "limits", "connections_evicted", "reassembly_dropped",
        "names", "answers", "names", "addresses", "expired", "dropped",
      ])
  }

  @Test(
    arguments: [
      ["demo.pcap"], ["dns-and-tls.pcapng"], Lab.captures, ["demo.pcap", "demo.pcap"],
    ], [[], ["-f", "change"], ["--node", "lab-worker"], ["--policy-audit-mode"], ["--midstream", "allow"]])
  func everyRecordIsCountedExactlyOnce(_ captures: [String], _ flags: [String]) throws {
    let (json, _) = try totals(captures + Lab.inForce + flags)
    let packets = try #require(json["packets"] as? Int)
    let dissected = try Lab.run(["dissect", "-o", "json"] + captures).lines.map { try JSON.object($0) }
    #expect(packets == dissected.compactMap { $0["packets"] as? Int }.reduce(0, +))
    #expect(json["bytes"] as? Int == dissected.compactMap { $0["bytes"] as? Int }.reduce(0, +))
    let sightings = try #require(json["sightings"] as? Int)
    #expect(packets == (try sum(json["verdicts"])) + sightings)
    #expect(json["flows"] as? Int == (try sum(json["flow_verdicts"])))
    let dropped = (json["verdicts"] as? [String: Int])?["DROPPED"]
    #expect(dropped == (try sum(json["drop_reasons"])))
    let kinds = try #require(json["packets_by"] as? [String: Int])
    #expect(["ipv4", "ipv6", "arp", "other"].compactMap { kinds[$0] }.reduce(0, +) == packets)
  }

  @Test(
    arguments: [["demo.pcap"], Lab.captures], [[], ["-f", "change"], ["--filter", "udp"], ["--policy-audit-mode"]])
  func theTotalsDoNotDependOnTheNumberOfThreads(_ captures: [String], _ flags: [String]) throws {
    func totals(_ threads: Int) throws -> String {
      let run = try Lab.run(
        ["replay"] + captures + Lab.inForce + flags + ["-o", "summary", "--stats-json", "-", "--threads", "\(threads)"])
      #expect(run.status == 0, "\(run.errors)")
      return run.output.replacing(#/"seconds":[0-9.e-]+|\d+(\.\d+)? ?(s|ms|packets\/s).*/#, with: "")
    }
    let one = try totals(1)
    for threads in [2, 3, 8] { #expect(try totals(threads) == one) }
  }

  @Test func threadsAreANumberFromOne() throws {
    for text in ["0", "-1", "x", "100000"] {
      #expect(try Lab.run(["replay", "demo.pcap", "--threads=\(text)"] + Lab.inForce).status == 64)
    }
  }

  @Test func everyConversationIsAFlowWithItsVerdict() throws {
    let (json, _) = try totals(Lab.captures + Lab.inForce + Lab.resolved)
    let flows = try #require(json["flow_verdicts"] as? [String: Int])
    let expected = try Expectation.all().map(\.expectation)
    let dropped = expected.filter { $0.verdict == "DROPPED" }.count
    #expect(flows["DROPPED"] == dropped)
    #expect(flows["FORWARDED"] == expected.count - dropped)
    #expect(flows["AUDIT"] == 0)
  }

  @Test func auditModeDropsOnlyWhatProxiesRefuse() throws {
    let enforced = try totals(["demo.pcap"] + Lab.inForce).json["verdicts"] as? [String: Int]
    let json = try totals(["demo.pcap", "--policy-audit-mode"] + Lab.inForce).json
    let audited = json["verdicts"] as? [String: Int]
    let flows = json["flow_verdicts"] as? [String: Int]
    let layer7 = json["l7"] as? [String: Int]
    // Refused names end their conversations, refused requests do not.
    #expect(flows?["DROPPED"] == (layer7?["dns_denied"] ?? 0) + (layer7?["sni_denied"] ?? 0))
    #expect((audited?["DROPPED"] ?? 0) > (layer7?["http_denied"] ?? 0))
    let filtered = try Lab.run(
      ["replay", "demo.pcap", "--policy-audit-mode", "--verdict", "DROPPED", "-o", "jsonpb", "-q"] + Lab.inForce)
    #expect(filtered.lines.allSatisfy { $0.contains("\"Type\":\"L7\"") })
    #expect((audited?["AUDIT"] ?? 0) > 0)
    #expect(enforced?["AUDIT"] == 0)
    #expect(audited?["UNJUDGED"] == enforced?["UNJUDGED"])
  }

  @Test func theFormatOfTheEventsDoesNotChangeTheTotals() throws {
    let reference = try Lab.run(["replay", "demo.pcap", "-o", "summary"] + Lab.inForce).output
    // All but the time that it took.
    let table = reference.drop { $0 != "\n" }
    #expect(table.contains("DENIED FROM"))
    for flags in [[], ["--packets"], ["-o", "jsonpb"], ["--verdict", "DROPPED"], ["--first", "1"]] {
      let run = try Lab.run(["replay", "demo.pcap"] + flags + Lab.inForce)
      #expect(run.errors.drop { $0 == "\n" }.drop { $0 != "\n" } == table, "\(flags)")
    }
  }
}
