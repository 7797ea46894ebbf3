import Glibc
import Kernel
import Tables
import Testing

/// One contract, two back ends: for every table set and packet the same verdict, reason, entry and counters.
@Suite(.serialized, .enabled(if: kernelIsUsable))
struct DifferentialTests {
  @Test(
    "engine and kernel program agree on random tables and packets",
    arguments: [(DatapathOptions.Hook.tc, true), (.tc, false), (.xdp, true)])
  func agreeOnRandomTables(hook: DatapathOptions.Hook, assumeAuthenticated: Bool) throws {
    let epochs = environment("WEIR_KERNEL_EPOCHS") ?? 2
    let firstSeed = environment("WEIR_KERNEL_SEED") ?? 1
    var packets = 0
    var hops = 0
    var tableSets = 0
    for seed in firstSeed..<(firstSeed + epochs) {
      var tables = TableGenerator(random: SeededGenerator(seed: UInt64(seed)))
      var frames = PacketGenerator(random: SeededGenerator(seed: UInt64(seed) << 32))
      var pair = try Differential(tables: tables.tables(), hook: hook, assumeAuthenticated: assumeAuthenticated)
      for round in 0..<20 {
        if round > 0 { try pair.replaceTables(tables.tables()) }
        tableSets += 1
        for _ in 0..<400 {
          if tables.random.chance(10) { pair.wait(seconds: tables.random.count(0...70)) }
          if tables.random.chance(1) { pair.wait(seconds: 9000) }
          try pair.judge(frames.frame())
        }
      }
      try pair.compareCounters()
      packets += pair.packets
      hops += pair.hops
      for difference in pair.differences.prefix(3) { Issue.record("seed \(seed): \(difference)") }
      let differences = pair.differences.count
      #expect(differences == 0, "seed \(seed): of \(pair.packets) packets")
      if differences > 0 { break }
    }
    print("\(hook), authenticated \(assumeAuthenticated): \(packets) packets, \(hops) hops, \(tableSets) table sets")
  }
}

/// A number from the environment, for longer runs.
func environment(_ name: String) -> Int? {
  getenv(name).flatMap { Int(String(cString: $0)) }
}
