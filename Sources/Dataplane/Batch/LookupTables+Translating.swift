internal import Packet

extension LookupTables {
  /// Replaces a service's address by its backend's, as `Engine.translate` does: a packet of a service's connection then
  /// finds its shortcut too, and it is no longer counted as plain.
  @inline(never)
  func translate(_ packet: inout PreparedPacket, _ counts: inout BatchCounts) {
    var plain = BatchCounts()
    plain.count(packet)
    translate(&packet)
    if packet.kind != .plain { counts.remove(plain) }
  }

  @inline(__always)
  private func translate(_ packet: inout PreparedPacket) {
    var key = packet.connection.key
    let requested = services.find(
      high: key.destinationHigh, low: key.destinationLow, port: key.destinationPort,
      protocolNumber: key.protocolNumber, family: key.family)
    if requested.service >= 0 {
      guard requested.backendCount > 0 else { return packet.setOther() }
      let backend = services.backend(
        of: requested, clientHigh: key.sourceHigh, clientLow: key.sourceLow, clientPort: key.sourcePort)
      (key.destinationHigh, key.destinationLow, key.destinationPort) = (backend.high, backend.low, backend.port)
      return packet.set(key, packet.tcpFlags, .translated)
    }
    let replying = services.find(
      high: key.sourceHigh, low: key.sourceLow, port: key.sourcePort, protocolNumber: key.protocolNumber,
      family: key.family)
    guard replying.service >= 0, replying.backendCount > 0 else { return }
    let backend = services.backend(
      of: replying, clientHigh: key.destinationHigh, clientLow: key.destinationLow, clientPort: key.destinationPort)
    (key.sourceHigh, key.sourceLow, key.sourcePort) = (backend.high, backend.low, backend.port)
    packet.set(key, packet.tcpFlags, .translated)
  }
}
