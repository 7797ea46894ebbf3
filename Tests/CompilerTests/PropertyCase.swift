import Policy
import Rules
import Tables
import Testing

@testable import Scenarios

/// A random scenario and what its tables answer, to be compared with the answers after a change.
struct PropertyCase {
  enum Answer: Equatable {
    case unjudged
    case unmergeable
    case verdict(NaiveVerdict)

    var isAllowed: Bool {
      if case .verdict(let verdict) = self { return verdict.outcome == .allowed }
      return self == .unjudged
    }
  }

  var scenario: Scenario
  let probes: [Probes.Probe]
  var random: SeededGenerator

  init(seed: UInt64) {
    (scenario, probes) = Scenario.random(seed: seed, probes: 120)
    random = SeededGenerator(seed: ~seed)
  }

  var answers: [Answer] { answers(scenario) }

  func answers(_ scenario: Scenario) -> [Answer] {
    let compiled = CompiledScenario(scenario)
    return probes.map { probe in
      guard let policy = compiled.policy(of: probe.subject, on: probe.node) else { return .unjudged }
      guard policy.error == nil else { return .unmergeable }
      return compiled.verdict(probe).map(Answer.verdict) ?? .unjudged
    }
  }

  /// Expects the changed scenario to answer as before.
  func expectSameAnswers(after changed: Scenario, sourceLocation: SourceLocation = #_sourceLocation) {
    for (probe, (before, after)) in zip(probes, zip(answers, answers(changed))) where before != after {
      Issue.record(
        "\(probe): \(before) became \(after)\n\(scenario.summary)\nafter:\n\(changed.policies.map(\.yaml).joined(separator: "---\n"))",
        sourceLocation: sourceLocation)
      return
    }
  }

  /// Expects that nothing allowed is refused after the change, where `isCompared` holds.
  func expectNoLess(
    after changed: Scenario, where isCompared: (Probes.Probe) -> Bool = { _ in true },
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (probe, (before, after)) in zip(probes, zip(answers, answers(changed)))
    where before.isAllowed && !after.isAllowed && after != .unmergeable && isCompared(probe) {
      Issue.record(
        "\(probe): \(before) became \(after)\n\(scenario.summary)\nafter:\n\(changed.policies.map(\.yaml).joined(separator: "---\n"))",
        sourceLocation: sourceLocation)
      return
    }
  }
}

extension Scenario {
  /// The same without `fromRequires`, by which one rule narrows others.
  var withoutRequirements: Scenario {
    mappingElements { element in
      var element = element
      element.requires = []
      return [element]
    }
  }

  /// The same without authentication, which may rest on how a range divides into blocks.
  var withoutAuthentication: Scenario {
    mappingElements { element in
      var element = element
      element.authentication = nil
      return [element]
    }
  }

  /// A rule whose last element goes stays, with one that says nothing, so that its policy remains valid.
  func mappingElements(_ change: (WrittenElement) -> [WrittenElement]) -> Scenario {
    var result = self
    for policy in policies.indices {
      for rule in policies[policy].rules.indices {
        result.policies[policy].rules[rule].elements = policies[policy].rules[rule].elements.flatMap(change)
      }
    }
    return result
  }
}
