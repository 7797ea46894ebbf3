import Addresses
import Benchmark
import Cluster
import Compiler
import Manifest
import Policy
import Rows
import Tables

/// Changes of a compiled input: what the tables' users must take up, and the tables themselves.
func registerChangeBenchmarks() {
  for change in Row.scaleChanges where ScaleInput(folder: change.folder).exists {
    guard change.kind != .nameLearned else {
      registerLearning(change)
      continue
    }
    measure(change.row) {
      let files = ScaleInput(folder: change.folder)
      return try ChangingInput(
        input([files.cluster, files.policies], locals: nil, .snapshot), policyFile: files.addedPolicy, change.kind)
    } run: { benchmark, changing in
      changing.prepare()
      benchmark.startMeasurement()
      let delta = changing.apply()
      guard !delta.replacesEverything else { throw InputError("\(change.kind) compiled everything") }
      return Amount(items: change.kind == .namespaceRelabelled ? max(delta.identities.count, 1) : 1)
    }
  }
}

/// A compilation to which one change after another of a kind is made, each undone before the next.
private final class ChangingInput {
  private var live: LiveCompilation
  private let kind: ChangeRow.Kind
  private let pods: [Pod]
  private let namespaces: [Namespace]
  private let policy: PolicyObject
  private var round = 0
  private var undo: Change?
  private var next: Change

  init(_ input: Compiler.Input, policyFile: String, _ kind: ChangeRow.Kind) throws {
    let policies = try PolicyFiles.read([policyFile], validation: .agent, .snapshot).policies
    guard let policy = policies.first else { throw InputError("no policy in \(policyFile)") }
    live = LiveCompilation(input)
    self.kind = kind
    self.policy = policy
    pods = input.cluster.pods
    namespaces = input.cluster.namespaces
    next = .policy(policy)
  }

  func apply() -> TablesDelta { live.apply(next) }

  /// Undoes the last change and makes the next one ready.
  func prepare() {
    if let undo { _ = live.apply(undo) }
    round += 1
    // Another namespace and other labels each time.
    var pod = pods[round * 37 % pods.count]
    switch kind {
    case .podRelabelled:
      undo = .pod(pod)
      pod.labels["version"] = "v\(round % 3 + 1)"
      pod.labels["app"] = "app0\(round % 9)"
      next = .pod(pod)
    case .identityAdded, .identityRemoved:
      pod.name = "added"
      pod.labels["instance"] = "added\(round)"
      pod.addresses = [IPAddress(ipv4: 0x0ac8_0001)]
      let removal = Change.podRemoved(namespace: pod.namespace, name: pod.name)
      set(.pod(pod), removal, startsWithRemoval: kind == .identityRemoved)
    case .policyAdded, .policyRemoved:
      let removal = Change.policyRemoved(kind: policy.kind, namespace: policy.namespace, name: policy.name)
      set(.policy(policy), removal, startsWithRemoval: kind == .policyRemoved)
    case .nameLearned: break
    case .namespaceRelabelled:
      var namespace = namespaces[round % namespaces.count]
      undo = .namespace(namespace)
      namespace.labels["env"] = "changed\(round)"
      next = .namespace(namespace)
    }
  }

  /// What is to be removed is put there first, which is not measured.
  private func set(_ addition: Change, _ removal: Change, startsWithRemoval: Bool) {
    next = startsWithRemoval ? removal : addition
    undo = startsWithRemoval ? nil : removal
    if startsWithRemoval { _ = live.apply(addition) }
  }
}
