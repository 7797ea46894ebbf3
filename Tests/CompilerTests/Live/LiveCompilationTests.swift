import Compiler
import Foundation
import Tables
import Testing

@testable import Scenarios

/// A compilation that follows changes against one that begins anew.
///
/// `WEIR_LIVE_STEPS` raises the number of changes, `WEIR_LIVE_SEED` chooses the first scenario.
@Suite struct LiveCompilationTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  private static let stepsPerScenario = 25

  @Test("after any sequence of changes the tables are those of a full compilation, and the deltas lead there")
  func equalsFullCompilation() {
    let steps = Self.number("WEIR_LIVE_STEPS") ?? 200
    let first = Self.number("WEIR_LIVE_SEED") ?? 7000
    var followed = 0
    var compiled = 0
    for seed in first..<first + (steps + UInt64(Self.stepsPerScenario) - 1) / UInt64(Self.stepsPerScenario) {
      var changes = ChangeGenerator(Scenario.random(seed: seed, probes: 0).scenario)
      var live = LiveCompilation(changes.input, threads: 1)
      var copy = TablesCopy(live.tables)
      for step in 0..<Self.stepsPerScenario {
        let change = changes.change()
        let delta = live.apply(change)
        let tables = live.tables
        if delta.replacesEverything {
          compiled += 1
          copy = TablesCopy(tables)
        } else {
          followed += 1
          let isWrong = copy.apply(delta)
          #expect(!isWrong, "the delta of seed \(seed), step \(step) cannot be applied: \(change)")
          if let difference = copy.difference(from: TablesCopy(tables)) {
            Issue.record("the deltas up to seed \(seed), step \(step) lead elsewhere: \(change)\n\(difference)")
            return
          }
        }
        let full = Compiler.compile(changes.input, threads: 1)
        if let difference = CanonicalTables(tables).difference(from: CanonicalTables(full)) {
          Issue.record("seed \(seed), step \(step): \(change)\n\(difference)")
          return
        }
      }
    }
    print("\(followed) changes followed, \(compiled) compiled anew")
    #expect(followed > compiled)
  }
}
