/// What tells one connection's packets from another's, read from a plain frame: whole TCP or UDP on IPv4 without options
/// or on IPv6 without extension headers, on Ethernet with at most one VLAN tag.
///
/// Nearly all packets of nearly all captures are plain. Reading them takes a few loads behind few checks; whatever is
/// not plain, or not quite in order, is left to `PacketHeaders`, which gives the same answers for those that are.
///
/// Unsafe loads, because a check per field would cost more than the field. Each happens behind one of the checks of
/// `room`, which count the bytes that were captured.
@frozen
public struct PlainPacket: BitwiseCopyable {
  /// As `IPAddress` has them.
  public var sourceHigh: UInt64 = 0
  public var sourceLow: UInt64 = 0
  public var destinationHigh: UInt64 = 0
  public var destinationLow: UInt64 = 0
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  /// TCP or UDP.
  public var protocolNumber: UInt8 = 0
  /// 4 or 6.
  public var ipVersion: UInt8 = 0
  /// The lower eight; 0 for UDP.
  public var tcpFlags: UInt8 = 0

  @inlinable @inline(__always)
  public init() {}

  /// False when the packet is not plain; the fields then mean nothing.
  @inlinable @inline(__always)
  public mutating func read(_ packet: CapturedPacket) -> Bool {
    // Ethernet, the shorter of the two network headers, the shorter of the two transport headers.
    guard packet.linkType == 1, let frame = packet.bytes.baseAddress,
      packet.bytes.count >= Ethernet.headerLength + IPv4.headerLength + UDP.headerLength
    else { return false }
    var network = frame + Ethernet.headerLength
    var room = packet.bytes.count &- Ethernet.headerLength
    var type = frame.big16(Ethernet.type)
    if type == EtherType.customerVLAN {
      type = network.big16(2)
      network += 4
      room &-= 4
    }
    let transport: UnsafeRawPointer
    if type == EtherType.ipv4 {
      // No options, no fragment; the first byte is version and header length.
      guard room >= IPv4.headerLength, network.byte(IPv4.versionAndLength) == 0x45,
        network.big16(IPv4.fragment) & (IPv4.moreFragments | IPv4.fragmentOffset) == 0
      else { return false }
      ipVersion = 4
      protocolNumber = network.byte(IPv4.protocolNumber)
      (sourceHigh, destinationHigh) = (0, 0)
      sourceLow = UInt64(network.big32(IPv4.source))
      destinationLow = UInt64(network.big32(IPv4.destination))
      transport = network + IPv4.headerLength
      room = Swift.min(room, Int(network.big16(IPv4.totalLength))) &- IPv4.headerLength
    } else if type == EtherType.ipv6 {
      guard room >= IPv6.headerLength, network.byte(IPv6.version) >> 4 == 6 else { return false }
      ipVersion = 6
      protocolNumber = network.byte(IPv6.nextHeader)
      (sourceHigh, sourceLow) = (network.big64(IPv6.source), network.big64(IPv6.source + 8))
      (destinationHigh, destinationLow) = (network.big64(IPv6.destination), network.big64(IPv6.destination + 8))
      transport = network + IPv6.headerLength
      room = Swift.min(room &- IPv6.headerLength, Int(network.big16(IPv6.payloadLength)))
    } else {
      return false
    }
    guard room >= UDP.headerLength else { return false }
    (sourcePort, destinationPort) = (transport.big16(0), transport.big16(2))
    if protocolNumber == IPProtocol.tcp {
      guard room >= TCP.headerLength else { return false }
      let field = transport.big16(TCP.offsetAndFlags)
      tcpFlags = UInt8(truncatingIfNeeded: field)
      let headerLength = Int(field >> 12) &* 4
      return headerLength >= TCP.headerLength && headerLength <= room
    }
    tcpFlags = 0
    let length = transport.big16(UDP.length)
    return protocolNumber == IPProtocol.udp && (length == 0 || length >= UInt16(UDP.headerLength))
  }
}

extension UnsafeRawPointer {
  @inlinable @inline(__always)
  func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

  @inlinable @inline(__always)
  func big16(_ offset: Int) -> UInt16 { UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }

  @inlinable @inline(__always)
  func big32(_ offset: Int) -> UInt32 { UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }

  @inlinable @inline(__always)
  func big64(_ offset: Int) -> UInt64 { UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
}
