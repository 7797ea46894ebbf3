import Packet

/// A captured packet after the first look: what its connection is found by, in one cache line.
struct PreparedPacket: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// To be dissected in full. Its tuple has family 0, which no connection has.
    case other
    case plain
    /// Plain, and the address of a service stands replaced by its backend's.
    case translated
  }

  /// After service translation. Its marks are the TCP flags, the kind and the orientation.
  var tuple = ConnectionTuple()
  /// The tuple's; 0 for packets of kind `other`.
  var hash: UInt64 = 0
  /// Bytes on the wire.
  var length: UInt32 = 0
  /// Where the packet is among those captured with it.
  var index: UInt32 = 0
  /// Of its capture time since the epoch.
  var second: UInt32 = 0
  /// Of the slot that its connection most likely has, once that was looked for; -1 none.
  var slot: Int32 = -1

  @inline(__always)
  var orientation: Int { Int(truncatingIfNeeded: tuple.marks &>> 15) }

  @inline(__always)
  var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: tuple.marks &>> 8) & 3) ?? .other }

  @inline(__always)
  var tcpFlags: TCPFlags { TCPFlags(rawValue: UInt8(truncatingIfNeeded: tuple.marks)) }

  @inline(__always)
  mutating func set(_ packet: PlainPacket, _ kind: Kind) {
    set(ConnectionTable.Key(packet), TCPFlags(rawValue: packet.tcpFlags), kind)
  }

  @inline(__always)
  mutating func set(_ key: ConnectionTable.Key, _ flags: TCPFlags, _ kind: Kind) {
    let connection = OrientedTuple(key, marks: UInt16(flags.rawValue) | UInt16(kind.rawValue) &<< 8)
    tuple = connection.tuple
    tuple.marks |= UInt16(truncatingIfNeeded: connection.orientation) &<< 15
    hash = connection.hash
  }

  @inline(__always)
  mutating func setOther() {
    tuple = ConnectionTuple()
    hash = 0
  }

  @inline(__always)
  var connection: OrientedTuple { OrientedTuple(tuple, orientation: orientation, hash: hash) }

  /// Of a plain or translated packet.
  @inline(__always)
  var transport: Transport {
    let isTCP = tuple.protocolNumber == IPProtocol.tcp
    return orientation == 0
      ? Transport(isTCP: isTCP, tcpFlags, sourcePort: tuple.firstPort, destinationPort: tuple.secondPort)
      : Transport(isTCP: isTCP, tcpFlags, sourcePort: tuple.secondPort, destinationPort: tuple.firstPort)
  }
}

extension ConnectionTable.Key {
  @inline(__always)
  init(_ packet: PlainPacket) {
    self.init(
      sourceHigh: packet.sourceHigh, sourceLow: packet.sourceLow, destinationHigh: packet.destinationHigh,
      destinationLow: packet.destinationLow, sourcePort: packet.sourcePort, destinationPort: packet.destinationPort,
      protocolNumber: packet.protocolNumber, family: packet.ipVersion)
  }
}
