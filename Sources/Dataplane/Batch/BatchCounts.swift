internal import Packet

/// What is counted of plain packets, kept in registers for the length of a group.
struct BatchCounts: BitwiseCopyable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var ipv4: UInt64 = 0
  var tcp: UInt64 = 0
  var firstTimestamp = Int64.max
  var lastTimestamp = Int64.min
  /// Those that took a shortcut.
  var forwarded: UInt64 = 0

  @inline(__always)
  mutating func count(_ packet: PreparedPacket) {
    packets &+= 1
    bytes &+= UInt64(packet.length)
    ipv4 &+= packet.plain.ipVersion == 4 ? 1 : 0
    tcp &+= packet.plain.protocolNumber == IPProtocol.tcp ? 1 : 0
    firstTimestamp = min(firstTimestamp, packet.timestamp)
    lastTimestamp = max(lastTimestamp, packet.timestamp)
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
    firstTimestamp = min(firstTimestamp, counts.firstTimestamp)
    lastTimestamp = max(lastTimestamp, counts.lastTimestamp)
    verdicts.forwarded &+= counts.forwarded
  }
}
