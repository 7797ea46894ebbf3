public import Addresses

extension Flow {
  /// The link-layer addresses, each in the low 48 bits of its number.
  public struct Ethernet: Sendable, Hashable {
    public var source: UInt64
    public var destination: UInt64

    public init(source: UInt64, destination: UInt64) {
      self.source = source & 0xffff_ffff_ffff
      self.destination = destination & 0xffff_ffff_ffff
    }
  }

  /// The IP addresses. The version is that of the source address.
  public struct IP: Sendable, Hashable {
    public enum Version: Int32, ProtobufEnum {
      case notUsed = 0
      case v4
      case v6

      public var protobufName: String {
        switch self {
        case .notUsed: "IP_NOT_USED"
        case .v4: "IPv4"
        case .v6: "IPv6"
        }
      }
    }

    public var source: IPAddress
    public var destination: IPAddress
    /// The source after address translation, where it was translated.
    public var translatedSource: IPAddress?
    /// Whether the datapath encrypts the packet between nodes.
    public var encrypted: Bool

    public init(
      source: IPAddress, destination: IPAddress, translatedSource: IPAddress? = nil, encrypted: Bool = false
    ) {
      self.source = source
      self.destination = destination
      self.translatedSource = translatedSource
      self.encrypted = encrypted
    }

    public var version: Version { source.isIPv6 ? .v6 : .v4 }
  }

  /// The outer headers of an encapsulated packet.
  public struct Tunnel: Sendable, Hashable {
    public enum Encapsulation: Int32, ProtobufEnum {
      case unknown = 0
      case vxlan
      case geneve

      public var protobufName: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .vxlan: "VXLAN"
        case .geneve: "GENEVE"
        }
      }
    }

    public var encapsulation: Encapsulation
    public var ip: IP?
    public var l4: Layer4?
    public var vni: UInt32

    public init(encapsulation: Encapsulation, ip: IP?, l4: Layer4?, vni: UInt32) {
      self.encapsulation = encapsulation
      self.ip = ip
      self.l4 = l4
      self.vni = vni
    }
  }
}
