extension Flow {
  /// The policies behind a verdict.
  public struct Attribution: Sendable, Hashable {
    public var egressAllowedBy: [Policy] = []
    public var ingressAllowedBy: [Policy] = []
    public var egressDeniedBy: [Policy] = []
    public var ingressDeniedBy: [Policy] = []
    /// The `log.value` of the rules that matched, each once.
    public var policyLog: [String] = []
    /// The policy file and line behind the verdict (real Cilium: the datapath's source).
    public var file: FileInfo?

    public init() {}

    public static let none = SharedValue(Attribution())
  }
}
