import Packet

/// A captured packet after the first look: what its connection is found by, in one cache line.
struct PreparedPacket: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// To be dissected in full.
    case other
    case plain
    /// Plain, and the address of a service stands replaced by its backend's.
    case translated
  }

  var plain = PlainPacket()
  var kind = Kind.other
  /// `ConnectionTable.Key.hash`; 0 for packets of kind `other`.
  var hash: UInt64 = 0
  var timestamp: Int64 = 0
  /// Bytes on the wire.
  var length: UInt32 = 0
  /// Where the packet is among those captured with it.
  var index: UInt32 = 0

  @inline(__always)
  var key: ConnectionTable.Key {
    ConnectionTable.Key(
      sourceHigh: plain.sourceHigh, sourceLow: plain.sourceLow, destinationHigh: plain.destinationHigh,
      destinationLow: plain.destinationLow, sourcePort: plain.sourcePort, destinationPort: plain.destinationPort,
      protocolNumber: plain.protocolNumber, family: plain.ipVersion)
  }
}
