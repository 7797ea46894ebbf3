/// Who is judged by which rules, as far as it matters for the result: endpoints with equal rule sets share one policy.
struct RuleSet: Hashable, Sendable {
  var isHost: Bool
  /// Carries `reserved:init`.
  var isInitializing: Bool
  /// The host identity that the endpoint knows, an index into `IdentityMap.identities`.
  var host: Int32
  /// The endpoint's own ports, where a rule names one on ingress; else empty.
  var ports: NamedPorts
  /// The endpoint's namespace, where a rule looks for a listener in it; else empty.
  var namespace: String
  /// Indices into `RuleTemplates.templates`, in the order in which the rules merge.
  var rules: [Int32]
}
