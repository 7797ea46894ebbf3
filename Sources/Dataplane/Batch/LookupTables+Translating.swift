internal import Packet

extension LookupTables {
  /// Replaces a service's address by its backend's, as `Engine.translate` does: a packet of a service's connection then
  /// finds its shortcut too. Not inlined: where there are no services, the packet loop needs its registers for others.
  @inline(never)
  func translate(_ packet: inout PreparedPacket) {
    let plain = packet.plain
    let requested = services.find(
      high: plain.destinationHigh, low: plain.destinationLow, port: plain.destinationPort,
      protocolNumber: plain.protocolNumber, family: plain.ipVersion)
    if requested.service >= 0 {
      guard requested.backendCount > 0 else { return packet.kind = .other }
      let backend = services.backend(
        of: requested, clientHigh: plain.sourceHigh, clientLow: plain.sourceLow, clientPort: plain.sourcePort)
      (packet.plain.destinationHigh, packet.plain.destinationLow) = (backend.high, backend.low)
      packet.plain.destinationPort = backend.port
      packet.kind = .translated
      return
    }
    let replying = services.find(
      high: plain.sourceHigh, low: plain.sourceLow, port: plain.sourcePort, protocolNumber: plain.protocolNumber,
      family: plain.ipVersion)
    guard replying.service >= 0, replying.backendCount > 0 else { return }
    let backend = services.backend(
      of: replying, clientHigh: plain.destinationHigh, clientLow: plain.destinationLow,
      clientPort: plain.destinationPort)
    (packet.plain.sourceHigh, packet.plain.sourceLow) = (backend.high, backend.low)
    packet.plain.sourcePort = backend.port
    packet.kind = .translated
  }
}
