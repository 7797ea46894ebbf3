import Addresses
import Capture
import Dataplane
import Glibc
import Kernel
import Packet
import Tables
import Testing

@testable import Scenarios

/// One contract, two back ends: for every table set and packet the same verdict, reason, entry and counters.
///
/// `WEIR_KERNEL_EPOCHS` asks for more rounds than the default (from 2 on with all captures, of which each sixth is taken
/// otherwise), `WEIR_KERNEL_SEED` for others.
@Suite(.serialized, .enabled(if: kernelIsUsable))
struct DifferentialTests {
  static let variants = [
    Differential.Variant(layout: .cilium, hook: .tc), .init(layout: .own, hook: .tc),
    .init(layout: .own, hook: .tc, assumeAuthenticated: false), .init(layout: .cilium, hook: .xdp),
    .init(layout: .own, hook: .xdp),
  ]

  private let epochs = environment("WEIR_KERNEL_EPOCHS") ?? 1
  private let firstSeed = environment("WEIR_KERNEL_SEED") ?? 1

  @Test("engine and kernel program agree on random tables and packets", arguments: variants)
  func agreeOnRandomTables(_ variant: Differential.Variant) throws {
    var tally = Tally()
    for seed in firstSeed..<(firstSeed + epochs) {
      var tables = TableGenerator(random: SeededGenerator(seed: UInt64(seed)))
      var frames = PacketGenerator(random: SeededGenerator(seed: UInt64(seed) << 32))
      var pair = try Differential(tables: tables.tables(), variant)
      for round in 0..<(epochs > 1 ? 20 : 6) {
        if round > 0 { try pair.replaceTables(tables.tables()) }
        for _ in 0..<300 {
          if tables.random.chance(10) { pair.wait(seconds: tables.random.count(0...70)) }
          if tables.random.chance(1) { pair.wait(seconds: 9000) }
          try pair.judge(frames.frame())
        }
      }
      try tally.close(&pair, "seed \(seed)")
      if tally.differences > 0 { break }
    }
    print("\(variant): random tables: \(tally)")
  }

  @Test("they agree on compiled policies", arguments: variants.prefix(2))
  func agreeOnCompiledPolicies(_ variant: Differential.Variant) throws {
    var tally = Tally()
    for seed in firstSeed..<(firstSeed + epochs * 8) {
      let scenario = Scenario.random(seed: UInt64(seed), probes: 0).scenario
      let compiled = CompiledScenario(scenario).tables
      guard !compiled.endpoints.isEmpty else { continue }
      var frames = PacketGenerator(
        random: SeededGenerator(seed: UInt64(seed) << 32), world: TableGenerator.World(of: compiled))
      var pair = try Differential(tables: compiled, variant)
      for _ in 0..<400 { try pair.judge(frames.frame()) }
      try tally.close(&pair, "scenario \(seed)")
      if tally.differences > 0 { break }
    }
    print("\(variant): compiled policies: \(tally)")
  }

  @Test("they agree on captured traffic", arguments: variants.prefix(2))
  func agreeOnCaptures(_ variant: Differential.Variant) throws {
    var tally = Tally()
    let captures = CaptureFolder.frames(limit: 300 * epochs).enumerated().filter { epochs > 1 || $0.offset % 6 == 0 }
      .map(\.element)
    for (name, frames) in captures {
      var tables = TableGenerator(random: SeededGenerator(seed: UInt64(firstSeed)))
      tables.world = TableGenerator.World(of: frames)
      guard !tables.world.addresses.isEmpty else { continue }
      var pair = try Differential(tables: tables.tables(), variant)
      for (index, frame) in frames.enumerated() {
        if index % 100 == 99 { try pair.replaceTables(tables.tables()) }
        try pair.judge(frame)
      }
      try tally.close(&pair, name)
      if tally.differences > 0 { break }
    }
    print("\(variant): \(captures.count) captures: \(tally)")
  }
}

/// What the comparisons of a test came to.
struct Tally: CustomStringConvertible {
  private(set) var packets = 0
  private(set) var hops = 0
  private(set) var tableSets = 0
  private(set) var differences = 0
  private(set) var outcomes: Set<Differential.Outcome> = []

  /// Ends a comparison, and records as issues what differed.
  mutating func close(_ pair: inout Differential, _ name: String) throws {
    try pair.compareCounters()
    packets += pair.packets
    hops += pair.hops
    tableSets += pair.tableSets
    outcomes.formUnion(pair.outcomes.keys)
    differences += pair.differences.count
    for difference in pair.differences.prefix(3) { Issue.record("\(name): \(difference)") }
  }

  var description: String {
    "\(packets) packets, \(hops) hops, \(tableSets) table sets, \(outcomes.count) kinds of outcome, "
      + "\(differences) differences"
  }
}

extension TableGenerator.World {
  /// The addresses and ports of tables, and those just beside them.
  init(of tables: Tables) {
    let prefixes = tables.ipcache.map(\.prefix.address)
    addresses = Array(Set(tables.endpoints.flatMap(\.addresses) + prefixes + prefixes.map(\.next))).sorted()
    let keys = tables.policies.flatMap(\.entries).map(\.key)
    ports = Array(Set(keys.flatMap { [$0.port, $0.lastPort, $0.lastPort &+ 1] } + [80])).sorted()
  }

  init(of frames: [[UInt8]]) {
    var addresses: Set<IPAddress> = []
    var ports: Set<UInt16> = [80]
    for frame in frames {
      let headers = frame.withUnsafeBytes {
        PacketHeaders(dissecting: $0, linkType: .ethernet, originalLength: UInt32($0.count))
      }
      guard headers.ipVersion != 0 else { continue }
      addresses.formUnion([headers.source, headers.destination])
      ports.formUnion([headers.sourcePort, headers.destinationPort])
    }
    self.addresses = addresses.sorted()
    self.ports = ports.sorted()
  }
}

extension IPAddress {
  fileprivate var next: IPAddress {
    isIPv6 ? IPAddress(ipv6High: high, low: low &+ 1) : IPAddress(ipv4: UInt32(truncatingIfNeeded: low) &+ 1)
  }
}

/// A number from the environment, for longer runs.
func environment(_ name: String) -> Int? {
  getenv(name).flatMap { Int(String(cString: $0)) }
}
