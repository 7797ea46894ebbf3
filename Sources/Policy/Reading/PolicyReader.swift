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
      policy.warnings += warningsOfRefused(object, namespace: policy.namespace, besides: error, reporter)
    }
    if object.kind != "CiliumClusterwideNetworkPolicy", object.value["metadata"]?["namespace"]?.string ?? "" == "" {
      let refusal = Refusal(
        path: .root, position: object.value["metadata"]?.position ?? object.location.position,
        message: "no namespace is given: the policy is for pods of default")
      policy.warnings.append(reporter.warning(refusal, .noNamespace))
    }
    return policy
  }

  private func readCiliumPolicy(
    _ root: Field, isClusterwide: Bool, into policy: inout PolicyObject, _ reporter: Reporter
  ) throws(Refusal) {
    policy.warnings = try Admission(validation: validation, compatibility: compatibility, reporter: reporter)
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

  private var schema: Schema {
    compatibility.honoursRequires ? CiliumPolicySchema.snapshot : CiliumPolicySchema.release
  }

  /// What else is odd about a refused object: of what its text would mean without the values that are wrong.
  private func warningsOfRefused(
    _ object: ManifestObject, namespace: String, besides error: Refusal, _ reporter: Reporter
  ) -> [Diagnostic] {
    guard object.kind != "NetworkPolicy" else { return [] }
    var validator = SchemaValidator(nullsAreAbsent: false)
    validator.check(Field(root: object.value), schema)
    guard !validator.findings.isEmpty else { return [] }
    let admission = Admission(validation: validation, compatibility: compatibility, reporter: reporter)
    let unknown = validator.findings.lazy.filter { $0.isUnknownField && $0.refusal.position != error.position }
      .map(admission.warning)
    let value = SchemaRepair.repaired(object.value, without: validator.findings) ?? object.value
    do throws(Refusal) {
      let root = Field(root: value)
      var rules = try root.objects("specs", RuleDecoder.rule) ?? []
      if let spec = try root.object("spec") { rules.insert(try RuleDecoder.rule(spec), at: 0) }
      let review = RuleReview(
        settings: settings, compatibility: compatibility, namespace: namespace, reporter: reporter)
      return unknown + rules.flatMap(review.warnings)
    } catch {
      return Array(unknown)
    }
  }

  private func readNetworkPolicy(
    _ root: Field, into policy: inout PolicyObject, _ reporter: Reporter
  ) throws(Refusal) {
    let admission = Admission(
      validation: compatibility.checksObjectsByLeaves ? .agent : validation, compatibility: compatibility,
      reporter: reporter)
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
