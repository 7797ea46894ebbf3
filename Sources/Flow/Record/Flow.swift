/// One event in Hubble's shape: what happened to a packet, a connection or an L7 message at one place.
///
/// The fields are those of `flow.Flow` (Cilium's `api/v1/flow`); zero values are absent ones, as in proto3. Building
/// one is cheap: names and labels are shared references, and every text is made when the flow is written.
public struct Flow: Sendable, Hashable {
  /// Nanoseconds since 1970-01-01 UTC.
  public var time: Int64?
  public var uuid: FlowUUID?
  public var emitter: Emitter?
  public var verdict = Verdict.unknown
  /// Set on dropped L3/L4 flows; L7 flows keep `.unknown` even when dropped.
  public var dropReason = DropReason.unknown
  public var authType = AuthType.disabled
  public var ethernet: Ethernet?
  public var ip: IP?
  public var l4: Layer4?
  public var tunnel: Tunnel?
  /// Written even when empty.
  public var source = FlowEndpoint()
  /// Written even when empty.
  public var destination = FlowEndpoint()
  public var type = Kind.unknown
  public var nodeName = ""
  public var nodeLabels: [String] = []
  /// DNS names learnt for the address, without the final dot.
  public var sourceNames: [String] = []
  public var destinationNames: [String] = []
  public var l7: Layer7?
  /// Whether this went in the reply direction; nil when unknown, which the compact output shows as `<>`.
  public var isReply: Bool?
  public var eventType = EventType.none
  public var sourceService: Service?
  public var destinationService: Service?
  public var trafficDirection = Direction.unknown
  /// Meaningful on policy-verdict events.
  public var policyMatchType = PolicyMatchType.none
  public var traceObservationPoint = TraceObservationPoint.unknown
  public var traceReason = TraceReason.unknown
  /// The policy file and line behind the verdict (real Cilium: the datapath's source).
  public var file: FileInfo?
  public var ipTraceID: IPTraceID?
  public var debugCapturePoint = DebugCapturePoint.unknown
  public var interface: Interface?
  /// The proxy's port; 0 when the packet did not go to one.
  public var proxyPort: UInt32 = 0
  /// The trace ID of the request's `traceparent` header; empty when there was none.
  public var traceID = ""
  public var socketTranslationPoint = SocketTranslationPoint.unknown
  public var socketCookie: UInt64 = 0
  public var cgroupID: UInt64 = 0
  public var summary = Summary.none
  public var extensions = Extensions.none
  public var egressAllowedBy: [Policy] = []
  public var ingressAllowedBy: [Policy] = []
  public var egressDeniedBy: [Policy] = []
  public var ingressDeniedBy: [Policy] = []
  /// The `log.value` of the rules that matched, each once.
  public var policyLog: [String] = []

  public init() {}
}

extension Flow {
  /// The text that the printers show in parentheses.
  public enum Summary: Sendable, Hashable {
    case none
    /// The text that Cilium would write, made from `l7` or `l4` when the flow is written.
    case derived
    case text(String)
  }

  /// Who wrote the event.
  public struct Emitter: Sendable, Hashable {
    public var name: String
    public var version: String

    public init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// A place in a file.
  public struct FileInfo: Sendable, Hashable {
    public var name: String
    public var line: UInt32

    public init(name: String, line: UInt32) {
      self.name = name
      self.line = line
    }
  }

  /// The network interface that saw the packet.
  public struct Interface: Sendable, Hashable {
    public var index: UInt32
    public var name: String

    public init(index: UInt32, name: String) {
      self.index = index
      self.name = name
    }
  }

  /// A trace identifier carried in an IP option.
  public struct IPTraceID: Sendable, Hashable {
    public var traceID: UInt64
    public var ipOptionType: UInt32

    public init(traceID: UInt64, ipOptionType: UInt32) {
      self.traceID = traceID
      self.ipOptionType = ipOptionType
    }
  }
}
