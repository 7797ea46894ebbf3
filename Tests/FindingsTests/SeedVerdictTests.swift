import Addresses
import Cluster
import Dataplane
import Foundation
import Rules
import Tables
import Testing

/// Connections in the clusters of the seed articles, with the verdicts worked out by hand.
@Suite struct SeedVerdictTests {
  private struct Expectations: Decodable {
    var cluster: String
    var sets: [PolicySet]
  }

  private struct PolicySet: Decodable {
    var name: String
    var policies: [String]
    var cases: [Connection]
  }

  private struct Connection: Decodable {
    struct Outcome: Decodable {
      var verdict: String
      var hop: String?
      var defaultDenyBy: [String]?

      private enum CodingKeys: String, CodingKey {
        case verdict, hop
        case defaultDenyBy = "default_deny_by"
      }
    }

    var id: String
    var from: String
    var to: String
    var port: UInt16
    var proto: String
    var sni: String?
    var cilium: Outcome
  }

  @Test(arguments: ["lab/expected.json", "production/expected.json"])
  func verdicts(_ name: String) throws {
    guard Seeds.exist else { return }
    let expectations: Expectations = try Seeds.json(name)
    for set in expectations.sets {
      let reading = Reading([expectations.cluster].map(Seeds.path) + set.policies.flatMap(files))
      let judge = Judge(reading)
      for connection in set.cases {
        let found = try judge.judge(connection)
        #expect(found == Judge.expected(connection), "\(set.name): \(connection.id)")
      }
    }
  }

  /// `001/*.yaml`, or a file.
  private func files(_ pattern: String) -> [String] {
    guard pattern.hasSuffix("/*.yaml") else { return [Seeds.path(pattern)] }
    let folder = String(pattern.dropLast("/*.yaml".count))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Seeds.path(folder))) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { Seeds.path("\(folder)/\($0)") }
  }

  /// What both policies say about a connection at layer 4.
  private struct Judge {
    struct Answer: Equatable {
      /// The hop that drops it, or whose proxy decides; empty when it passes.
      var hop: String
      var rules: Set<String> = []
    }

    let tables: Tables
    let lookup: LookupTables

    init(_ reading: Reading) {
      tables = reading.tables
      lookup = LookupTables(reading.tables)
    }

    /// At layer 7 nothing is decided here: a connection that the proxy passes or refuses is one that goes to the proxy.
    static func expected(_ connection: Connection) -> Answer {
      let outcome = connection.cilium
      if outcome.verdict == "FORWARDED" { return Answer(hop: connection.sni == nil ? "" : "proxy?") }
      let hop = outcome.hop ?? ""
      return Answer(hop: hop, rules: hop.hasSuffix("l7") ? [] : Set(outcome.defaultDenyBy ?? []))
    }

    func judge(_ connection: Connection) throws -> Answer {
      let source = try end(connection.from)
      let destination = try end(connection.to)
      let hops: [(Direction, Endpoint?, UInt32)] = [
        (.egress, source.endpoint, destination.identity), (.ingress, destination.endpoint, source.identity),
      ]
      for (direction, endpoint, peer) in hops {
        guard let policy = endpoint?.policy else { continue }
        let verdict = lookup.lookup(
          policy: policy, direction: direction, peer: peer, protocolNumber: connection.proto == "UDP" ? 17 : 6,
          port: connection.port)
        if verdict.reason != .none {
          let rules = tables.provenance.rules(of: tables.policies[policy].rules(direction))
          return Answer(hop: "\(direction)", rules: Set(rules.map(\.policy)))
        }
        guard verdict.redirect > 0 else { continue }
        return Answer(hop: connection.cilium.verdict == "FORWARDED" ? "proxy?" : "\(direction)-l7")
      }
      return Answer(hop: connection.cilium.verdict == "FORWARDED" && connection.sni != nil ? "proxy?" : "")
    }

    /// A pod by the name of its workload, or an address.
    private func end(_ text: String) throws -> (endpoint: Endpoint?, identity: UInt32) {
      if let address = IPAddress(text) {
        let (index, identity) = lookup.resolve(address)
        return (index.map { tables.endpoints[$0] }, identity)
      }
      let endpoint = try #require(
        tables.endpoints.first { $0.name == text || $0.name.hasPrefix("\(text)-") }, "no pod \(text)")
      return (endpoint, endpoint.identity)
    }
  }
}
