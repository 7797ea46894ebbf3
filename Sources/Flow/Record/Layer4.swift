public import Addresses

extension Flow {
  /// The transport header, or what stands in its place.
  public enum Layer4: Sendable, Hashable {
    case tcp(TCP)
    case udp(Ports)
    case sctp(Ports)
    case icmpv4(ICMP)
    case icmpv6(ICMP)
    case vrrp(VRRP)
    case igmp(IGMP)

    /// Source and destination port, where the protocol has them.
    public var ports: Ports? {
      switch self {
      case .tcp(let tcp): Ports(source: tcp.source, destination: tcp.destination)
      case .udp(let ports), .sctp(let ports): ports
      case .icmpv4, .icmpv6, .vrrp, .igmp: nil
      }
    }
  }

  public struct Ports: Sendable, Hashable {
    public var source: UInt16
    public var destination: UInt16

    public init(source: UInt16, destination: UInt16) {
      self.source = source
      self.destination = destination
    }
  }

  public struct TCP: Sendable, Hashable {
    public var source: UInt16
    public var destination: UInt16
    /// Nil on L7 flows, which stand for a message and not for a packet.
    public var flags: TCPFlags?

    public init(source: UInt16, destination: UInt16, flags: TCPFlags? = nil) {
      self.source = source
      self.destination = destination
      self.flags = flags
    }
  }

  /// The flags as they stand in the TCP header, NS in bit 8.
  public struct TCPFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let fin = TCPFlags(rawValue: 1 << 0)
    public static let syn = TCPFlags(rawValue: 1 << 1)
    public static let rst = TCPFlags(rawValue: 1 << 2)
    public static let psh = TCPFlags(rawValue: 1 << 3)
    public static let ack = TCPFlags(rawValue: 1 << 4)
    public static let urg = TCPFlags(rawValue: 1 << 5)
    public static let ece = TCPFlags(rawValue: 1 << 6)
    public static let cwr = TCPFlags(rawValue: 1 << 7)
    public static let ns = TCPFlags(rawValue: 1 << 8)

    /// In the order of the protocol's fields and of the header's bits.
    static let names: [(flag: TCPFlags, name: StaticString)] = [
      (.fin, "FIN"), (.syn, "SYN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"), (.urg, "URG"), (.ece, "ECE"),
      (.cwr, "CWR"), (.ns, "NS"),
    ]
  }

  public struct ICMP: Sendable, Hashable {
    public var type: UInt8
    public var code: UInt8

    public init(type: UInt8, code: UInt8) {
      self.type = type
      self.code = code
    }
  }

  public struct VRRP: Sendable, Hashable {
    public var type: UInt32
    public var routerID: UInt32
    public var priority: UInt32

    public init(type: UInt32, routerID: UInt32, priority: UInt32) {
      self.type = type
      self.routerID = routerID
      self.priority = priority
    }
  }

  public struct IGMP: Sendable, Hashable {
    public var type: UInt32
    public var group: IPAddress?

    public init(type: UInt32, group: IPAddress?) {
      self.type = type
      self.group = group
    }
  }
}
