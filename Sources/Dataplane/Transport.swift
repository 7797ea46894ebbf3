import Addresses
import Packet

/// A packet's transport as connection tracking and policy see it, before any table is asked.
struct Transport: BitwiseCopyable {
  struct Traits: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    @inline(__always)
    init(rawValue: UInt8) { self.rawValue = rawValue }

    static var tcp: Traits { Traits(rawValue: 1 << 0) }
    /// ICMP over IPv4, or ICMPv6 over IPv6.
    static var icmp: Traits { Traits(rawValue: 1 << 1) }
    /// An ICMP error that can be related to a connection.
    static var icmpError: Traits { Traits(rawValue: 1 << 2) }
    /// ICMPv4 destination unreachable, fragmentation needed.
    static var fragmentationNeeded: Traits { Traits(rawValue: 1 << 3) }
    static var neighbourDiscovery: Traits { Traits(rawValue: 1 << 4) }
    /// A fragment while its family's fragments are not tracked.
    static var untrackedFragment: Traits { Traits(rawValue: 1 << 5) }
    /// The ports are known, or the protocol has none: the packet belongs to a connection.
    static var hasTuple: Traits { Traits(rawValue: 1 << 6) }
  }

  var traits: Traits = []
  var tcpFlags = TCPFlags(rawValue: 0)
  /// As in the tracking tuple: ICMP echo has its identifier on the answering side, other ICMP has none.
  var sourcePort: UInt16 = 0
  var destinationPort: UInt16 = 0
  /// What policy compares: the destination port, or the ICMP type.
  var policyPort: UInt16 = 0
  /// 0 for other protocols.
  var icmpType: UInt8 = 0
  /// Why no endpoint lets the packet through whatever its policy; `none` for nearly all packets.
  var obstacle = DropReason.none

  init() {}

  /// Of a packet that `unusualTransport` need not look at.
  @inline(__always)
  init(_ packet: PlainPacket) {
    self.init(
      isTCP: packet.protocolNumber == IPProtocol.tcp, TCPFlags(rawValue: packet.tcpFlags),
      sourcePort: packet.sourcePort, destinationPort: packet.destinationPort)
  }

  /// Of a whole TCP or UDP packet.
  @inline(__always)
  init(isTCP: Bool, _ tcpFlags: TCPFlags, sourcePort: UInt16, destinationPort: UInt16) {
    traits = isTCP ? [.hasTuple, .tcp] : .hasTuple
    self.tcpFlags = tcpFlags
    (self.sourcePort, self.destinationPort) = (sourcePort, destinationPort)
    policyPort = destinationPort
  }
}

extension Engine {
  /// - Parameter headers: of outcome `ip`.
  @inline(__always)
  mutating func transport(of headers: borrowing PacketHeaders) -> Transport {
    let number = headers.protocolNumber
    guard number == IPProtocol.tcp || number == IPProtocol.udp,
      headers.flags.isDisjoint(with: [.fragment, .laterFragment, .transportTruncated])
    else {
      return unusualTransport(of: headers)
    }
    var transport = Transport()
    Self.readPorts(headers, &transport)
    return transport
  }

  @inline(never)
  private mutating func unusualTransport(of headers: borrowing PacketHeaders) -> Transport {
    var transport = Transport()
    let isIPv6 = headers.ipVersion == 6
    let isFragment = !headers.flags.isDisjoint(with: [.fragment, .laterFragment])
    let tracksFragments = isIPv6 ? tables.settings.fragmentTrackingIPv6 : tables.settings.fragmentTrackingIPv4
    if isFragment, !tracksFragments { transport.traits.insert(.untrackedFragment) }
    switch headers.protocolNumber {
    case IPProtocol.icmp where !isIPv6, IPProtocol.icmpv6 where isIPv6:
      transport.traits.insert(.icmp)
      if isFragment { transport.obstacle = .invalidPacket } else { readICMP(headers, &transport) }
    case IPProtocol.tcp, IPProtocol.udp:
      readPorts(headers, fragment: isFragment, tracked: tracksFragments, &transport)
    case IPProtocol.sctp where tables.settings.sctp:
      readPorts(headers, fragment: isFragment, tracked: tracksFragments, &transport)
    default:
      transport.traits.insert(.hasTuple)
      if !tables.settings.extendedIPProtocols { transport.obstacle = .unknownTransport }
      if headers.protocolNumber == IPProtocol.sctp, headers.flags.contains(.hasPorts) {
        // Refused, but as the connection that it is part of.
        (transport.sourcePort, transport.destinationPort) = (headers.sourcePort, headers.destinationPort)
      }
    }
    return transport
  }

