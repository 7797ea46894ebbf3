import Addresses
import Compiler
import Dataplane
import Foundation
import Names
import Rules
import Tables
import Testing

@testable import Scenarios

/// Tables that were changed in place against tables made anew: the same verdicts, whatever was learnt and forgotten.
///
/// `WEIR_NAMES_SEEDS` raises the number of scenarios.
@Suite struct LearnedTablesTests {
  private static let seeds = ProcessInfo.processInfo.environment["WEIR_NAMES_SEEDS"].flatMap { UInt64($0) } ?? 20
  private static let names = ["www.example.org", "api.example.org.", "a.b.example.net", "example.net", "x"]

  @Test func equalTablesMadeAnew() {
    var edits = 0
    let scenarios = (500...).lazy.map { Scenario.random(seed: UInt64($0), probes: 0).scenario }.filter {
      $0.policies.contains { $0.yaml.contains("toFQDNs") }
    }
    for scenario in scenarios.prefix(Int(Self.seeds)) {
      let seed = scenario.seed
      var input = CompiledScenario.input(scenario, CompiledScenario.read(scenario))
      input.names.append(("www.example.org", [IPAddress(ipv4: 0xc633_6407)]))
      var random = SeededGenerator(seed: seed)
      var learned = LearnedTables(input)
      for step in 0..<30 {
        let addresses = (0..<random.count(0...4)).map { _ in IPAddress(ipv4: 0xc633_6400 + UInt32(random.count(0...9)))
        }
        let change = NameCache.Change(name: random.pick(Self.names), addresses: Array(Set(addresses)).sorted())
        let rebuilds = learned.rebuilds
        if case .changed = learned.apply(change), learned.rebuilds == rebuilds { edits += 1 }
        guard let difference = Self.difference(learned.lookup, learned.tables, &random) else { continue }
        Issue.record("seed \(seed), step \(step): \(change): \(difference)")
        return
      }
    }
    #expect(edits > 20)
    print("\(edits) changes in place")
  }

  /// Where two lookups disagree; nil: nowhere.
  private static func difference(
    _ edited: LookupTables, _ tables: Tables, _ random: inout SeededGenerator
  ) -> String? {
    let anew = LookupTables(tables)
    for address in 0..<256 {
      let address = IPAddress(ipv4: 0xc633_6400 + UInt32(address))
      let (one, other) = (edited.resolve(address), anew.resolve(address))
      if one.identity != other.identity { return "\(address) is \(one.identity), not \(other.identity)" }
    }
    let identities = [0, 1, 2, 9, 77_777] + tables.identities.map(\.id)
    for (index, policy) in tables.policies.enumerated() where policy.error == nil {
      for identity in identities {
        for direction in Direction.allCases {
          let port = random.pick([53, 80, 443, 8080, random.count(0...65_535)])
          let number: UInt8 = random.pick([6, 17, 132])
          let one = edited.lookup(
            policy: index, direction: direction, peer: identity, protocolNumber: number, port: UInt16(port))
          let other = anew.lookup(
            policy: index, direction: direction, peer: identity, protocolNumber: number, port: UInt16(port))
          let rules = edited.rules(policy: index, entry: one.entry)
          let expected = other.entry >= 0 ? policy.entries[Int(other.entry)].rules : 0
          guard one.reason == other.reason, one.redirect == other.redirect, one.matchType == other.matchType,
            one.authenticationNumber == other.authenticationNumber, rules == expected
          else {
            return
              "policy \(index) \(direction) \(identity) \(number)/\(port): \(one) by \(rules), not \(other) by \(expected)"
          }
        }
      }
    }
    return nil
  }

  @Test("room that is used up is made anew")
  func runsOutOfRoom() throws {
    let scenario = (500..<600).lazy.map { Scenario.random(seed: UInt64($0), probes: 0).scenario }.first {
      $0.policies.contains { $0.yaml.contains("toFQDNs") && $0.yaml.contains("matchPattern: \"*\"") }
    }
    let found = try #require(scenario)
    var learned = LearnedTables(CompiledScenario.input(found, CompiledScenario.read(found)))
    for round in 0..<3 {
      let addresses = (0..<20_000).map { IPAddress(ipv4: 0x2000_0000 + UInt32(round * 20_000 + $0)) }
      _ = learned.apply(.init(name: "x\(round).example.org", addresses: addresses))
    }
    #expect(learned.rebuilds > 0)
    var random = SeededGenerator(seed: 1)
    #expect(Self.difference(learned.lookup, learned.tables, &random) == nil)
  }
}
