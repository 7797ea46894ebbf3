extension Flow {
  /// Where in the datapath a packet was seen.
  public enum TraceObservationPoint: Int32, ProtobufEnum {
    case unknown = 0
    case toProxy = 1
    case toHost = 2
    case toStack = 3
    case toOverlay = 4
    case fromEndpoint = 5
    case fromProxy = 6
    case fromHost = 7
    case fromStack = 8
    case fromOverlay = 9
    case fromNetwork = 10
    case toNetwork = 11
    case fromCrypto = 12
    case toCrypto = 13
    case toEndpoint = 101

    public var protobufName: String {
      switch self {
      case .unknown: "UNKNOWN_POINT"
      case .toProxy: "TO_PROXY"
      case .toHost: "TO_HOST"
      case .toStack: "TO_STACK"
      case .toOverlay: "TO_OVERLAY"
      case .fromEndpoint: "FROM_ENDPOINT"
      case .fromProxy: "FROM_PROXY"
      case .fromHost: "FROM_HOST"
      case .fromStack: "FROM_STACK"
      case .fromOverlay: "FROM_OVERLAY"
      case .fromNetwork: "FROM_NETWORK"
      case .toNetwork: "TO_NETWORK"
      case .fromCrypto: "FROM_CRYPTO"
      case .toCrypto: "TO_CRYPTO"
      case .toEndpoint: "TO_ENDPOINT"
      }
    }

    /// The texts of a trace event's sub-types, by number: as the printers write them and `--type trace:` takes them.
    static let subTypeTexts = [
      "to-endpoint", "to-proxy", "to-host", "to-stack", "to-overlay", "from-endpoint", "from-proxy", "from-host",
      "from-stack", "from-overlay", "from-network", "to-network", "from-crypto", "to-crypto",
    ]
  }

  /// What connection tracking knew of a traced packet.
  public enum TraceReason: Int32, ProtobufEnum {
    case unknown = 0
    case new
    case established
    case reply
    case related
    case reopened
    case srv6Encapsulation
    case srv6Decapsulation
    case encryptOverlay

    public var protobufName: String {
      switch self {
      case .unknown: "TRACE_REASON_UNKNOWN"
      case .new: "NEW"
      case .established: "ESTABLISHED"
      case .reply: "REPLY"
      case .related: "RELATED"
      case .reopened: "REOPENED"
      case .srv6Encapsulation: "SRV6_ENCAP"
      case .srv6Decapsulation: "SRV6_DECAP"
      case .encryptOverlay: "ENCRYPT_OVERLAY"
      }
    }
  }

  /// Where the debugging datapath captured a packet. Weir never sets it; it is kept when flows are read.
  public enum DebugCapturePoint: Int32, ProtobufEnum {
    case unknown = 0
    case delivery = 4
    case fromLoadBalancer = 5
    case afterV46 = 6
    case afterV64 = 7
    case proxyBefore = 8
    case proxyAfter = 9
    case snatBefore = 10
    case snatAfter = 11

    public var protobufName: String {
      switch self {
      case .unknown: "DBG_CAPTURE_POINT_UNKNOWN"
      case .delivery: "DBG_CAPTURE_DELIVERY"
      case .fromLoadBalancer: "DBG_CAPTURE_FROM_LB"
      case .afterV46: "DBG_CAPTURE_AFTER_V46"
      case .afterV64: "DBG_CAPTURE_AFTER_V64"
      case .proxyBefore: "DBG_CAPTURE_PROXY_PRE"
      case .proxyAfter: "DBG_CAPTURE_PROXY_POST"
      case .snatBefore: "DBG_CAPTURE_SNAT_PRE"
      case .snatAfter: "DBG_CAPTURE_SNAT_POST"
      }
    }
  }

  /// Where the socket load balancer translated an address. Weir never sets it; it is kept when flows are read.
  public enum SocketTranslationPoint: Int32, ProtobufEnum {
    case unknown = 0
    case beforeForward
    case afterForward
    case beforeReverse
    case afterReverse

    public var protobufName: String {
      switch self {
      case .unknown: "SOCK_XLATE_POINT_UNKNOWN"
      case .beforeForward: "SOCK_XLATE_POINT_PRE_DIRECTION_FWD"
      case .afterForward: "SOCK_XLATE_POINT_POST_DIRECTION_FWD"
      case .beforeReverse: "SOCK_XLATE_POINT_PRE_DIRECTION_REV"
      case .afterReverse: "SOCK_XLATE_POINT_POST_DIRECTION_REV"
      }
    }

    /// As the printers write it.
    public var text: String {
      switch self {
      case .unknown: protobufName
      case .beforeForward: "pre-xlate-fwd"
      case .afterForward: "post-xlate-fwd"
      case .beforeReverse: "pre-xlate-rev"
      case .afterReverse: "post-xlate-rev"
      }
    }
  }
}
