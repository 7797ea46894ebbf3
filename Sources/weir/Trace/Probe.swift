import Addresses
import Explanation
import Rules

/// One end of a connection that a user asks about.
enum ProbeEnd: Equatable {
  /// `namespace/name`
  case pod(String)
  case address(IPAddress)
  /// `host`, `health` or `ingress`: the local special endpoint.
  case reserved(String)

  /// Reads `NAMESPACE/POD`, an IP address, or `reserved:NAME`.
  init?(_ text: String) {
    if let address = IPAddress(text) {
      self = .address(address)
    } else if text.hasPrefix("reserved:") {
      self = .reserved(String(text.dropFirst("reserved:".count)))
    } else if text.split(separator: "/", omittingEmptySubsequences: false).count == 2, !text.hasPrefix("/"),
      !text.hasSuffix("/")
    {
      self = .pod(text)
    } else {
      return nil
    }
  }

  var text: String {
    switch self {
    case .pod(let name): name
    case .address(let address): address.description
    case .reserved(let name): "reserved:\(name)"
    }
  }
}

/// A connection that a user asks about.
struct Probe {
  var source: ProbeEnd
  var destination: ProbeEnd
  var protocolNumber: UInt8
  /// Destination port; of ICMP the type.
  var port: UInt16
  /// Asked for as a name, to be looked up among the destination's container ports.
  var portName: String?
  /// What the connection carries, for the proxies that it meets.
  var layer7 = L7Question()

  /// Two addresses of different families have no packet between them.
  static func requireOneFamily(_ source: ProbeEnd, _ destination: ProbeEnd) throws(ProbeError) {
    guard case .address(let from) = source, case .address(let to) = destination, from.isIPv6 != to.isIPv6 else {
      return
    }
    throw ProbeError(
      message: "no connection goes from \(from) to \(to): one is IPv4, the other IPv6",
      hint: "give two addresses of one family, or pods by their names")
  }

  /// `TCP 80`, `ICMP type 8`, `protocol 47`.
  var protocolText: String {
    let name = Self.name(of: protocolNumber)
    switch protocolNumber {
    case 1, 58: return "\(name) type \(port)"
    case 6, 17, 132: return "\(port)/\(name)"
    default: return name
    }
  }

  /// `  GET /path, server name example.org`; empty when nothing was said.
  var layer7Text: String {
    let parts = [
      layer7.request.map { "\($0.method) \($0.path)" }, layer7.serverName.map { "server name \($0)" },
      layer7.queryName.map { "query \($0)" },
    ].compactMap(\.self)
    return parts.isEmpty ? "" : "  " + parts.joined(separator: ", ")
  }

  static func name(of number: UInt8) -> String {
    names.first { $0.value == number }?.key ?? "protocol \(number)"
  }

  private static let names: [String: UInt8] = [
    "TCP": 6, "UDP": 17, "SCTP": 132, "ICMP": 1, "ICMPv6": 58, "GRE": 47, "ESP": 50, "AH": 51, "VRRP": 112, "IGMP": 2,
    "OSPF": 89, "IPIP": 4,
  ]

  /// A name in any case, or a number.
  static func protocolNumber(_ text: String) -> UInt8? {
    let upper = text.uppercased()
    if upper == "ICMPV4" { return 1 }
    return names.first { $0.key.uppercased() == upper }?.value ?? UInt8(text)
  }
}
