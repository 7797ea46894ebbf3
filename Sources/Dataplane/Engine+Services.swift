extension Engine {
  /// Replaces a service's address by its backend's, as socket-level or per-packet load balancing does before policy:
  /// the destination of a request, or the source of a reply, which then pairs with its request.
  ///
  /// - Returns: true when the destination is a service without backends.
  @inline(__always)
  mutating func translate(
    _ key: inout ConnectionTable.Key, _ transport: inout Transport, _ verdict: inout PacketVerdict
  ) -> Bool {
    let requested = tables.services.find(
      high: key.destinationHigh, low: key.destinationLow, port: key.destinationPort,
      protocolNumber: key.protocolNumber, family: key.family)
    if requested.service >= 0 {
      verdict.service = requested.service
      guard requested.backendCount > 0 else { return true }
      let backend = tables.services.backend(
        of: requested, clientHigh: key.sourceHigh, clientLow: key.sourceLow, clientPort: key.sourcePort)
      verdict.backend = backend.number
      key.destinationHigh = backend.high
      key.destinationLow = backend.low
      key.destinationPort = backend.port
      transport.policyPort = backend.port
      return false
    }
    let replying = tables.services.find(
      high: key.sourceHigh, low: key.sourceLow, port: key.sourcePort, protocolNumber: key.protocolNumber,
      family: key.family)
    if replying.service >= 0, replying.backendCount > 0 {
      let backend = tables.services.backend(
        of: replying, clientHigh: key.destinationHigh, clientLow: key.destinationLow,
        clientPort: key.destinationPort)
      verdict.service = replying.service
      verdict.backend = backend.number
      verdict.flags.insert(.fromService)
      key.sourceHigh = backend.high
      key.sourceLow = backend.low
      key.sourcePort = backend.port
    }
    return false
  }
}
