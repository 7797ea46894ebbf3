extension Flow {
  /// What became of the packet, connection or message.
  public enum Verdict: Int32, ProtobufEnum {
    case unknown = 0
    case forwarded
    case dropped
    case error
    case audit
    /// Sent on to a proxy, which judges what is inside.
    case redirected
    case traced
    case translated

    public var protobufName: String {
      switch self {
      case .unknown: "VERDICT_UNKNOWN"
      case .forwarded: "FORWARDED"
      case .dropped: "DROPPED"
      case .error: "ERROR"
      case .audit: "AUDIT"
      case .redirected: "REDIRECTED"
      case .traced: "TRACED"
      case .translated: "TRANSLATED"
      }
    }
  }

  /// `FlowType`: which layer the event speaks of.
  public enum Kind: Int32, ProtobufEnum {
    case unknown = 0
    case l3l4
    case l7
    case socket

    public var protobufName: String {
      switch self {
      case .unknown: "UNKNOWN_TYPE"
      case .l3l4: "L3_L4"
      case .l7: "L7"
      case .socket: "SOCK"
      }
    }
  }

  /// Seen from the endpoint whose policy was asked.
  public enum Direction: Int32, ProtobufEnum {
    case unknown = 0
    case ingress
    case egress

    public var protobufName: String {
      switch self {
      case .unknown: "TRAFFIC_DIRECTION_UNKNOWN"
      case .ingress: "INGRESS"
      case .egress: "EGRESS"
      }
    }
  }

  /// The authentication that the policy demands.
  public enum AuthType: Int32, ProtobufEnum {
    case disabled = 0
    case spire
    case testAlwaysFail

    public var protobufName: String {
      switch self {
      case .disabled: "DISABLED"
      case .spire: "SPIRE"
      case .testAlwaysFail: "TEST_ALWAYS_FAIL"
      }
    }
  }
}
