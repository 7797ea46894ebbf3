import Addresses
import Flow
import Foundation
import Testing

/// Names, TLS servers and requests at a real interface: a DNS server, TLS and HTTP servers, and their clients.
@Suite(.serialized, .enabled(if: LiveLab.isUsable && LiveLab.hasServers, "interfaces cannot be attached to here"))
struct AttachLayer7Tests {
  private static let ways = [["--endpoint", "lab/client"], ["--layout", "cilium"]]

  @Test("answers open the way at once, and refused servers are cut off", arguments: ways)
  func enforce(_ arguments: [String]) throws {
    let run = try LiveLab.run("layer7.sh", arguments + ["--mode", "enforce", "--enforce-sni"])
    #expect(
      run.answers == [
        "a before it was asked for": "no", "dig a": "203.0.113.5", "a": "yes", "a at another port": "no",
        "a over IPv6 before it was asked for": "no", "dig a AAAA": "2001:db8::5", "a over IPv6": "yes",
        "dig c over TCP": "203.0.113.6", "c": "yes", "dig other": "203.0.113.7", "other": "no",
        "a after a reload": "yes", "TLS good.example": "kept on", "TLS bad.example": "stalled",
        "TLS bad.example IPv6": "stalled", "TLS good.example IPv6": "kept on", "GET /public": "yes",
        "GET /secret": "yes", "answers": "3", "addresses": "3", "refused connections": "2", "lost copies": "0",
        "exit": "0",
      ])
    let flows = try run.flows("live.out")
    try check(requestsIn: flows)
    let cut = flows.filter { $0.dropReason.rawValue == 205 }
    #expect(!cut.isEmpty && cut.allSatisfy { $0.verdict == .dropped && $0.l4?.ports != nil })
    // Both ends of the connections meet the drop, and nobody else does.
    #expect(cut.allSatisfy { $0.l4?.ports?.source == 8443 || $0.l4?.ports?.destination == 8443 })
    let named = flows.filter { $0.destinationNames == ["a.allowed.test"] && $0.verdict == .forwarded }
    #expect(named.contains { $0.egressAllowedBy.map(\.name) == ["client"] })
  }

  @Test("in audit mode the same is reported, and everything passes")
  func audit() throws {
    let run = try LiveLab.run("layer7.sh", ["--endpoint", "lab/client"])
    for (question, answer) in run.answers where answer == "no" || answer == "stalled" {
      Issue.record("\(question): \(answer)")
    }
    #expect(run.answers["refused connections"] == "0" && run.answers["addresses"] == "3")
    let flows = try run.flows("live.out")
    try check(requestsIn: flows)
    let toNames = flows.filter { $0.type == .l3l4 && $0.ip?.destination.description == "203.0.113.5" }
    // Audited until the name was asked for, allowed from then on; another port never was.
    #expect(toNames.filter { $0.l4?.ports?.destination == 8080 }.map(\.verdict) == [.audit, .forwarded, .forwarded])
    #expect(toNames.filter { $0.l4?.ports?.destination == 9090 }.allSatisfy { $0.verdict == .audit })
  }

  @Test func serverNamesAreEnforcedOnlyWhereAnythingIs() throws {
    let run = try Weir.run(["attach", "lo", "-f", LiveLab.path("cluster.yaml"), "--enforce-sni"])
    #expect(run.status == 64)
    #expect(run.errors.contains("--enforce-sni needs --mode enforce"))
  }

  /// What proxies would have logged.
  private func check(requestsIn flows: [Flow]) throws {
    let requests = flows.filter { $0.l7?.type == .request }
    func verdicts(_ text: String) -> Set<Flow.Verdict> {
      Set(requests.filter { $0.summaryText.contains(text) }.map(\.verdict))
    }
    #expect(verdicts("a.allowed.test. A") == [.forwarded])
    #expect(verdicts("c.allowed.test. A") == [.forwarded])
    #expect(verdicts("other.test. A") == [.dropped])
    #expect(verdicts("TLS SNI: good.example") == [.forwarded])
    #expect(verdicts("TLS SNI: bad.example") == [.dropped])
    #expect(verdicts("GET http://10.201.0.10:9090/public") == [.forwarded])
    #expect(verdicts("GET http://10.201.0.10:9090/secret") == [.dropped])
    let answers = flows.filter { $0.l7?.type == .response }
    #expect(answers.contains { $0.summaryText.contains("203.0.113.6") && $0.summaryText.contains("b.allowed.test.") })
  }
}

extension LiveLab {
  static let hasServers: Bool = {
    let check =
      "for command in dnsmasq dig openssl; do command -v $command >/dev/null || { echo $command; exit 1; }; done"
    guard let run = try? Weir.shell(check), run.status != 0 else { return true }
    print("AttachLayer7Tests are skipped: there is no \(run.output)")
    return false
  }()
}
