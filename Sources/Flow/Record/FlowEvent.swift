/// One line of output: `observer.GetFlowsResponse`.
public struct FlowEvent: Sendable, Hashable {
  public enum Content: Sendable, Hashable {
    case flow(Flow)
    case lostEvents(LostEvents)
    case nodeStatus(NodeStatus)
  }

  public var content: Content
  public var nodeName: String
  /// Nanoseconds since 1970-01-01 UTC.
  public var time: Int64?

  public init(_ content: Content, nodeName: String, time: Int64?) {
    self.content = content
    self.nodeName = nodeName
    self.time = time
  }

  /// The flow in its envelope, which repeats the flow's node and time.
  public init(_ flow: Flow) {
    self.init(.flow(flow), nodeName: flow.nodeName, time: flow.time)
  }

  public var flow: Flow? {
    guard case .flow(let flow) = content else { return nil }
    return flow
  }
}

/// A gap in the record: how many events went missing, and where.
public struct LostEvents: Sendable, Hashable {
  public enum Source: Int32, ProtobufEnum {
    case unknown = 0
    case perfEventRingBuffer
    case observerEventsQueue
    case hubbleRingBuffer

    public var protobufName: String {
      switch self {
      case .unknown: "UNKNOWN_LOST_EVENT_SOURCE"
      case .perfEventRingBuffer: "PERF_EVENT_RING_BUFFER"
      case .observerEventsQueue: "OBSERVER_EVENTS_QUEUE"
      case .hubbleRingBuffer: "HUBBLE_RING_BUFFER"
      }
    }
  }

  public var source: Source
  public var count: UInt64
  public var cpu: Int32?
  /// Nanoseconds since 1970-01-01 UTC.
  public var first: Int64?
  public var last: Int64?

  public init(source: Source, count: UInt64, cpu: Int32? = nil, first: Int64? = nil, last: Int64? = nil) {
    self.source = source
    self.count = count
    self.cpu = cpu
    self.first = first
    self.last = last
  }
}

/// What a relay says of the nodes behind it.
public struct NodeStatus: Sendable, Hashable {
  public enum State: Int32, ProtobufEnum {
    case unknown = 0
    case connected
    case unavailable
    case gone
    case error

    public var protobufName: String {
      switch self {
      case .unknown: "UNKNOWN_NODE_STATE"
      case .connected: "NODE_CONNECTED"
      case .unavailable: "NODE_UNAVAILABLE"
      case .gone: "NODE_GONE"
      case .error: "NODE_ERROR"
      }
    }
  }

  public var state: State
  public var nodeNames: [String]
  public var message: String

  public init(state: State, nodeNames: [String], message: String = "") {
    self.state = state
    self.nodeNames = nodeNames
    self.message = message
  }
}
