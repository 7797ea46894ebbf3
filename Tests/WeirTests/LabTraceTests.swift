import Foundation
import Testing

/// `weir trace --probes` against the lab's verdicts, which were worked out by hand.
@Suite struct LabTraceTests {
  private func check(_ flags: [String], _ select: (Expectation) -> Expectation) throws {
    let all = try Expectation.all()
    let probes = all.map(\.line).joined(separator: "\n")
    let run = try Lab.run(
      ["trace"] + flags + Lab.resolved + ["--probes", "-", "-o", "json"], input: Array(probes.utf8))
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    try #require(run.lines.count == all.count)
    for ((expectation, _), line) in zip(all, run.lines) {
      let expected = select(expectation)
      let result = try JSON.object(line)
      let hops = [("egress", expected.egress), ("ingress", expected.ingress)]
      for (name, hop) in hops { check(result[name] as? [String: Any], hop, "\(expected.id) \(name)") }
      #expect(result["verdict"] as? String == expected.packetVerdict, "\(expected.id)")
    }
  }

  private func check(_ hop: [String: Any]?, _ expected: Expectation.Hop?, _ name: Comment) {
    let rules = (hop?["rules"] as? [[String: Any]] ?? []).compactMap { $0["policy"] as? String }
    guard let expected else {
      // A node's host is an endpoint, though none that has policies here.
      #expect(hop == nil || rules == ["reserved/allow-any-egress"], name)
      return
    }
    #expect(hop?["verdict"] as? String == expected.verdict, name)
    #expect(hop?["drop_reason"] as? String == expected.dropReason, name)
    #expect(hop?["redirect"] as? String == expected.redirect, name)
    let policies = Set(rules.filter { !$0.hasPrefix("reserved/") })
    #expect(policies == Set(expected.policies ?? []), name)
  }

  @Test func everyConversationIsJudgedAsWorkedOutByHand() throws {
    try check(Lab.inForce) { $0 }
  }

  @Test func theProposedChangeBreaksWhatItIsExpectedTo() throws {
    // demo-08 changes because its lookup would fail; here the name is resolved already.
    try check(Lab.changed) { $0.id == "demo-08" ? $0 : $0.changed }
  }
}
