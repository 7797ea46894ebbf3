/// What tells one connection's packets from another's, read from a plain frame: whole TCP or UDP on IPv4 without options
/// or on IPv6 without extension headers, on Ethernet with at most one VLAN tag.
///
/// Nearly all packets of nearly all captures are plain. Reading them takes a few loads behind few checks; whatever is
/// not plain, or not quite in order, is left to `PacketHeaders`, which gives the same answers for those that are.
///
/// Unsafe loads, because a check per field would cost more than the field. Each happens behind a check of `room`, which
/// counts the bytes that were captured.
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

  /// Where a frame's network header lies.
  @frozen
  public struct Network: BitwiseCopyable {
    /// The EtherType behind at most one VLAN tag.
    @usableFromInline let type: UInt16
    @usableFromInline let header: UnsafeRawPointer
    /// How many bytes from there on were captured: at least 24.
    @usableFromInline let room: Int

    @inlinable @inline(__always)
    init(type: UInt16, header: UnsafeRawPointer, room: Int) {
      self.type = type
      self.header = header
      self.room = room
    }

    @inlinable @inline(__always)
    public var isIPv4: Bool { type == EtherType.ipv4 }

    @inlinable @inline(__always)
    public var isIPv6: Bool { type == EtherType.ipv6 }
  }

  /// Nil when the packet is not plain.
  @inlinable @inline(__always)
  public static func network(of packet: CapturedPacket) -> Network? {
    // Ethernet, the shorter of the two network headers, the shorter of the two transport headers.
    guard packet.linkType == 1, let frame = packet.bytes.baseAddress,
      packet.bytes.count >= Ethernet.headerLength + IPv4.headerLength + UDP.headerLength
    else { return nil }
    let header = frame + Ethernet.headerLength
    let room = packet.bytes.count &- Ethernet.headerLength
    let type = frame.big16(Ethernet.type)
    if type == EtherType.customerVLAN { return Network(type: header.big16(2), header: header + 4, room: room &- 4) }
    return Network(type: type, header: header, room: room)
  }

  /// False when the packet is not plain; the fields then mean nothing.
  @inlinable @inline(__always)
  public mutating func read(_ packet: CapturedPacket) -> Bool {
    guard let network = Self.network(of: packet) else { return false }
    return network.isIPv4 ? readIPv4(network) : network.isIPv6 && readIPv6(network)
  }

  /// As `read`, of a network header that is IPv4's.
  @inlinable @inline(__always)
  public mutating func readIPv4(_ network: Network) -> Bool {
    let header = network.header
    // No options, no fragment; the first byte is version and header length.
    guard header.byte(IPv4.versionAndLength) == 0x45,
      header.big16(IPv4.fragment) & (IPv4.moreFragments | IPv4.fragmentOffset) == 0
    else { return false }
    ipVersion = 4
    (sourceHigh, destinationHigh) = (0, 0)
    sourceLow = UInt64(header.big32(IPv4.source))
    destinationLow = UInt64(header.big32(IPv4.destination))
    return readTransport(
      header + IPv4.headerLength, header.byte(IPv4.protocolNumber),
      room: Swift.min(network.room, Int(header.big16(IPv4.totalLength))) &- IPv4.headerLength)
  }

  /// As `read`, of a network header that is IPv6's.
  @inlinable @inline(__always)
  public mutating func readIPv6(_ network: Network) -> Bool {
    let header = network.header
    guard network.room >= IPv6.headerLength, header.byte(IPv6.version) >> 4 == 6 else { return false }
    ipVersion = 6
    (sourceHigh, sourceLow) = (header.big64(IPv6.source), header.big64(IPv6.source + 8))
    (destinationHigh, destinationLow) = (header.big64(IPv6.destination), header.big64(IPv6.destination + 8))
    return readTransport(
      header + IPv6.headerLength, header.byte(IPv6.nextHeader),
      room: Swift.min(network.room &- IPv6.headerLength, Int(header.big16(IPv6.payloadLength))))
  }

  @inlinable @inline(__always)
  mutating func readTransport(_ transport: UnsafeRawPointer, _ number: UInt8, room: Int) -> Bool {
    protocolNumber = number
    if number == IPProtocol.tcp {
      guard room >= TCP.headerLength else { return false }
      (sourcePort, destinationPort) = (transport.big16(0), transport.big16(2))
      let field = transport.big16(TCP.offsetAndFlags)
      tcpFlags = UInt8(truncatingIfNeeded: field)
      let headerLength = Int(field >> 12) &* 4
      return headerLength >= TCP.headerLength && headerLength <= room
    }
    guard number == IPProtocol.udp, room >= UDP.headerLength else { return false }
    (sourcePort, destinationPort) = (transport.big16(0), transport.big16(2))
    tcpFlags = 0
    let length = transport.big16(UDP.length)
    return length == 0 || length >= UInt16(UDP.headerLength)
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
