/// The names of ICMP types and codes as gopacket, which Hubble prints with, has them.
enum ICMPText {
  /// A type's name and the names of its codes; nil where the code has no meaning.
  typealias Names = (type: StaticString, codes: [StaticString]?)

  static func write(_ icmp: Flow.ICMP, version6: Bool, to bytes: inout OutputBuffer) {
    guard let names = version6 ? version6Names(icmp.type) : version4Names(icmp.type) else {
      bytes.append(decimal: UInt64(icmp.type))
      bytes.append(UInt8(ascii: "("))
      bytes.append(decimal: UInt64(icmp.code))
      bytes.append(UInt8(ascii: ")"))
      return
    }
    bytes.append(names.type)
    if names.codes == nil, icmp.code == 0 { return }
    bytes.append(UInt8(ascii: "("))
    if let codes = names.codes, Int(icmp.code) < codes.count {
      bytes.append(codes[Int(icmp.code)])
    } else {
      bytes.append("Code: ")
      bytes.append(decimal: UInt64(icmp.code))
    }
    bytes.append(UInt8(ascii: ")"))
  }

  /// RFC 792, 950, 1256 and 1812.
  private static func version4Names(_ type: UInt8) -> Names? {
    switch type {
    case 0: ("EchoReply", nil)
    case 3: ("DestinationUnreachable", unreachable4)
    case 4: ("SourceQuench", nil)
    case 5: ("Redirect", ["Net", "Host", "TOS+Net", "TOS+Host"])
    case 8: ("EchoRequest", nil)
    case 9: ("RouterAdvertisement", nil)
    case 10: ("RouterSolicitation", nil)
    case 11: ("TimeExceeded", ["TTLExceeded", "FragmentReassemblyTimeExceeded"])
    case 12: ("ParameterProblem", ["PointerIndicatesError", "MissingOption", "BadLength"])
    case 13: ("TimestampRequest", nil)
    case 14: ("TimestampReply", nil)
    case 15: ("InfoRequest", nil)
    case 16: ("InfoReply", nil)
    case 17: ("AddressMaskRequest", nil)
    case 18: ("AddressMaskReply", nil)
    default: nil
    }
  }

  private static let unreachable4: [StaticString] = [
    "Net", "Host", "Protocol", "Port", "FragmentationNeeded", "SourceRoutingFailed", "NetUnknown", "HostUnknown",
    "SourceIsolated", "NetAdminProhibited", "HostAdminProhibited", "NetTOS", "HostTOS", "CommAdminProhibited",
    "HostPrecedence", "PrecedenceCutoff",
  ]

  /// RFC 4443 and 4861.
  private static func version6Names(_ type: UInt8) -> Names? {
    switch type {
    case 1: ("DestinationUnreachable", unreachable6)
    case 2: ("PacketTooBig", nil)
    case 3: ("TimeExceeded", ["HopLimitExceeded", "FragmentReassemblyTimeExceeded"])
    case 4: ("ParameterProblem", ["ErroneousHeaderField", "UnrecognizedNextHeader", "UnrecognizedIPv6Option"])
    case 128: ("EchoRequest", nil)
    case 129: ("EchoReply", nil)
    case 133: ("RouterSolicitation", nil)
    case 134: ("RouterAdvertisement", nil)
    case 135: ("NeighborSolicitation", nil)
    case 136: ("NeighborAdvertisement", nil)
    case 137: ("Redirect", nil)
    default: nil
    }
  }

  private static let unreachable6: [StaticString] = [
    "NoRouteToDst", "AdminProhibited", "BeyondScopeOfSrc", "AddressUnreachable", "PortUnreachable",
    "SrcAddressFailedPolicy", "RejectRouteToDst",
  ]
}