  @inline(__always)
  private static func readPorts(_ headers: borrowing PacketHeaders, _ transport: inout Transport) {
    if headers.protocolNumber == IPProtocol.tcp { transport.traits.insert(.tcp) }
    guard headers.flags.contains(.hasPorts) else {
      transport.obstacle = .invalidTransportHeader
      return
    }
    transport.traits.insert(.hasTuple)
    transport.sourcePort = headers.sourcePort
    transport.destinationPort = headers.destinationPort
    transport.policyPort = headers.destinationPort
    transport.tcpFlags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: headers.tcpFlags))
  }

  private mutating func readPorts(
    _ headers: borrowing PacketHeaders, fragment: Bool, tracked: Bool, _ transport: inout Transport
  ) {
    if headers.flags.contains(.laterFragment) {
      if headers.protocolNumber == IPProtocol.tcp { transport.traits.insert(.tcp) }
      guard tracked else {
        transport.obstacle = .fragmentationNotSupported
        return
      }
      guard let ports = fragments.find(Self.fragmentKey(headers)) else {
        transport.obstacle = .firstFragmentNotFound
        return
      }
      transport.traits.insert(.hasTuple)
      transport.sourcePort = ports.source
      transport.destinationPort = ports.destination
      transport.policyPort = ports.destination
      return
    }
    Self.readPorts(headers, &transport)
    guard transport.obstacle == .none else { return }
    if headers.protocolNumber == IPProtocol.tcp, headers.flags.contains(.transportTruncated),
      Self.capturedTransport(headers) < 14
    {
      // Connection tracking reads the flags, which end at byte 14.
      transport.obstacle = .invalidTransportHeader
    }
    if fragment, tracked {
      fragments.remember(
        Self.fragmentKey(headers),
        ports: .init(source: transport.sourcePort, destination: transport.destinationPort))
    }
  }

  private mutating func readICMP(_ headers: borrowing PacketHeaders, _ transport: inout Transport) {
    guard headers.flags.contains(.hasICMP) else {
      transport.obstacle = .invalidTransportHeader
      return
    }
    let type = headers.icmpType
    transport.icmpType = type
    transport.traits.insert(.hasTuple)
    if tables.settings.icmpRules { transport.policyPort = UInt16(type) }
    let (echoRequest, echoReply): (UInt8, UInt8) = headers.ipVersion == 6 ? (128, 129) : (8, 0)
    if type == echoRequest || type == echoReply {
      // The identifier ends at byte 6.
      if headers.flags.contains(.transportTruncated), Self.capturedTransport(headers) < 6 {
        transport.obstacle = .invalidTransportHeader
      }
      if type == echoRequest {
        transport.destinationPort = headers.icmpIdentifier
      } else {
        transport.sourcePort = headers.icmpIdentifier
      }
    } else if headers.ipVersion == 6 {
      if type >= 1, type <= 4 { transport.traits.insert(.icmpError) }
      if type == 135 || type == 136 { transport.traits.insert(.neighbourDiscovery) }
    } else if type == 3 || type == 11 || type == 12 {
      // Source quench (4) is an error too, but one that Cilium tracks like any other ICMP.
      transport.traits.insert(.icmpError)
      if type == 3, headers.icmpCode == 4 { transport.traits.insert(.fragmentationNeeded) }
    }
  }

  /// Bytes of the transport header that the capture holds, when it is cut short.
  private static func capturedTransport(_ headers: borrowing PacketHeaders) -> UInt32 {
    headers.payloadEnd > headers.transportOffset ? headers.payloadEnd - headers.transportOffset : 0
  }

  private static func fragmentKey(_ headers: borrowing PacketHeaders) -> FragmentTable.Key {
    FragmentTable.Key(
      sourceHigh: headers.source.high, sourceLow: headers.source.low, destinationHigh: headers.destination.high,
      destinationLow: headers.destination.low, identification: headers.fragmentIdentification,
      protocolNumber: headers.protocolNumber, family: headers.ipVersion)
  }
}
