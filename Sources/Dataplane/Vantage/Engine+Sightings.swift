internal import Addresses
internal import Packet

/// Records that show a packet again which was captured at another point before: between them the packet may have been
/// routed, put into a tunnel or taken out of one, or translated.
extension Engine {
  /// Counts such records, and takes them out of the packets to be judged and out of what is counted of these.
  @inline(never)
  mutating func removeSightings(
    _ captured: borrowing CapturedPackets, _ packets: inout PreparedPackets.Share, _ counts: inout BatchCounts
  ) {
    var kept = 0
    var removed = BatchCounts()
    for position in 0..<packets.count {
      if isSighting(captured[Int(packets.base[position].index)]) {
        if packets.base[position].kind == .plain { removed.count(packets.base[position]) }
      } else {
        packets.base[kept] = packets.base[position]
        kept += 1
      }
    }
    packets.count = kept
    counts.remove(removed)
  }

  /// Whether the record shows a packet again; it is counted then.
  @inline(never)
  mutating func isSighting(_ packet: CapturedPacket) -> Bool {
    let totals = totalsBuffer.base
    let view = tables.view(of: packet)
    guard let record = record(of: view, in: packet) else { return false }
    switch sightings.observe(record) {
    case .first: return false
    case .again:
      totals.pointee.count(view.headers, at: packet.timestamp, length: packet.originalLength)
      totals.pointee.sightings &+= 1
      return true
    case .againButJudged:
      // The earlier record is the sighting then.
      totals.pointee.verdicts.unjudged &-= 1
      totals.pointee.sightings &+= 1
      return false
    }
  }

  /// Nil for what has no IP header: frames that are not forwarded.
  private mutating func record(of view: PacketView, in packet: CapturedPacket) -> SightingTable.Record? {
    let headers = view.headers
    guard headers.ipVersion != 0, headers.outcome == .ip || headers.outcome == .badExtensionHeader else { return nil }
    let source = end(headers.source.high, headers.source.low, headers.sourcePort, headers)
    let destination = end(headers.destination.high, headers.destination.low, headers.destinationPort, headers)
    let bytes = view.packet.bytes
    let hopLimit = bytes[Int(headers.networkOffset) + (headers.ipVersion == 6 ? 7 : 8)]
    return SightingTable.Record(
      content: Self.content(headers, bytes), source: source.end, destination: destination.end, hopLimit: hopLimit,
      isManaged: source.isManaged || destination.isManaged, file: UInt8(packet.point >> 8),
      point: Self.point(of: view, in: packet), time: packet.timestamp)
  }

  private mutating func end(
    _ high: UInt64, _ low: UInt64, _ port: UInt16, _ headers: PacketHeaders
  ) -> (end: SightingTable.End, isManaged: Bool) {
    let owner = tables.owner(high: high, low: low, family: headers.ipVersion)
    let isService =
      !tables.services.isEmpty
      && tables.services.find(
        high: high, low: low, port: port, protocolNumber: headers.protocolNumber, family: headers.ipVersion
      ).service >= 0
    let isManaged = isService || (owner.endpoint >= 0 && tables.endpoints[Int(owner.endpoint)].policy >= 0)
    return (
      SightingTable.End(
        hash: UInt32(truncatingIfNeeded: Hashing.tupleEnd(high: high, low: low, port: port)),
        mayBeTranslated: isService || tables.isNode(owner)),
      isManaged
    )
  }

  /// Bytes of the transport header and what follows that are compared, however long the packet is.
  private static var sample: Int { 64 }

  /// A hash of what no router, tunnel or translation changes: identification or flow label, length, protocol, and of the
  /// transport all but ports and checksum, which the sender's own device may fill in later than it is captured.
  private static func content(_ headers: PacketHeaders, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let network = Int(headers.networkOffset)
    let isIPv6 = headers.ipVersion == 6
    var hash = UInt64(headers.protocolNumber) | UInt64(headers.fragmentOffset) << 16
    func add(_ from: Int, _ to: Int) {
      for index in from..<max(from, min(to, bytes.count)) {
        hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3
      }
    }
    // The flow label without the congestion bits before it, or the identification; the length in both.
    if isIPv6 { hash ^= UInt64(bytes[network + 1] & 0xf) << 40 }
    add(network + 2, network + 6)
    let end = min(Int(headers.payloadEnd), bytes.count)
    if headers.flags.contains(.laterFragment) || headers.transportOffset == 0 {
      let start = Int(headers.payloadOffset)
      add(start, min(end, start + sample))
    } else {
      let start = Int(headers.transportOffset)
      let last = min(end, start + sample)
      switch headers.protocolNumber {
      case IPProtocol.tcp:
        add(start + 4, min(last, start + 16))
        add(start + 18, last)
      case IPProtocol.udp: add(start + 8, last)
      case IPProtocol.icmp, IPProtocol.icmpv6:
        add(start, min(last, start + 2))
        // Translation may replace the identifier.
        add(start + 6, last)
      default: add(start, last)
      }
    }
    return Hashing.word(hash)
  }

  /// A hash of what tells points of capture apart: interface, file, link type, tunnel, and on a link its addresses.
  private static func point(of view: PacketView, in packet: CapturedPacket) -> UInt32 {
    let outer = view.outer
    var hash = UInt64(packet.point) | UInt64(packet.linkType) << 16 | UInt64(outer.outerVLAN) << 32
    func add(_ value: UInt64) { hash = Hashing.word(hash ^ value) }
    if outer.flags.contains(.hasEthernet) {
      add(outer.sourceMAC)
      add(outer.destinationMAC)
    }
    // Linux's cooked headers say which way a packet went, the second version also on which interface.
    switch LinkType(rawValue: packet.linkType) {
    case .linuxCooked: for index in 0..<min(14, packet.bytes.count) { add(UInt64(packet.bytes[index])) }
    case .linuxCooked2: for index in 4..<max(4, min(20, packet.bytes.count)) { add(UInt64(packet.bytes[index])) }
    default: break
    }
    if let tunnel = view.tunnel {
      add(UInt64(tunnel.networkIdentifier) << 16 | UInt64(tunnel.content.lowerBound))
      add(outer.source.low)
      add(outer.destination.low)
    }
    return UInt32(truncatingIfNeeded: hash)
  }
}
