/// What is counted of plain packets, kept in registers for the length of a group.
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
  mutating func count(_ packet: PreparedPacket) {
    count(
      length: packet.length, isIPv4: packet.tuple.family == 4,
      isTCP: packet.tuple.protocolNumber == IPProtocol.tcp)
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
