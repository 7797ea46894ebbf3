/// IP protocols that a policy can name.
public enum L4Protocol: UInt8, Sendable, Hashable {
  /// TCP, UDP and SCTP together when beside a port; every protocol in the L3-only filter.
  case any = 0
  case icmp = 1
  case igmp = 2
  case tcp = 6
  case udp = 17
  case icmpv6 = 58
  case vrrp = 112
  case sctp = 132

  /// As Cilium prints it: `TCP`, `ICMPV6`, `ANY`, …
  public var name: String {
    switch self {
    case .any: "ANY"
    case .icmp: "ICMP"
    case .igmp: "IGMP"
    case .tcp: "TCP"
    case .udp: "UDP"
    case .icmpv6: "ICMPV6"
    case .vrrp: "VRRP"
    case .sctp: "SCTP"
    }
  }
}
