import Policy
import Rules
import Tables

@testable import Scenarios

/// One scenario, judged both ways.
struct Differential {
  /// What a run has covered.
  struct Tally: CustomStringConvertible {
    var scenarios = 0
    var policies = 0
    var refusedPolicies = 0
    var probes = 0
    var undecided = 0
    var unmergeable = 0
    var verdicts: [String: Int] = [:]

    var description: String {
      "\(scenarios) scenarios, \(policies) policies (\(refusedPolicies) refused), \(probes) probes "
        + "(\(undecided) undecided, \(unmergeable) at endpoints that cannot be merged): \(verdicts)"
    }
  }

  let seed: UInt64
  private static let probesPerScenario = 300

  /// Describes the first disagreement, with the policies that it needs; nil when both agree.
  func run(_ tally: inout Tally) -> String? {
    let (scenario, chosen) = Scenario.random(seed: seed, probes: Self.probesPerScenario)
    let compiled = CompiledScenario(scenario)
    tally.scenarios += 1
    tally.policies += scenario.policies.count
    let refused = compiled.policies.filter { !$0.isAccepted }
    tally.refusedPolicies += refused.count
    if let error = refused.first?.error { return "seed \(seed): a policy is refused: \(error)\n\(scenario.summary)" }
    guard let probe = disagreement(scenario, compiled, chosen, &tally) else { return nil }
    return describe(minimised(scenario, probe), probe)
  }

  /// The first probe that the two answer differently.
  private func disagreement(
    _ scenario: Scenario, _ compiled: CompiledScenario, _ probes: [Probes.Probe], _ tally: inout Tally
  ) -> Probes.Probe? {
    let naive = NaiveEvaluator(scenario)
    for probe in probes {
      tally.probes += 1
      let policy = naive.policy(of: probe.subject, on: probe.node)
      let hasError = compiled.policy(of: probe.subject, on: probe.node)?.error != nil
      if hasError || policy.mustConflict {
        tally.unmergeable += 1
        if hasError ? policy.mayConflict : !policy.mustConflict { continue }
        return probe
      }
      guard let expected = policy.verdict(probe) else {
        tally.undecided += 1
        continue
      }
      tally.verdicts["\(expected.outcome) \(expected.redirect)", default: 0] += 1
      if expected.authentication > 0 { tally.verdicts["authenticated", default: 0] += 1 }
      if compiled.verdict(probe) != expected { return probe }
    }
    return nil
  }

  /// Without the policies, rules and elements that the disagreement does not need.
  private func minimised(_ scenario: Scenario, _ probe: Probes.Probe) -> Scenario {
    var best = scenario
    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for candidate in best.smaller {
        var tally = Tally()
        guard disagreement(candidate, CompiledScenario(candidate), [probe], &tally) != nil else { continue }
        best = candidate
        hasShrunk = true
        break
      }
    }
    return best
  }

  private func describe(_ scenario: Scenario, _ probe: Probes.Probe) -> String {
    let policy = NaiveEvaluator(scenario).policy(of: probe.subject, on: probe.node)
    let compiled = CompiledScenario(scenario)
    let naive = policy.verdict(probe).map { "\($0)" } ?? "undecided"
    let tables = compiled.verdict(probe).map { "\($0)" } ?? "no policy"
    let own = compiled.policy(of: probe.subject, on: probe.node)
    let entries = own?.entries.filter { $0.key.direction == probe.direction }.map { entry in
      "\(entry.key.identity):\(entry.key.protocolNumber):\(entry.key.port)/\(entry.key.portPrefixLength) "
        + "deny \(entry.isDeny) priority \(entry.proxyPriority) auth \(entry.authentication)/\(entry.authenticationIsExplicit)"
    }
    return """
      \(probe)
      rules read one by one: \(naive); may conflict \(policy.mayConflict)
      tables: \(tables); error \(own?.error ?? "-")
      peer: \(policy.world.party(probe.peer, seenFrom: probe.node))
      \((entries ?? []).joined(separator: "\n"))
      \(scenario.summary)
      """
  }
}

extension NaivePolicy {
  func verdict(_ probe: Probes.Probe) -> NaiveVerdict? {
    verdict(probe.direction, peer: probe.peer, protocolNumber: probe.protocolNumber, port: probe.port)
  }
}

extension CompiledScenario {
  func verdict(_ probe: Probes.Probe) -> NaiveVerdict? {
    verdict(
      of: probe.subject, on: probe.node, probe.direction, peer: probe.peer, protocolNumber: probe.protocolNumber,
      port: probe.port)
  }
}

extension Scenario {
  /// The same scenario with one policy, rule or element less.
  fileprivate var smaller: [Scenario] {
    policies.indices.flatMap { index -> [Scenario] in
      var without = self
      without.policies.remove(at: index)
      return [without]
        + policies[index].smaller.map { policy in
          var candidate = self
          candidate.policies[index] = policy
          return candidate
        }
    }
  }
}

extension WrittenPolicy {
  fileprivate var smaller: [WrittenPolicy] {
    rules.indices.flatMap { index -> [WrittenPolicy] in
      var result: [WrittenPolicy] = []
      if rules.count > 1 {
        var without = self
        without.rules.remove(at: index)
        result.append(without)
      }
      guard rules[index].elements.count > 1 else { return result }
      for element in rules[index].elements.indices {
        var without = self
        without.rules[index].elements.remove(at: element)
        result.append(without)
      }
      return result
    }
  }
}
