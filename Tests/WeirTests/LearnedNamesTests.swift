import Addresses
import Flow
import Foundation
import Testing

/// Names learnt from the DNS answers of captures: the lab's worker-app may go where DNS says that its host is.
@Suite struct LearnedNamesTests {
  private static let worker = "demo/worker-app-7b5d9f6c4-m8t2s"
  private static let flags = ["demo.pcap"] + Lab.inForce

  @Test("an answer opens the way for the very next packet, and not before")
  func answersAct() throws {
    let flows = try Lab.flows(Self.flags)
    let address = try #require(flows.firstIndex { $0.ip?.destination.description == "203.0.113.11" })
    let answer = try #require(
      flows.firstIndex { $0.l7?.type == .response && $0.isDNS(of: "api.cloudflare.com.") })
    #expect(answer < address)
    #expect(flows[address].verdict == .forwarded)
    #expect(flows[address].destinationNames == ["api.cloudflare.com"])
    #expect(flows[address].destination.labels.contains("fqdn:api.cloudflare.com"))
    // Without its DNS traffic the capture teaches nothing.
    let silent = try Lab.flows(Self.flags + ["--filter", "not port 53"])
    let refused = try #require(silent.first { $0.ip?.destination.description == "203.0.113.11" })
    #expect(refused.verdict == .dropped)
    #expect(refused.destinationNames.isEmpty)
  }

  @Test("an answer closes the way again in capture time", arguments: [(30, true), (59, true), (1_200, false)])
  func answersExpire(seconds: UInt32, isOpen: Bool) throws {
    let scratch = try Scratch()
    let later = LaterCapture.delaying([203, 0, 113, 11], by: seconds, in: try Lab.bytes(of: "demo.pcap"))
    let capture = try scratch.write(later, as: "later.pcap")
    let flows = try Lab.flows([capture] + Lab.inForce)
    // Nobody kept the address in use: of the 60 s that the answer gives it, two rounds of the collector remain at most.
    let connection = try #require(flows.first { $0.ip?.destination.description == "203.0.113.11" })
    #expect(connection.verdict == (isOpen ? .forwarded : .dropped))
    #expect(connection.destinationNames == (isOpen ? ["api.cloudflare.com"] : []))
  }

  @Test func filtersByNameWork() throws {
    let flows = try Lab.flows(Self.flags + ["--to-fqdn", "api.cloudflare.com"])
    #expect(!flows.isEmpty)
    #expect(flows.allSatisfy { $0.ip?.destination.description == "203.0.113.11" })
    let github = try Lab.flows(Self.flags + ["--to-fqdn", "*.github.com", "--verdict", "DROPPED"])
    #expect(Set(github.compactMap { $0.ip?.destination.description }) == ["203.0.113.10"])
  }

  @Test("the totals are those of the events, and the summary says what was learnt")
  func totals() throws {
    let scratch = try Scratch()
    let run = try Lab.run(["replay", "-q", "-o", "summary", "--stats-json", scratch.path("stats.json")] + Self.flags)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("3 names with 4 addresses learnt from 7 DNS answers\n"))
    let stats = try JSON.object(String(contentsOfFile: scratch.path("stats.json"), encoding: .utf8))
    #expect(stats["names"] as? [String: Int] == ["answers": 7, "names": 3, "addresses": 4, "expired": 0, "dropped": 0])
    let events = try Lab.run(["replay", "-o", "jsonpb", "--stats-json", scratch.path("events.json")] + Self.flags)
    #expect(events.status == 0)
    let others = try JSON.object(String(contentsOfFile: scratch.path("events.json"), encoding: .utf8))
    #expect(NSDictionary(dictionary: stats["verdicts"] as? [String: Int] ?? [:]) == others["verdicts"] as? NSDictionary)
    #expect(
      NSDictionary(dictionary: stats["flow_verdicts"] as? [String: Int] ?? [:])
        == others["flow_verdicts"] as? NSDictionary)
  }

  @Test("the verdicts are those with the names given on the command line")
  func sameAsResolved() throws {
    func verdicts(_ flags: [String]) throws -> [String] {
      try Lab.flows(Self.flags + ["-n", "demo"] + flags).filter { $0.type == .l3l4 }.map {
        "\($0.time ?? 0) \($0.verdict) \($0.eventType.type)"
      }
    }
    #expect(try verdicts([]) == verdicts(Lab.resolved))
  }

  @Test func traceSaysWhichAnswerOpenedTheWay() throws {
    let flags = ["trace", "--from", Self.worker, "--to", "203.0.113.11", "--to-port", "443"] + Lab.inForce
    let run = try Lab.run(flags + ["--capture", "demo.pcap"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("FORWARDED"))
    #expect(
      run.output.contains(
        "An answer opens the way: at 2026-11-21T14:00:33.995Z \(Self.worker) asked for\napi.cloudflare.com, and was "
          + "told 203.0.113.11 for 60 s.\n"))
    let json = try Lab.run(flags + ["--capture", "demo.pcap", "-o", "json"]).json()
    let answer = try #require((json["answers"] as? [[String: Any]])?.first)
    #expect(answer["asked_by"] as? String == Self.worker)
    #expect(answer["opened"] as? Bool == true)
    #expect(try Lab.run(flags).output.hasPrefix("DROPPED"))
    #expect(try Lab.run(flags + ["--capture", "nowhere.pcap"]).status == 66)
  }
}

extension Flow {
  fileprivate func isDNS(of name: String) -> Bool {
    guard case .dns(let dns)? = self.l7?.record else { return false }
    return dns.query == name
  }
}
