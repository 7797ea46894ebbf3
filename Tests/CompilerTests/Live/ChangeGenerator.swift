import Addresses
import Cluster
import Compiler
import Manifest
import Policy

@testable import Scenarios

/// Makes changes of every kind to a scenario, and applies them to an input as plainly as can be.
struct ChangeGenerator {
  private(set) var random: SeededGenerator
  private let scenario: Scenario
  private let reader: PolicyReader
  private(set) var input: Compiler.Input

  init(_ scenario: Scenario) {
    random = SeededGenerator(seed: scenario.seed ^ 0x5eed)
    self.scenario = scenario
    reader = PolicyReader(
      settings: scenario.cluster.settings, validation: .agent, compatibility: scenario.compatibility)
    input = CompiledScenario.input(scenario, CompiledScenario.read(scenario))
  }

  mutating func change() -> Change {
    let change =
      switch random.count(0...19) {
      case 0...5: podChange()
      case 6...12: policyChange()
      case 13...14: namespaceChange()
      case 15...16: groupChange()
      case 17...18: nameChange()
      default: random.chance(20) ? otherChange() : podChange()
      }
    apply(change)
    return change
  }

  /// Objects that fit the scenario.
  private mutating func donor() -> Scenario {
    var generator = ClusterGenerator(random: SeededGenerator(seed: random.next()))
    return generator.scenario(seed: 0)
  }

  private mutating func podChange() -> Change {
    let pods = input.cluster.pods
    switch random.count(0...9) {
    case 0...2 where !pods.isEmpty:
      let pod = random.pick(pods)
      return .podRemoved(namespace: pod.namespace, name: pod.name)
    case 3...6 where !pods.isEmpty:
      var pod = random.pick(pods)
      switch random.count(0...5) {
      case 0: pod.labels["app"] = random.pick(["a", "b", "c"])
      case 1: pod.labels["tier"] = random.chance(50) ? random.pick(["x", "y"]) : nil
      case 2: pod.ports = random.pick(donor().cluster.pods).ports
      case 3: pod.addresses = random.pick(pods).addresses
      case 4: pod.phase = random.pick(["Running", "Succeeded"])
      default: pod.serviceAccount = random.pick(["", "sa"])
      }
      return .pod(pod)
    default:
      var pod = random.pick(donor().cluster.pods)
      if random.chance(90), let known = pods.randomElement(using: &random) { pod.node = known.node }
      return .pod(pod)
    }
  }

  private mutating func policyChange() -> Change {
    if random.chance(35), let policy = input.policies.randomElement(using: &random) {
      return .policyRemoved(kind: policy.kind, namespace: policy.namespace, name: policy.name)
    }
    var generator = PolicyGenerator(random: SeededGenerator(seed: random.next()), scenario: scenario)
    let written = generator.policy(named: "policy-\(random.count(0...9))")
    var policies: [PolicyObject] = []
    var manifests = ManifestReader()
    manifests.read(text: written.yaml, file: "\(written.name).yaml") { policies.append(reader.read($0)) }
    return .policy(policies[0])
  }

  private mutating func namespaceChange() -> Change {
    let name = random.pick(ClusterGenerator.namespaces)
    guard random.chance(75) else { return .namespaceRemoved(name: name) }
    var labels = ["kubernetes.io/metadata.name": name]
    if random.chance(70) { labels["team"] = random.pick(["red", "blue"]) }
    return .namespace(Namespace(name: name, labels: labels, location: Location(file: "cluster.yaml")))
  }

  private mutating func groupChange() -> Change {
    guard random.chance(75), let group = donor().groups.first else {
      return .groupRemoved(name: random.pick(["g1", "g2"]))
    }
    return .group(group)
  }

  private mutating func nameChange() -> Change {
    guard let known = donor().names.first else {
      return .name(random.pick(["example.net", "www.example.org"]), addresses: [])
    }
    return .name(known.name, addresses: random.chance(80) ? known.addresses : [])
  }

  private mutating func otherChange() -> Change {
    var changed = input
    changed.cluster.services = donor().cluster.services
    return .everything(changed)
  }

  private mutating func apply(_ change: Change) {
    switch change {
    case .pod(let pod):
      input.cluster.pods.removeAll { $0.namespace == pod.namespace && $0.name == pod.name }
      input.cluster.pods.append(pod)
    case .podRemoved(let namespace, let name):
      input.cluster.pods.removeAll { $0.namespace == namespace && $0.name == name }
    case .policy(let policy):
      remove(policy.kind, policy.namespace, policy.name)
      input.policies.append(policy)
    case .policyRemoved(let kind, let namespace, let name): remove(kind, namespace, name)
    case .namespace(let namespace):
      input.cluster.namespaces.removeAll { $0.name == namespace.name }
      input.cluster.namespaces.append(namespace)
    case .namespaceRemoved(let name): input.cluster.namespaces.removeAll { $0.name == name }
    case .group(let group):
      input.groups.removeAll { $0.name == group.name }
      input.groups.append(group)
    case .groupRemoved(let name): input.groups.removeAll { $0.name == name }
    case .name(let name, let addresses):
      input.names.removeAll { $0.name == name }
      if !addresses.isEmpty { input.names.append((name, addresses)) }
    case .everything(let whole): input = whole
    }
  }

  private mutating func remove(_ kind: String, _ namespace: String, _ name: String) {
    input.policies.removeAll { $0.kind == kind && $0.namespace == namespace && $0.name == name }
  }
}
