/// A filter as hubble's protocol writes it (`flow.FlowFilter`): all fields that are set must match a flow, and in each
/// field any of its values.
public struct FlowFilterFields: Sendable, Hashable {
  public var uuids: [String] = []
  /// What is asked of the flow's source.
  public var source = End()
  /// What is asked of the flow's destination.
  public var destination = End()
  /// Addresses or blocks of the source after its translation.
  public var translatedSourceAddresses: [String] = []
  public var trafficDirections: [Flow.Direction] = []
  public var verdicts: [Flow.Verdict] = []
  public var dropReasons: [Flow.DropReason] = []
  /// Names of network interfaces.
  public var interfaces: [String] = []
  public var eventTypes: [EventType] = []
  /// `403`, or `4+` for all that begin with 4.
  public var httpStatusCodes: [String] = []
  /// `tcp`, `udp`, `icmp`, `http`, `dns`…
  public var protocols: [String] = []
  /// Reply, original direction, or both. An unknown direction counts as not a reply.
  public var replies: [Bool] = []
  /// Regular expressions on the names that are asked for.
  public var dnsQueries: [String] = []
  public var httpMethods: [String] = []
  /// Regular expressions.
  public var httpPaths: [String] = []
  /// Regular expressions.
  public var httpURLs: [String] = []
  public var httpHeaders: [Flow.HTTP.Header] = []
  /// Each asks for all of its flags.
  public var tcpFlags: [Flow.TCPFlags] = []
  /// `node`, `cluster/node`, `cluster/`; `*` stands for any characters.
  public var nodeNames: [String] = []
  /// Label selectors.
  public var nodeLabels: [String] = []
  public var ipVersions: [Flow.IP.Version] = []
  public var traceIDs: [String] = []
  public var ipTraceIDs: [UInt64] = []
  public var encrypted: [Bool] = []

  public init() {}

  /// What is asked of one end.
  public struct End: Sendable, Hashable {
    /// Addresses or blocks.
    public var addresses: [String] = []
    /// `namespace/prefix`; without a namespace the one called `default`.
    public var pods: [String] = []
    /// DNS names, in which `*` stands for any characters.
    public var fqdns: [String] = []
    /// Label selectors.
    public var labels: [String] = []
    public var services: [String] = []
    public var ports: [String] = []
    public var identities: [UInt32] = []
    /// An empty name or kind stands for any.
    public var workloads: [FlowEndpoint.Workload] = []
    public var clusterNames: [String] = []

    public init() {}
  }

  /// A kind of event, or one of its sub-types.
  public struct EventType: Sendable, Hashable {
    public var type: Int32
    public var subType: Int32?

    public init(type: Int32, subType: Int32? = nil) {
      self.type = type
      self.subType = subType
    }
  }
}
