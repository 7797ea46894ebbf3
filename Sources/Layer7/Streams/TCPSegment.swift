public import Packet

/// What reassembly needs to know of one TCP segment.
public struct TCPSegment: Sendable {
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let fin = Flags(rawValue: 0x01)
    public static let syn = Flags(rawValue: 0x02)
    public static let rst = Flags(rawValue: 0x04)
    public static let ack = Flags(rawValue: 0x10)
  }

  public var source: StreamEnd
  public var destination: StreamEnd
  public var sequence: UInt32
  public var acknowledgment: UInt32
  public var flags: Flags
  /// Payload bytes on the wire, of which fewer may have been captured.
  public var length: Int
  public var frame: Int
  public var timestamp: Int64
  /// 0 for TCP; what is carried otherwise has a number of its own for each stream between the same ends.
  public var channel: UInt32 = 0

  public init(
    source: StreamEnd, destination: StreamEnd, sequence: UInt32, acknowledgment: UInt32 = 0, flags: Flags = .ack,
    length: Int, frame: Int = 0, timestamp: Int64 = 0
  ) {
    self.source = source
    self.destination = destination
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.length = length
    self.frame = frame
    self.timestamp = timestamp
  }

  /// Nil when the packet is no TCP segment with a whole header.
  ///
  /// - Parameters:
  ///   - headers: what was read of `bytes`.
  ///   - originalLength: of the packet on the wire.
  @inline(__always)
  public init?(_ headers: PacketHeaders, _ bytes: RawSpan, originalLength: Int, frame: Int, timestamp: Int64) {
    let start = Int(headers.transportOffset)
    guard headers.protocolNumber == 6, headers.flags.contains(.hasPorts),
      headers.payloadOffset > headers.transportOffset,
      headers.flags.isDisjoint(with: [.transportTruncated, .transportMalformed]), bytes.byteCount >= start + 14
    else { return nil }
    source = StreamEnd(address: headers.source, port: headers.sourcePort)
    destination = StreamEnd(address: headers.destination, port: headers.destinationPort)
    sequence = UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 4, as: UInt32.self))
    acknowledgment = UInt32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 8, as: UInt32.self))
    flags = Flags(rawValue: headers.tcpFlags)
    length = Self.wireLength(headers, bytes, originalLength: originalLength)
    self.frame = frame
    self.timestamp = timestamp
  }

  /// What the IP header says, which goes beyond what was captured where the snap length cut the packet.
  @inline(__always)
  private static func wireLength(_ headers: PacketHeaders, _ bytes: RawSpan, originalLength: Int) -> Int {
    let captured = Int(headers.payloadEnd) - Int(headers.payloadOffset)
    guard headers.payloadEnd == bytes.byteCount, originalLength > bytes.byteCount else { return captured }
    let network = Int(headers.networkOffset)
    // Both fields lie within the header that was read.
    let end: Int
    if headers.ipVersion == 4 {
      end = network + Int(UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: network + 2, as: UInt16.self)))
    } else {
      end =
        network + 40
        + Int(UInt16(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: network + 4, as: UInt16.self)))
    }
    return max(captured, min(end, originalLength) - Int(headers.payloadOffset))
  }
}
