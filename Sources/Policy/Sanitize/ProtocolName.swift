import Rules

/// The protocols that a port may name in Cilium, in any letter case; nothing means all of TCP, UDP and SCTP.
enum ProtocolName {
  static func parse(_ text: String) -> L4Protocol? {
    switch text.uppercased() {
    case "", "ANY": .any
    case "TCP": .tcp
    case "UDP": .udp
    case "SCTP": .sctp
    case "VRRP": .vrrp
    case "IGMP": .igmp
    default: nil
    }
  }

  static func fault(_ text: String) -> String {
    "invalid protocol \"\(text)\", must be one of tcp, udp, sctp, vrrp, igmp, any"
  }
}
