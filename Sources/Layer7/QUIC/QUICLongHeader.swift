/// The header of a packet that sets a connection up (RFC 9000, section 17.2).
struct QUICLongHeader {
  enum PacketType: UInt8 {
    case initial
    case zeroRTT
    case handshake
    case retry
    case versionNegotiation
  }

  var version: QUICVersion
  var type: PacketType
  /// The type's bits as they are on the wire.
  var typeBits: UInt8
  var destination: Range<Int>
  var source: Range<Int>
  /// Where the packet number begins; the packet's end for those without one.
  var numberOffset: Int
  /// Where the packet ends: what follows in the datagram is another one.
  var end: Int

  /// RFC 9000, section 17.2: longer ones belong to versions to come.
  private static let longestID = 20

  /// Nil when there is no long header of a known version at `start`.
  init?(_ datagram: RawSpan, at start: Int) {
    var reader = ByteReader(datagram)
    guard reader.skip(start), let first = reader.byte(), first & 0x80 != 0, let number = reader.uint32() else {
      return nil
    }
    version = QUICVersion(rawValue: number)
    let isKnown = !version.protections.isEmpty
    // The fixed bit is not fixed where no version is.
    guard isKnown && first & 0x40 != 0 || version == .negotiation else { return nil }
    guard let destinationLength = reader.byte(), let destination = reader.range(Int(destinationLength)),
      let sourceLength = reader.byte(), let source = reader.range(Int(sourceLength)),
      destination.count <= Self.longestID, source.count <= Self.longestID
    else { return nil }
    self.destination = destination
    self.source = source
    typeBits = first >> 4 & 3
    type = Self.type(typeBits, version)
    numberOffset = datagram.byteCount
    end = datagram.byteCount
    switch type {
    case .versionNegotiation:
      guard reader.remaining > 0, reader.remaining % 4 == 0 else { return nil }
    case .retry: break
    case .initial:
      guard let token = reader.variableLength(), token <= UInt64(reader.remaining), reader.skip(Int(token)) else {
        return nil
      }
      guard readLength(&reader) else { return nil }
    case .zeroRTT, .handshake:
      guard readLength(&reader) else { return nil }
    }
  }

  /// The rest of the packet: its number and content.
  private mutating func readLength(_ reader: inout ByteReader) -> Bool {
    guard let length = reader.variableLength() else { return false }
    numberOffset = reader.position
    // A packet that is cut cannot be decrypted; it still is one.
    end = length <= UInt64(reader.remaining) ? reader.position + Int(length) : reader.position + reader.remaining
    return true
  }

  private static func type(_ bits: UInt8, _ version: QUICVersion) -> PacketType {
    if version == .negotiation { return .versionNegotiation }
    // RFC 9369, section 3.2: version 2 counts from Retry on.
    switch version == .v2 ? (bits + 3) & 3 : bits {
    case 0: return .initial
    case 1: return .zeroRTT
    case 2: return .handshake
    default: return .retry
    }
  }
}

extension ByteReader {
  /// A variable-length integer (RFC 9000, section 16), or nil when the end comes first.
  mutating func variableLength() -> UInt64? {
    let before = self
    guard let first = byte() else { return nil }
    var value = UInt64(first & 0x3f)
    for _ in 1..<1 << Int(first >> 6) {
      guard let next = byte() else {
        self = before
        return nil
      }
      value = value << 8 | UInt64(next)
    }
    return value
  }
}
