public import Manifest

/// Reads a cluster and its policies out of Kubernetes objects.
///
/// A wrong object is reported, counted and left out; the others go on.
public struct ClusterReader: Sendable {
  private var manifests: ManifestReader
  private let overrides: [(name: String, value: String)]
  private var state = State()

  /// What has been read so far.
  struct State: Sendable {
    var diagnostics: [Diagnostic] = []
    var objectCounts: [String: Int] = [:]
    var skippedKinds: [String: Int] = [:]
    var refusedObjects = 0
    var refusedPolicies: [Inventory.RefusedPolicy] = []
    var settings = Settings()

    var namespaces = ObjectStore<Namespace>()
    var nodes = ObjectStore<Node>()
    var ciliumNodes = ObjectStore<Node>()
    var pods = ObjectStore<Pod>()
    var services = ObjectStore<Service>()
    var endpoints = ObjectStore<[Backends]>()
    var slices = ObjectStore<[Backends]>()
    var ciliumEndpoints = ObjectStore<CiliumEndpoint>()
    var ciliumIdentities = ObjectStore<CiliumIdentity>()
    var secrets = ObjectStore<(key: String, items: [String: String])>()
    var configMaps = ObjectStore<Settings>()
    var policies = ObjectStore<ManifestObject>()
  }

  /// `overrides` are agent options that count more than the ConfigMap, in the order in which they apply.
  public init(overrides: [(name: String, value: String)] = [], limits: ManifestLimits = ManifestLimits()) {
    self.overrides = overrides
    manifests = ManifestReader(masks: ObjectMasks.all, limits: limits)
  }

  /// Reads a file, a directory with all below it, or standard input for `-`.
  public mutating func read(_ path: String) {
    var state = take()
    manifests.read(path) { state.add($0) }
    self.state = state
    takeDiagnostics()
  }

  /// Reads text that is not in a file; `file` is what places will name.
  public mutating func read(text: String, file: String) {
    var state = take()
    manifests.read(text: text, file: file) { state.add($0) }
    self.state = state
    takeDiagnostics()
  }

  /// Everything read so far.
  public func inventory() -> Inventory {
    var result = Inventory()
    result.cluster = state.cluster()
    result.policyObjects = state.policies.models
    result.objectCounts = state.objectCounts
    result.skippedKinds = state.skippedKinds
    result.refusedObjects = state.refusedObjects
    result.refusedPolicies = state.refusedPolicies
    result.fileCount = manifests.fileCount
    result.byteCount = manifests.byteCount
    result.diagnostics = state.diagnostics
    if let name = state.inferredClusterName {
      result.cluster.settings.clusterName = name
    }
    for (name, value) in overrides {
      if let expected = result.cluster.settings.set(name, to: value) {
        result.diagnostics.append(
          Diagnostic(
            .warning, at: nil, "option \(name): expected \(expected), found \"\(value)\"",
            identifier: WarningIdentifier.settingValue.rawValue))
      }
    }
    return result
  }

  /// Moves the state out, so that adding to it copies nothing.
  private mutating func take() -> State {
    let result = state
    state = State()
    return result
  }

  private mutating func takeDiagnostics() {
    state.diagnostics += manifests.takeDiagnostics()
  }
}

extension ClusterReader.State {
  func cluster() -> Cluster {
    var cluster = Cluster()
    cluster.settings = configMaps.models.last ?? Settings()
    cluster.namespaces = namespaces.models
    cluster.nodes = mergedNodes()
    cluster.pods = pods.models
    cluster.services = services.models
    cluster.serviceEndpoints = Backends.settle(endpoints.models.flatMap(\.self) + slices.models.flatMap(\.self))
    cluster.ciliumEndpoints = ciliumEndpoints.models
    cluster.ciliumIdentities = ciliumIdentities.models
    for secret in secrets.models { cluster.secrets[secret.key] = secret.items }
    return cluster
  }

  /// The cluster's name where no option gives it: the one that all endpoints carry.
  var inferredClusterName: String? {
    guard configMaps.models.isEmpty else { return nil }
    let names = Set(
      ciliumEndpoints.models.lazy.filter { $0.identity != nil }.map { endpoint in
        endpoint.labels.first { $0.key == LabelKey.cluster }?.value ?? ""
      })
    return names.count == 1 ? names.first.flatMap { $0.isEmpty ? nil : $0 } : nil
  }

  /// Nodes with what their CiliumNodes know; a CiliumNode without a Node is a node too.
  private func mergedNodes() -> [Node] {
    var result = nodes.models
    var indices: [String: Int] = [:]
    for (index, node) in result.enumerated() { indices[node.name] = index }
    for node in ciliumNodes.models {
      if let index = indices[node.name] { result[index].merge(node) } else { result.append(node) }
    }
    return result
  }
}
