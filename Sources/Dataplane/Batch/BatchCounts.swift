/// What is counted of plain packets, kept in registers while many are looked at.
struct BatchCounts: BitwiseCopyable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var ipv4: UInt64 = 0
  var tcp: UInt64 = 0

  @inline(__always)
  mutating func count(length: UInt32, isIPv4: Bool, isTCP: Bool) {
    packets &+= 1
    bytes &+= UInt64(length)
    ipv4 &+= isIPv4 ? 1 : 0
    tcp &+= isTCP ? 1 : 0
  }

  @inline(__always)
  mutating func count(_ packet: borrowing PreparedPacket) {
    count(
      length: packet.length, isIPv4: packet.tuple.family == 4,
      isTCP: packet.tuple.protocolNumber == IPProtocol.tcp)
  }

  mutating func add(_ other: BatchCounts) {
    packets &+= other.packets
    bytes &+= other.bytes
    ipv4 &+= other.ipv4
    tcp &+= other.tcp
  }

  /// Takes back what was counted.
  mutating func remove(_ other: BatchCounts) {
    packets &-= other.packets
    bytes &-= other.bytes
    ipv4 &-= other.ipv4
    tcp &-= other.tcp
  }
}

/// The same of fewer than 2²⁰ packets, in two registers.
struct KindCounts: BitwiseCopyable {
  private var bytes: UInt64 = 0
  /// Packets from bit 0 on, those of IPv4 from bit 20, those of TCP from bit 40.
  private var kinds: UInt64 = 0

  static var limit: Int { (1 << 20) - 1 }

  @inline(__always)
  init() {}

  @inline(__always)
  mutating func count(length: UInt32, isIPv4: Bool, isTCP: Bool) {
    bytes &+= UInt64(length)
    kinds &+= 1 | (isIPv4 ? 1 &<< 20 : 0) | (isTCP ? 1 &<< 40 : 0)
  }

  var all: BatchCounts {
    let mask = UInt64(Self.limit)
    return BatchCounts(packets: kinds & mask, bytes: bytes, ipv4: kinds &>> 20 & mask, tcp: kinds &>> 40)
  }
}

extension EngineCounters {
  @inline(__always)
  mutating func add(_ counts: BatchCounts) {
    packets &+= counts.packets
    bytes &+= counts.bytes
    kinds.ipv4 &+= counts.ipv4
    kinds.ipv6 &+= counts.packets &- counts.ipv4
    kinds.tcp &+= counts.tcp
    kinds.udp &+= counts.packets &- counts.tcp
  }

  /// Notes when packets were captured.
  @inline(__always)
  mutating func count(from first: Int64, to last: Int64) {
    firstTimestamp = min(firstTimestamp, first)
    lastTimestamp = max(lastTimestamp, last)
  }
}
