/// A `LINKTYPE_` number as capture files hold it, named for those that Weir reads.
///
/// Source: the link-layer header types registry of tcpdump.org.
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let null = LinkType(rawValue: 0)
  public static let ethernet = LinkType(rawValue: 1)
  public static let tokenRing = LinkType(rawValue: 6)
  public static let ppp = LinkType(rawValue: 9)
  public static let fddi = LinkType(rawValue: 10)
  /// What some systems write for `rawIP`: their own DLT number.
  public static let rawIPBSD = LinkType(rawValue: 12)
  public static let rawIPOpenBSD = LinkType(rawValue: 14)
  public static let pppHDLC = LinkType(rawValue: 50)
  public static let pppoe = LinkType(rawValue: 51)
  public static let llcATM = LinkType(rawValue: 100)
  public static let rawIP = LinkType(rawValue: 101)
  public static let ciscoHDLC = LinkType(rawValue: 104)
  public static let ieee80211 = LinkType(rawValue: 105)
  public static let frameRelay = LinkType(rawValue: 107)
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let pflog = LinkType(rawValue: 117)
  public static let prism = LinkType(rawValue: 119)
  public static let radiotap = LinkType(rawValue: 127)
  public static let avs = LinkType(rawValue: 163)
  public static let juniperEthernet = LinkType(rawValue: 178)
  public static let ppi = LinkType(rawValue: 192)
  public static let pppWithDirection = LinkType(rawValue: 204)
  public static let mpls = LinkType(rawValue: 219)
  public static let ipnet = LinkType(rawValue: 226)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let nflog = LinkType(rawValue: 239)
  public static let ipoib = LinkType(rawValue: 242)
  public static let linuxCooked2 = LinkType(rawValue: 276)
}

extension LinkType: CustomStringConvertible {
  /// The registry's name without its prefix, or the number.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .ethernet: "ETHERNET"
    case .tokenRing: "IEEE802_5"
    case .ppp: "PPP"
    case .fddi: "FDDI"
    case .pppHDLC: "PPP_HDLC"
    case .pppoe: "PPP_ETHER"
    case .llcATM: "ATM_RFC1483"
    case .rawIP, .rawIPBSD, .rawIPOpenBSD: "RAW"
    case .ciscoHDLC: "C_HDLC"
    case .ieee80211: "IEEE802_11"
    case .frameRelay: "FRELAY"
    case .loop: "LOOP"
    case .linuxCooked: "LINUX_SLL"
    case .pflog: "PFLOG"
    case .prism: "IEEE802_11_PRISM"
    case .radiotap: "IEEE802_11_RADIOTAP"
    case .avs: "IEEE802_11_AVS"
    case .juniperEthernet: "JUNIPER_ETHER"
    case .ppi: "PPI"
    case .pppWithDirection: "PPP_WITH_DIR"
    case .mpls: "MPLS"
    case .ipnet: "IPNET"
    case .ipv4: "IPV4"
    case .ipv6: "IPV6"
    case .nflog: "NFLOG"
    case .ipoib: "IPOIB"
    case .linuxCooked2: "LINUX_SLL2"
    default: "\(rawValue)"
    }
  }
}
