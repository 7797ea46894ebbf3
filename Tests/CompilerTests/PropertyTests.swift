import Addresses
import Cluster
import Compiler
import Policy
import Rules
import Tables
import Testing

@testable import Scenarios

/// What must hold of the compiler whatever the policies are.
@Suite struct PropertyTests {
  private static let seeds = Array(UInt64(500)..<500 + DifferentialTests.rounds / 10)

  private func expectEqual(_ a: Tables, _ b: Tables, seed: UInt64, sourceLocation: SourceLocation = #_sourceLocation) {
    let isEqual = [
      "identities": a.identities == b.identities, "ipcache": a.ipcache == b.ipcache,
      "endpoints": a.endpoints == b.endpoints, "policies": a.policies == b.policies,
      "redirects": a.redirects == b.redirects, "services": a.services == b.services,
      "backends": a.backends == b.backends, "provenance": a.provenance == b.provenance,
      "settings": a.settings == b.settings,
    ]
    for (part, holds) in isEqual { #expect(holds, "\(part) of seed \(seed)", sourceLocation: sourceLocation) }
  }

  @Test("compiling twice gives equal tables", arguments: seeds)
  func repetition(seed: UInt64) {
    let scenario = PropertyCase(seed: seed).scenario
    expectEqual(CompiledScenario(scenario).tables, CompiledScenario(scenario).tables, seed: seed)
  }

  @Test("the number of threads does not change the tables", arguments: seeds)
  func threads(seed: UInt64) {
    let scenario = PropertyCase(seed: seed).scenario
    let input = CompiledScenario.input(scenario, CompiledScenario.read(scenario))
    let alone = Compiler.compile(input, threads: 1)
    for threads in [2, 3, 8] { expectEqual(alone, Compiler.compile(input, threads: threads), seed: seed) }
  }

  @Test("the order of objects does not change the tables", arguments: seeds)
  func orderOfObjects(seed: UInt64) {
    var property = PropertyCase(seed: seed)
    var shuffled = property.scenario
    shuffled.policies.shuffle(using: &property.random)
    shuffled.groups.shuffle(using: &property.random)
    shuffled.cluster.nodes.shuffle(using: &property.random)
    shuffled.cluster.namespaces.shuffle(using: &property.random)
    shuffled.cluster.pods.shuffle(using: &property.random)
    shuffled.cluster.services.shuffle(using: &property.random)
    shuffled.cluster.serviceEndpoints.shuffle(using: &property.random)
    shuffled.cluster.ciliumEndpoints.shuffle(using: &property.random)
    shuffled.names.shuffle(using: &property.random)
    expectEqual(CompiledScenario(property.scenario).tables, CompiledScenario(shuffled).tables, seed: seed)
  }

  @Test("the order of the rules in an object changes no verdict", arguments: seeds)
  func orderOfRules(seed: UInt64) {
    var property = PropertyCase(seed: seed)
    var shuffled = property.scenario
    for policy in shuffled.policies.indices {
      shuffled.policies[policy].rules.shuffle(using: &property.random)
      for rule in shuffled.policies[policy].rules.indices {
        shuffled.policies[policy].rules[rule].elements.shuffle(using: &property.random)
      }
    }
    property.expectSameAnswers(after: shuffled)
  }

  @Test("the names of policies do not matter", arguments: seeds)
  func names(seed: UInt64) {
    let property = PropertyCase(seed: seed)
    var renamed = property.scenario
    for index in renamed.policies.indices { renamed.policies[index].name = "other-\(9 - index)" }
    property.expectSameAnswers(after: renamed)
  }

  @Test("an allow rule takes nothing away, unless it switches default deny on", arguments: seeds)
  func additionalAllow(seed: UInt64) {
    var property = PropertyCase(seed: seed)
    property.scenario = property.scenario.withoutRequirements
    var generator = PolicyGenerator(random: property.random, scenario: property.scenario)
    var extended = property.scenario
    var addition = generator.policy(named: "addition")
    for rule in addition.rules.indices { addition.rules[rule].elements.removeAll(where: \.isDeny) }
    if addition.kind != .kubernetes { addition.rules.removeAll(where: \.elements.isEmpty) }
    guard !addition.rules.isEmpty else { return }
    extended.policies.append(addition)
    extended = extended.withoutRequirements
    let before = NaiveEvaluator(property.scenario)
    let after = NaiveEvaluator(extended)
    property.expectNoLess(after: extended) { probe in
      after.policy(of: probe.subject, on: probe.node).enforcement(probe.direction) != .closed
        || before.policy(of: probe.subject, on: probe.node).enforcement(probe.direction) == .closed
    }
  }

  @Test("a deny less refuses no more", arguments: seeds)
  func removedDeny(seed: UInt64) {
    var property = PropertyCase(seed: seed)
    property.scenario = property.scenario.withoutRequirements
    var isFirst = true
    var reduced = property.scenario.mappingElements { element in
      guard element.isDeny, isFirst else { return [element] }
      isFirst = false
      return []
    }
    for policy in reduced.policies.indices where reduced.policies[policy].kind != .kubernetes {
      reduced.policies[policy].rules.removeAll(where: \.elements.isEmpty)
    }
    reduced.policies.removeAll(where: \.rules.isEmpty)
    property.expectNoLess(after: reduced)
  }

  @Test("two adjacent ranges are one range", arguments: seeds)
  func splitRanges(seed: UInt64) {
    var property = PropertyCase(seed: seed)
    property.scenario = property.scenario.withoutAuthentication
    var random = property.random
    let split = property.scenario.mappingElements { element in
      var element = element
      element.ports = element.ports?.map { written in
        var written = written
        written.ports = written.ports.flatMap { $0.split(using: &random) }
        return written
      }
      return [element]
    }
    property.expectSameAnswers(after: split)
  }

  @Test("a policy that selects nobody changes no verdict", arguments: seeds)
  func idlePolicy(seed: UInt64) {
    let property = PropertyCase(seed: seed)
    var generator = PolicyGenerator(random: property.random, scenario: property.scenario)
    var extended = property.scenario
    var idle = generator.policy(named: "idle")
    for rule in idle.rules.indices {
      idle.rules[rule].subject = WrittenSelector(terms: [.init(key: "nobody", values: ["here"])])
    }
    extended.policies.append(idle)
    property.expectSameAnswers(after: extended)
  }

  @Test("a node's own view judges its endpoints as the view of all nodes does", arguments: seeds)
  func nodeViews(seed: UInt64) {
    var property = PropertyCase(seed: seed)
    property.scenario.localNode = nil
    let all = zip(property.probes, property.answers)
    for node in property.scenario.cluster.nodes.map(\.name) {
      var own = property.scenario
      own.localNode = node
      for ((probe, before), after) in zip(all, property.answers(own)) where probe.node == node && before != after {
        Issue.record("\(probe): \(before) became \(after) on \(node)\n\(property.scenario.summary)")
        return
      }
    }
  }
}

extension WrittenPorts.Port {
  /// A range as two that touch.
  fileprivate func split(using random: inout SeededGenerator) -> [Self] {
    guard let first = Int(port), let end = endPort, end > first + 1 else { return [self] }
    // 0 alone would mean every port.
    let last = random.count(max(first, 1)...end - 1)
    return [
      Self(port: port, endPort: last, protocol: `protocol`),
      Self(port: "\(last + 1)", endPort: end, protocol: `protocol`),
    ]
  }
}
