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

    static let none = SharedValue(Attribution())
  }

  public var file: FileInfo? {
    get { attribution.content.file }
    set { attribution.content.file = newValue }
  }

  public var egressAllowedBy: [Policy] {
    get { attribution.content.egressAllowedBy }
    set { attribution.content.egressAllowedBy = newValue }
  }

  public var ingressAllowedBy: [Policy] {
    get { attribution.content.ingressAllowedBy }
    set { attribution.content.ingressAllowedBy = newValue }
  }

  public var egressDeniedBy: [Policy] {
    get { attribution.content.egressDeniedBy }
    set { attribution.content.egressDeniedBy = newValue }
  }

  public var ingressDeniedBy: [Policy] {
    get { attribution.content.ingressDeniedBy }
    set { attribution.content.ingressDeniedBy = newValue }
  }

  public var policyLog: [String] {
    get { attribution.content.policyLog }
    set { attribution.content.policyLog = newValue }
  }
}
