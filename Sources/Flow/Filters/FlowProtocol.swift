/// A protocol that flows can be filtered by.
enum FlowProtocol: String, Sendable, CaseIterable {
  case tcp, udp, sctp, icmp, icmpv4, icmpv6, vrrp, igmp, dns, http, kafka

  init(named name: String) throws(FlowFilterError) {
    guard let value = Self(rawValue: name.lowercased()) else {
      let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw FlowFilterError("unknown protocol \"\(name)\"; one of \(known)")
    }
    self = value
  }

  func matches(_ flow: Flow) -> Bool {
    switch (self, flow.l4, flow.l7?.record) {
    case (.tcp, .tcp, _), (.udp, .udp, _), (.sctp, .sctp, _), (.vrrp, .vrrp, _), (.igmp, .igmp, _),
      (.icmp, .icmpv4, _), (.icmp, .icmpv6, _), (.icmpv4, .icmpv4, _), (.icmpv6, .icmpv6, _):
      true
    case (.dns, _, .dns), (.http, _, .http), (.kafka, _, .kafka):
      true
    default:
      false
    }
  }
}
