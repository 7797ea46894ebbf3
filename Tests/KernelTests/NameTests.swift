import Addresses
import Compiler
import Dataplane
import Kernel
import Packet
import Tables
import Testing

@testable import Scenarios

/// Names that come and go in maps that are in force, against an engine whose tables are made anew each time.
@Suite(.serialized, .enabled(if: kernelIsUsable))
struct NameTests {
  private static let names = ["www.example.org", "api.example.org.", "a.b.example.net", "example.net", "x"]

  @Test("maps that follow names judge as tables made anew", arguments: DatapathOptions.Layout.allCases)
  func followsNames(_ layout: DatapathOptions.Layout) throws {
    let scenarios = (500...).lazy.map { Scenario.random(seed: UInt64($0), probes: 0).scenario }.filter {
      $0.policies.contains { $0.yaml.contains("toFQDNs") }
    }
    var (inPlace, anew, packets) = (0, 0, 0)
    for scenario in scenarios.prefix(4) {
      var pair = try NamePair(scenario, layout)
      var random = SeededGenerator(seed: scenario.seed)
      for step in 0..<12 {
        let addresses = (0..<random.count(0...4)).map { _ in IPAddress(ipv4: 0xc633_6400 + UInt32(random.count(0...9)))
        }
        try pair.learn(random.pick(Self.names), Array(Set(addresses)).sorted())
        let difference = try pair.firstDifference(&random)
        if let difference {
          Issue.record("seed \(scenario.seed), step \(step): \(difference)")
          return
        }
      }
      inPlace += pair.inPlace
      anew += pair.anew
      packets += pair.packets
    }
    #expect(inPlace > 10)
    print("\(layout.rawValue) layout: \(inPlace) changes in place, \(anew) anew, \(packets) packets")
  }

  @Test func roomForNamesEnds() throws {
    let scenario = try #require(
      (500...).lazy.map { Scenario.random(seed: UInt64($0), probes: 0).scenario }.first {
        $0.policies.contains { $0.yaml.contains("toFQDNs") }
      })
    var pair = try NamePair(scenario, .own, spareEntries: 1)
    var random = SeededGenerator(seed: 1)
    for number in 0..<8 {
      try pair.learn(Self.names[number % Self.names.count], [IPAddress(ipv4: 0xc633_6400 + UInt32(number))])
    }
    #expect(pair.anew > 0)
    #expect(try pair.firstDifference(&random) == nil)
  }
}

/// The two that are compared.
private struct NamePair: ~Copyable {
  private var compilation: LiveCompilation
  private var tables: Tables
  private var datapath: Datapath
  private var engine: Engine
  private var frames: PacketGenerator
  private(set) var inPlace = 0
  private(set) var anew = 0
  private(set) var packets = 0

  init(_ scenario: Scenario, _ layout: DatapathOptions.Layout, spareEntries: Int = 2048) throws {
    var input = CompiledScenario.input(scenario, CompiledScenario.read(scenario))
    input.names = []
    compilation = LiveCompilation(input)
    tables = compilation.tables
    var options = DatapathOptions()
    options.layout = layout
    options.clockIsGiven = true
    options.keepsVerdict = true
    options.spareEntries = spareEntries
    datapath = try Datapath(tables: tables, options: options)
    var engineOptions = EngineOptions()
    engineOptions.followsRefusals = false
    engine = Engine(tables: tables, options: engineOptions)
    var world = TableGenerator.World(of: tables)
    world.addresses += (0..<10).map { IPAddress(ipv4: 0xc633_6400 + UInt32($0)) }
    frames = PacketGenerator(random: SeededGenerator(seed: scenario.seed), world: world)
  }

  mutating func learn(_ name: String, _ addresses: [IPAddress]) throws {
    let delta = compilation.apply(.name(name, addresses: addresses))
    engine.replaceTables(LookupTables(compilation.tables))
    guard !delta.isEmpty else { return }
    if try datapath.follow(delta) {
      inPlace += 1
      // As the datapath counts them: behind those that the policy has had.
      for change in delta.policies {
        for case .set(let entry) in change.operations { tables.policies[change.policy].entries.append(entry) }
      }
    } else {
      anew += 1
      tables = compilation.tables
      try datapath.replaceTables(tables)
    }
  }

  mutating func firstDifference(_ random: inout SeededGenerator) throws -> String? {
    let current = compilation.tables
    for _ in 0..<120 {
      let frame = frames.frame()
      guard frame.count >= 54 else { continue }
      let headers = frame.withUnsafeBytes {
        PacketHeaders(dissecting: $0, linkType: .ethernet, originalLength: UInt32($0.count))
      }
      let mine = engine.judge(headers, at: 1_000_000_000_000_000, length: UInt32(frame.count))
      datapath.now = 1_000_000
      _ = try frame.withUnsafeBytes { try datapath.testRun($0) }
      let theirs = datapath.lastVerdict
      packets += 1
      guard mine.verdict == theirs.verdict, mine.reason == theirs.reason,
        agree(mine.egress, theirs.egress, mine.sourceEndpoint, current),
        agree(mine.ingress, theirs.ingress, mine.destinationEndpoint, current)
      else { return "engine \(mine)\nkernel \(theirs)" }
    }
    return nil
  }

  /// Entries have other numbers; the rules behind them tell whether they are the same.
  private func agree(_ mine: HopVerdict, _ theirs: HopVerdict, _ endpoint: Int32, _ current: Tables) -> Bool {
    var theirs = theirs
    let policy = endpoint >= 0 ? current.endpoints[Int(endpoint)].policy : nil
    if let policy, mine.entry >= 0, theirs.entry >= 0 {
      let entries = tables.policies[policy].entries
      guard entries.indices.contains(Int(theirs.entry)) else { return false }
      let (one, other) = (current.policies[policy].entries[Int(mine.entry)], entries[Int(theirs.entry)])
      guard one.key == other.key, one.rules == other.rules else { return false }
      theirs.entry = mine.entry
    }
    return mine == theirs
  }
}
