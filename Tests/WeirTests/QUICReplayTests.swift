import Flow
import Foundation
import Testing

/// `--quic-sni` on `captures/quic`: connections of a real client that ask for allowed servers, another one, and none.
@Suite struct QUICReplayTests {
  private static let folder = Lab.package.appendingPathComponent("captures/quic")
  private static let inForce = ["quic.pcap", "-f", "cluster.yaml", "-f", "policy.yaml"]

  private func run(_ arguments: [String]) throws -> WeirRun {
    let run = try Weir.run(["replay"] + Self.inForce + arguments, in: Self.folder)
    try #require(run.status == 0, "\(run.errors)")
    return run
  }

  private func statistics(_ arguments: [String]) throws -> [String: Any] {
    let output = try run(["-o", "summary", "--stats-json", "-", "-q"] + arguments).output
    return try JSON.object(String(output[try #require(output.range(of: "{\"packets\"")).lowerBound...]))
  }

  @Test func namesThatNoRuleHasAreRefusedWhenAskedFor() throws {
    let flows = try run(["--quic-sni", "-o", "jsonpb", "-q"]).lines.map { try Flow(json: String($0)) }
    let names = flows.filter { $0.summaryText.contains("QUIC SNI") }.map {
      "\($0.verdict.protobufName) \($0.summaryText)"
    }
    #expect(
      names == [
        "FORWARDED QUIC SNI: partner.example.com", "FORWARDED QUIC SNI: EU.partner.example.com",
        "DROPPED QUIC SNI: other.example.net", "DROPPED QUIC SNI: (none)", "FORWARDED QUIC SNI: partner.example.com",
        "DROPPED QUIC SNI: other.example.net",
      ])
    let statistics = try statistics(["--quic-sni"])
    let layer7 = try #require(statistics["l7"] as? [String: Int])
    #expect(layer7["tls_sni"] == 6)
    #expect(layer7["sni_denied"] == 3)
    #expect((statistics["flow_verdicts"] as? [String: Int])?["DROPPED"] == 3)
  }

  @Test func withoutTheFlagNamesOverUDPAreNotLookedAtAsWithCilium() throws {
    let statistics = try statistics([])
    #expect((statistics["l7"] as? [String: Int])?["tls_sni"] == 0)
    #expect((statistics["flow_verdicts"] as? [String: Int])?["DROPPED"] == 0)
  }

  @Test func dissectReadsTheNames() throws {
    let json = try Weir.run(["dissect", "quic.pcap", "-o", "json"], in: Self.folder).json()
    let hellos = try #require(json["quic"] as? [[String: Any]]).filter { $0["event"] as? String == "client_hello" }
    #expect(
      hellos.map { ($0["sni"] as? [String])?.first } == [
        "partner.example.com", "EU.partner.example.com", "other.example.net", nil, "partner.example.com",
        "other.example.net",
      ])
  }
}
