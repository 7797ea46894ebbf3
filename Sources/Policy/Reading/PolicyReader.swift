public import Cluster
public import Manifest

/// Reads policy objects as Cilium would: decodes, validates, and translates them into entries.
///
/// Never throws: an object that Cilium refuses comes back with its `error`, one that it takes with what a user should
/// know about it as `warnings`.
public struct PolicyReader: Sendable {
  let settings: Settings
  let validation: Validation
  let compatibility: Compatibility

  public init(settings: Settings, validation: Validation, compatibility: Compatibility) {
    self.settings = settings
    self.validation = validation
    self.compatibility = compatibility
  }

  /// Whether `read` takes objects of this kind and group.
  public static func reads(_ object: ManifestObject) -> Bool {
    switch object.kind {
    case "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy": object.group == "cilium.io"
    case "NetworkPolicy": object.group == "networking.k8s.io"
    default: false
    }
  }

  /// Reads a CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy or NetworkPolicy.
  public func read(_ object: ManifestObject) -> PolicyObject {
    let isClusterwide = object.kind == "CiliumClusterwideNetworkPolicy"
    let namespace = isClusterwide ? "" : object.namespace.isEmpty ? "default" : object.namespace
    var policy = PolicyObject(kind: object.kind, namespace: namespace, name: object.name, location: object.location)
    let reporter = Reporter(object: object)
    do throws(Refusal) {
      let root = Field(root: object.value)
      try Metadata.check(root, kind: object.kind)
      if object.kind == "NetworkPolicy" {
        try readNetworkPolicy(root, into: &policy, reporter)
      } else {
        try readCiliumPolicy(root, isClusterwide: isClusterwide, into: &policy, reporter)
      }
    } catch {
      policy.error = reporter.error(error)
      policy.entries = []
    }
    return policy
  }

  private func readCiliumPolicy(
    _ root: Field, isClusterwide: Bool, into policy: inout PolicyObject, _ reporter: Reporter
  ) throws(Refusal) {
    let schema = compatibility.honoursRequires ? CiliumPolicySchema.snapshot : CiliumPolicySchema.release
    policy.warnings = try Admission(validation: validation, reporter: reporter)
      .check(root, schema, versions: ["cilium.io/v2"], nullsAreAbsent: false)
    var rules: [RuleDocument] = []
    if let spec = try root.object("spec") { rules.append(try RuleDecoder.rule(spec)) }
    let specs = try root.objects("specs", RuleDecoder.rule)
    rules += specs ?? []
    guard root["spec"] != nil || specs != nil else {
      throw root.refusal("empty policy: neither spec nor specs", hint: "the rule belongs under `spec:`")
    }
    let sanitizer = RuleSanitizer(settings: settings, compatibility: compatibility, isClusterwide: isClusterwide)
    for rule in rules { try sanitizer.check(rule) }
    let review = RuleReview(
      settings: settings, compatibility: compatibility, namespace: policy.namespace, reporter: reporter)
    policy.warnings += rules.flatMap(review.warnings)
    let translator = RuleTranslator(
      settings: settings, compatibility: compatibility, kind: policy.kind, namespace: policy.namespace,
      name: policy.name, file: policy.location.file)
    let entries = rules.flatMap(translator.entries)
    // The agent leaves an object with groups to the operator, which makes another object of it (§8.2).
    if entries.contains(where: \.usesGroups) { policy.deferredEntries = entries } else { policy.entries = entries }
  }

  private func readNetworkPolicy(
    _ root: Field, into policy: inout PolicyObject, _ reporter: Reporter
  ) throws(Refusal) {
    let admission = Admission(validation: validation, reporter: reporter)
    policy.warnings = try admission.check(
      root, NetworkPolicySchema.object, versions: ["networking.k8s.io/v1"], nullsAreAbsent: true)
    let document = try NetworkPolicyDocument(try root.object("spec") ?? root.missing("spec"))
    policy.warnings += try admission.weigh(NetworkPolicyAdmission.faults(document))
    let translator = NetworkPolicyTranslator(
      settings: settings, compatibility: compatibility, namespace: policy.namespace, name: policy.name,
      file: policy.location.file)
    policy.entries = try translator.entries(document)
    let review = NetworkPolicyReview(settings: settings, compatibility: compatibility, reporter: reporter)
    policy.warnings += review.warnings(document)
  }
}
