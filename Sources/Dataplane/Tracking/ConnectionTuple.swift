/// What tells one connection from another: its two ends, in an order that does not depend on which of them sends, with
/// protocol and family.
///
/// So packets of either direction are compared with a connection in one way. Five words; the upper 16 bits of the last are
/// the holder's own.
struct ConnectionTuple: BitwiseCopyable {
  /// Bits of a word that are compared.
  private static var shared: UInt64 { 0xffff_ffff_ffff }

  var firstHigh: UInt64 = 0
  var firstLow: UInt64 = 0
  var secondHigh: UInt64 = 0
  var secondLow: UInt64 = 0
  /// First port, second port, protocol, family, and from bit 48 on the holder's marks.
  private var word: UInt64 = 0

  @inline(__always)
  init() {}

  @inline(__always)
  init(
    firstHigh: UInt64, firstLow: UInt64, firstPort: UInt16, secondHigh: UInt64, secondLow: UInt64, secondPort: UInt16,
    protocolNumber: UInt8, family: UInt8, marks: UInt16 = 0
  ) {
    (self.firstHigh, self.firstLow) = (firstHigh, firstLow)
    (self.secondHigh, self.secondLow) = (secondHigh, secondLow)
    word =
      UInt64(firstPort) | UInt64(secondPort) &<< 16 | UInt64(protocolNumber) &<< 32 | UInt64(family) &<< 40
      | UInt64(marks) &<< 48
  }

  @inline(__always) var firstPort: UInt16 { UInt16(truncatingIfNeeded: word) }
  @inline(__always) var secondPort: UInt16 { UInt16(truncatingIfNeeded: word &>> 16) }
  @inline(__always) var protocolNumber: UInt8 { UInt8(truncatingIfNeeded: word &>> 32) }

  /// 4 or 6; 0: there is no tuple.
  @inline(__always)
  var family: UInt8 {
    get { UInt8(truncatingIfNeeded: word &>> 40) }
    set { word = word & ~(0xff &<< 40) | UInt64(newValue) &<< 40 }
  }

  @inline(__always)
  var marks: UInt16 {
    get { UInt16(truncatingIfNeeded: word &>> 48) }
    set { word = word & Self.shared | UInt64(newValue) &<< 48 }
  }

  /// Whether both are of one connection, whatever their marks.
  @inline(__always)
  func isSame(as other: ConnectionTuple) -> Bool {
    (firstLow ^ other.firstLow) | (firstHigh ^ other.firstHigh) | (secondLow ^ other.secondLow)
      | (secondHigh ^ other.secondHigh) | (word ^ other.word) &<< 16 == 0
  }

  /// As the sender of packets of one orientation has it.
  @inline(__always)
  func key(orientation: Int) -> ConnectionTable.Key {
    let first = ConnectionTable.Key(
      sourceHigh: firstHigh, sourceLow: firstLow, destinationHigh: secondHigh, destinationLow: secondLow,
      sourcePort: firstPort, destinationPort: secondPort, protocolNumber: protocolNumber, family: family)
    return orientation == 0 ? first : first.reversed
  }

  /// The same for packets of both directions.
  var hash: UInt64 {
    Hashing.tuple(
      Hashing.rank(high: firstHigh, low: firstLow, port: firstPort),
      Hashing.rank(high: secondHigh, low: secondLow, port: secondPort), protocolNumber: protocolNumber)
  }
}

/// A packet's connection, and which way the packet goes.
struct OrientedTuple: BitwiseCopyable {
  var tuple: ConnectionTuple
  /// 0 when the first end sent the packet, 1 when the second did.
  var orientation: Int
  /// The tuple's.
  var hash: UInt64

  @inline(__always)
  init(_ tuple: ConnectionTuple, orientation: Int, hash: UInt64) {
    self.tuple = tuple
    self.orientation = orientation
    self.hash = hash
  }

  /// As the packet has it.
  @inline(__always)
  var key: ConnectionTable.Key { tuple.key(orientation: orientation) }

  /// Puts the ends of a packet in order, without a branch: which way a packet goes is not predictable.
  @inline(__always)
  init(_ packet: ConnectionTable.Key, marks: UInt16 = 0) {
    let source = Hashing.rank(high: packet.sourceHigh, low: packet.sourceLow, port: packet.sourcePort)
    let destination = Hashing.rank(
      high: packet.destinationHigh, low: packet.destinationLow, port: packet.destinationPort)
    let (first, second) = (min(source, destination), max(source, destination))
    hash = Hashing.tuple(first, second, protocolNumber: packet.protocolNumber)
    if packet.family == 4 {
      orientation = source > destination ? 1 : 0
      tuple = ConnectionTuple(
        firstHigh: 0, firstLow: first &>> 16, firstPort: UInt16(truncatingIfNeeded: first), secondHigh: 0,
        secondLow: second &>> 16, secondPort: UInt16(truncatingIfNeeded: second),
        protocolNumber: packet.protocolNumber, family: 4, marks: marks)
      return
    }
    // Ends whose ranks are equal without being the same are made up to be; they have an order too.
    let isSwapped = source != destination ? source > destination : packet.comesFromGreaterEnd
    orientation = isSwapped ? 1 : 0
    // All ones where the ends change places.
    let mask = 0 &- UInt64(truncatingIfNeeded: orientation)
    let high = (packet.sourceHigh ^ packet.destinationHigh) & mask
    let low = (packet.sourceLow ^ packet.destinationLow) & mask
    let port = (packet.sourcePort ^ packet.destinationPort) & UInt16(truncatingIfNeeded: mask)
    tuple = ConnectionTuple(
      firstHigh: packet.sourceHigh ^ high, firstLow: packet.sourceLow ^ low, firstPort: packet.sourcePort ^ port,
      secondHigh: packet.destinationHigh ^ high, secondLow: packet.destinationLow ^ low,
      secondPort: packet.destinationPort ^ port, protocolNumber: packet.protocolNumber, family: packet.family,
      marks: marks)
  }
}

extension ConnectionTable.Key {
  @inline(__always)
  fileprivate var comesFromGreaterEnd: Bool {
    if sourceHigh != destinationHigh { return sourceHigh > destinationHigh }
    if sourceLow != destinationLow { return sourceLow > destinationLow }
    return sourcePort > destinationPort
  }
}
