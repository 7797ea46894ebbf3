/// One event in Hubble's shape: what happened to a packet, a connection or an L7 message at one place.
///
/// The fields are those of `flow.Flow` (Cilium's `api/v1/flow`); zero values are absent ones, as in proto3. Building
/// one is cheap: names and labels are shared references, and every text is made when the flow is written.
///
/// The members of `observer`, `attribution` and `details` are the flow's own too: `flow.nodeName`, `flow.l7`.
@dynamicMemberLookup
public struct Flow: Sendable, Hashable {
  /// Nanoseconds since 1970-01-01 UTC.
  public var time: Int64?
  public var uuid: FlowUUID?
  public var verdict = Verdict.unknown
  /// Set on dropped L3/L4 flows; L7 flows keep `.unknown` even when dropped.
  public var dropReason = DropReason.unknown
  public var authType = AuthType.disabled
  public var ethernet: Ethernet?
  public var ip: IP?
  public var l4: Layer4?
  public var type = Kind.unknown
  /// Whether this went in the reply direction; nil when unknown, which the compact output shows as `<>`.
  public var isReply: Bool?
  public var eventType = EventType.none
  public var trafficDirection = Direction.unknown
  /// Meaningful on policy-verdict events.
  public var policyMatchType = PolicyMatchType.none
  public var traceObservationPoint = TraceObservationPoint.unknown
  public var traceReason = TraceReason.unknown
  public var debugCapturePoint = DebugCapturePoint.unknown
  public var summary = Summary.none

  /// The ends; both are written even when empty.
  public var sharedSource = FlowEndpoint.none
  public var sharedDestination = FlowEndpoint.none
  public var observer = Observer.none
  public var attribution = Attribution.none
  public var details = Details.none

  public init() {}

  public var source: FlowEndpoint {
    get { sharedSource.content }
    set { sharedSource.content = newValue }
  }

  public var destination: FlowEndpoint {
    get { sharedDestination.content }
    set { sharedDestination.content = newValue }
  }

  public subscript<Value>(dynamicMember member: WritableKeyPath<Observer, Value>) -> Value {
    get { observer.content[keyPath: member] }
    set { observer.content[keyPath: member] = newValue }
  }

  public subscript<Value>(dynamicMember member: WritableKeyPath<Attribution, Value>) -> Value {
    get { attribution.content[keyPath: member] }
    set { attribution.content[keyPath: member] = newValue }
  }

  public subscript<Value>(dynamicMember member: WritableKeyPath<Details, Value>) -> Value {
    get { details.content[keyPath: member] }
    set { details.content[keyPath: member] = newValue }
  }
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
