/// The names that people use for IP protocols.
enum ProtocolName {
  static func of(_ number: UInt8) -> String {
    switch number {
    case 1: "ICMP"
    case 2: "IGMP"
    case 4: "IPIP"
    case 6: "TCP"
    case 17: "UDP"
    case 41: "IPv6-in-IP"
    case 47: "GRE"
    case 50: "ESP"
    case 51: "AH"
    case 58: "ICMPv6"
    case 59: "no next header"
    case 89: "OSPF"
    case 103: "PIM"
    case 112: "VRRP"
    case 132: "SCTP"
    default: "protocol \(number)"
    }
  }
}
