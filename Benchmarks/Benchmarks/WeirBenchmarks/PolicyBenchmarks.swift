import Benchmark
import Cluster
import Foundation
import Manifest
import Policy
import Rows

/// Reading policies: decoding, validation, translation into entries.
func registerPolicyBenchmarks() {
  let count = 1000
  let policies = { SyntheticCluster(pods: 1000, locals: 100).policies(count).yaml() }
  measure(.policiesYAML) {
    try ScratchFile("policies.yaml", policies())
  } run: { _, file in
    let accepted = try PolicyFiles.read([file.path], validation: .strict).policies.count(where: \.isAccepted)
    guard accepted == count else { throw InputError("\(accepted) of \(count) policies accepted") }
    return Amount(items: accepted)
  }
  measure(.policies) {
    let file = try ScratchFile("policies.yaml", policies())
    return Inventory.read([file.path])
  } run: { _, inventory in
    let accepted = PolicyFiles.policies(of: inventory, validation: .strict).count(where: \.isAccepted)
    guard accepted == count else { throw InputError("\(accepted) of \(count) policies accepted") }
    return Amount(items: accepted)
  }
  for scale in Row.scalePolicies where ScaleInput(folder: scale.folder).exists {
    measure(scale.row, seconds: 3) {
      ScaleInput(folder: scale.folder)
    } run: { _, input in
      Amount(items: try PolicyFiles.read([input.policies], validation: .agent, .snapshot).policies.count)
    }
  }
}

/// Files with a cluster and policies, as the commands read them.
enum PolicyFiles {
  static func read(
    _ paths: [String], validation: Validation, _ compatibility: Compatibility = .release
  ) throws -> (cluster: Cluster, policies: [PolicyObject]) {
    let inventory = Inventory.read(paths)
    if let error = inventory.diagnostics.first(where: { $0.severity == .error }) {
      throw InputError(error.description)
    }
    return (inventory.cluster, policies(of: inventory, validation: validation, compatibility))
  }

  static func policies(
    of inventory: Inventory, validation: Validation, _ compatibility: Compatibility = .release
  ) -> [PolicyObject] {
    let reader = PolicyReader(
      settings: inventory.cluster.settings, validation: validation, compatibility: compatibility)
    return inventory.policyObjects.map(reader.read)
  }
}

/// A recorded scale input as scripts/bench writes it, below the folder that the benchmarks run in.
struct ScaleInput {
  let folder: String

  private var path: String { ".results/scale/\(folder)" }
  var cluster: String { "\(path)/cluster.yaml" }
  var policies: String { "\(path)/policies.yaml" }
  var addedPolicy: String { "\(path)/add-policy.yaml" }
  var exists: Bool { FileManager.default.fileExists(atPath: policies) }
}
