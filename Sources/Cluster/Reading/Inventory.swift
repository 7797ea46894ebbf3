public import Manifest

/// Everything that the input files hold: the cluster, the policies as written, and what was wrong with the rest.
public struct Inventory: Sendable {
  /// A policy whose head is so wrong that `Policy` never sees it.
  public struct RefusedPolicy: Sendable {
    public var kind: String
    public var namespace: String
    public var name: String
    public var location: Location
    public var error: Diagnostic
  }

  public var cluster = Cluster()
  /// Policies and CIDR groups as whole values, for `Policy` to read. A namespaced one always has its namespace; of
  /// several with one name the last is here.
  public var policyObjects: [ManifestObject] = []
  /// How many objects of each kind were read, wrong ones included: `Pod`, `CiliumNode`, …
  public var objectCounts: [String: Int] = [:]
  /// How many objects of other kinds there were: `ConfigMap.example.org` where the group is not empty.
  public var skippedKinds: [String: Int] = [:]
  /// Objects with errors, which nobody sees.
  public var refusedObjects = 0
  /// The policies among them, CIDR groups not counted.
  public var refusedPolicies: [RefusedPolicy] = []
  public var fileCount = 0
  public var byteCount = 0
  /// For each path given, first those about objects, then those about files.
  public var diagnostics: [Diagnostic] = []

  public init() {}

  /// Reads the files, directories and `-` in `paths`. `overrides` are options that count more than the ConfigMap.
  public static func read(
    _ paths: [String], overrides: [(name: String, value: String)] = [], limits: ManifestLimits = ManifestLimits()
  ) -> Inventory {
    var reader = ClusterReader(overrides: overrides, limits: limits)
    for path in paths { reader.read(path) }
    return reader.inventory()
  }

  /// The exit code that the errors ask for: that of the first one that says more than "bad data"; nil without errors.
  public var exitCode: Int32? {
    let errors = diagnostics.filter { $0.severity == .error }
    return (errors.first { $0.category != .data } ?? errors.first)?.category.exitCode
  }
}
