import Foundation
import Rules
import Testing

/// The compiler against the naive evaluator, on random clusters, policies and connections.
///
/// `WEIR_DIFFERENTIAL_ROUNDS` raises the number of scenarios, `WEIR_DIFFERENTIAL_SEED` chooses the first one.
@Suite struct DifferentialTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  static let rounds = number("WEIR_DIFFERENTIAL_ROUNDS") ?? 100

  @Test("tables answer as the rules read one by one do")
  func verdicts() {
    let first = Self.number("WEIR_DIFFERENTIAL_SEED") ?? 1
    var tally = Differential.Tally()
    for seed in first..<first + Self.rounds {
      guard let failure = Differential(seed: seed).run(&tally) else { continue }
      Issue.record("\(failure)")
      if Self.number("WEIR_DIFFERENTIAL_ALL") == nil { break }
    }
    print(tally)
    #expect(tally.probes > tally.undecided * 20, "too many probes are left undecided")
  }
}
