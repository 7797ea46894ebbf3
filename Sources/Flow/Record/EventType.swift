extension Flow {
  /// The monitor message that an event stands for.
  public struct EventType: Sendable, Hashable {
    public var type: Int32
    /// For a drop its reason, for a trace its point, else 0.
    public var subType: Int32

    public init(type: Int32, subType: Int32 = 0) {
      self.type = type
      self.subType = subType
    }

    public static let none = EventType(type: 0)
    public static let policyVerdict = EventType(type: Number.policyVerdict)
    public static let accessLog = EventType(type: Number.accessLog)

    public static func drop(_ reason: DropReason) -> EventType {
      EventType(type: Number.drop, subType: Int32(reason.rawValue))
    }

    /// A trace's sub-type is its point's number, except that to-endpoint is 0 here.
    public static func trace(_ point: TraceObservationPoint) -> EventType {
      EventType(type: Number.trace, subType: point == .toEndpoint ? 0 : point.rawValue)
    }

    /// The numbers of the monitor messages that Hubble decodes.
    public enum Number {
      public static let drop: Int32 = 1
      public static let debug: Int32 = 2
      public static let capture: Int32 = 3
      public static let trace: Int32 = 4
      public static let policyVerdict: Int32 = 5
      public static let traceSocket: Int32 = 7
      public static let accessLog: Int32 = 129
      public static let agent: Int32 = 130

      /// The names that `--type` takes.
      static let byName: [(name: String, number: Int32)] = [
        ("drop", drop), ("debug", debug), ("capture", capture), ("trace", trace), ("policy-verdict", policyVerdict),
        ("trace-sock", traceSocket), ("l7", accessLog), ("agent", agent),
      ]
    }
  }

  /// Which parts of a policy entry the packet matched.
  public struct PolicyMatchType: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let none = PolicyMatchType(rawValue: 0)
    public static let l3Only = PolicyMatchType(rawValue: 1)
    public static let l3l4 = PolicyMatchType(rawValue: 2)
    public static let l4Only = PolicyMatchType(rawValue: 3)
    public static let all = PolicyMatchType(rawValue: 4)
    public static let l3Protocol = PolicyMatchType(rawValue: 5)
    public static let protocolOnly = PolicyMatchType(rawValue: 6)

    /// As the printers write it.
    public var text: String {
      switch rawValue {
      case 0: "none"
      case 1: "L3-Only"
      case 2: "L3-L4"
      case 3: "L4-Only"
      case 4: "all"
      case 5: "L3-Proto"
      case 6: "Proto-Only"
      default: "unknown"
      }
    }
  }
}
