import Flow
import Foundation
import Testing

/// The recorded overlay of `captures/overlay`: one packet at up to eight points of its way.
@Suite struct OverlayTests {
  private static let folder = Lab.package.appendingPathComponent("captures/overlay")
  private static let input = ["-f", "cluster.yaml", "-f", "policy.yaml"]

  private func totals(_ captures: [String], _ flags: [String] = []) throws -> [String: Any] {
    let run = try Weir.run(
      ["replay"] + captures + Self.input + flags + ["-o", "summary", "--stats-json", "-"], in: Self.folder)
    #expect(run.status == 0, "\(run.errors)")
    let start = try #require(run.output.range(of: "{\"packets\"")).lowerBound
    return try JSON.object(String(run.output[start...]))
  }

  private func verdicts(_ totals: [String: Any]) throws -> [String: Int] {
    var verdicts = try #require(totals["verdicts"] as? [String: Int])
    // Neighbours are asked for on every link, and once only.
    verdicts["UNJUDGED"] = nil
    return verdicts
  }

  @Test(arguments: [
    ["node1-any.pcap"], ["node2-any.pcap"], ["node1-any.pcap", "node2-any.pcap"],
    ["node1-any.pcap", "wire.pcap", "node2-any.pcap"], ["node2-any.pcap", "wire.pcap", "node1-any.pcap"],
  ])
  func thePacketsAreThoseOfTheWireWhereverTheyWereSeen(_ captures: [String]) throws {
    let wire = try totals(["wire.pcap"])
    #expect(wire["sightings"] as? Int == 0)
    let found = try totals(captures)
    #expect(try verdicts(found) == verdicts(wire))
    #expect(found["drop_reasons"] as? [String: Int] == wire["drop_reasons"] as? [String: Int])
    let sightings = try #require(found["sightings"] as? Int)
    let packets = try #require(found["packets"] as? Int)
    let all = try #require(found["verdicts"] as? [String: Int])
    #expect(sightings > packets / 2 && packets == all.values.reduce(0, +) + sightings)
  }

  @Test func closedTunnelsAreNobodysPackets() throws {
    let all = try #require(try totals(["wire.pcap"], ["--vantage", "endpoint"])["verdicts"] as? [String: Int])
    #expect(all["UNJUDGED"] == all.values.reduce(0, +))
  }

  @Test func theTotalsDoNotDependOnTheNumberOfThreads() throws {
    for captures in [["wire.pcap"], ["node1-any.pcap"], ["node1-any.pcap", "node2-any.pcap"]] {
      let one = try totals(captures, ["--threads", "1"])
      let three = try totals(captures, ["--threads", "3"])
      #expect(one["verdicts"] as? [String: Int] == three["verdicts"] as? [String: Int])
      #expect(one["sightings"] as? Int == three["sightings"] as? Int)
      #expect(one["packets_by"] as? [String: Int] == three["packets_by"] as? [String: Int])
    }
  }

  @Test func eventsSayInWhichTunnelThePacketWas() throws {
    let run = try Weir.run(["replay", "wire.pcap"] + Self.input + ["-o", "jsonpb", "-q"], in: Self.folder)
    let flows = try run.lines.map { try Flow(json: String($0)) }
    let tunnels = flows.compactMap(\.tunnel)
    #expect(!tunnels.isEmpty && tunnels.allSatisfy { $0.encapsulation == .vxlan })
    #expect(Set(tunnels.map(\.vni)) == [1001, 1002, 1003])
    // Both directions have ICMP in fragments, which no policy is asked about; all else that is refused is the client's.
    for flow in flows where flow.dropReason == .policyDenied { #expect(flow.destination.podName == "server") }
    #expect(Set(flows.map(\.dropReason)) == [.unknown, .policyDenied, .invalidPacket])
  }

  @Test func theSummarySaysWhatWasAssumed() throws {
    let one = try Weir.run(["replay", "wire.pcap", "-o", "summary"] + Self.input, in: Self.folder)
    #expect(one.output.contains("Vantage auto: each packet is seen once, tunnels between nodes are opened"))
    let two = try Weir.run(["replay", "node1-any.pcap", "-o", "summary", "-v"] + Self.input, in: Self.folder)
    #expect(two.output.contains("Vantage auto: a packet may be seen at several points"))
    #expect(two.errors.contains("all interfaces of a host"))
    #expect(try Weir.run(["replay", "wire.pcap", "--vantage", "moon"] + Self.input, in: Self.folder).status == 64)
  }
}
