internal import CPrefetch
public import Packet

/// Packets judged many at a time, so that their memory is on its way while others are judged.
///
/// Three passes over each group of packets: ask for the index entries of their connections, read those and ask for the
/// connections themselves, then judge; the first two are done for the next groups while one is judged. Nothing is
/// decided before the third pass, which runs in the packets' order, and a number found in the second is only a hint:
/// what is there is compared again. So the outcome is that of judging packet by packet, however the passes are cut.
///
/// A packet whose connection has a `Shortcut` changes two entries and is done. All others take the full path.
extension Engine {
  /// Few enough for the second pass's lines to be in the first-level cache in the third.
  static var group: Int { 32 }

  /// Judges the packets that `prepared` holds for one of its engines.
  ///
  /// - Parameters:
  ///   - captured: what `prepared` was made of, with the same tables as this engine's.
  ///   - engine: this engine's place among those that share the packets.
  ///   - upcoming: where the bytes begin that this thread reads next, where it knows better than `captured`.
  ///   - reports: replaced by the verdicts that it asks for.
  public mutating func judge(
    _ captured: borrowing CapturedPackets, _ prepared: borrowing PreparedPackets, engine: Int = 0,
    upcoming: UnsafeRawPointer? = nil, reports: inout VerdictReports
  ) {
    reports.removeAll()
    var share = prepared.share(of: engine)
    if options.findsSightings { removeSightings(captured, &share) }
    let upcoming = upcoming ?? captured.upcoming
    prefetchIndex(share, 0)
    prefetchIndex(share, Self.group)
    prefetchSlots(share, 0)
    var start = 0
    while start < share.count {
      prefetchIndex(share, start &+ 2 &* Self.group)
      prefetchSlots(share, start &+ Self.group)
      judge(captured, share, start, upcoming.map { $0 + start &* Lookahead.bytes }, &reports)
      start &+= Self.group
    }
  }

  /// Bytes of the capture that are asked for while `count` packets are judged.
  public static func lookahead(_ count: Int) -> Int { count &* Lookahead.bytes }

  @inline(__always)
  private mutating func prefetchIndex(_ packets: PreparedPackets.Share, _ start: Int) {
    for position in start..<max(start, min(start &+ Self.group, packets.count)) {
      // Where another thread has written it, the packet itself is on its way from that one's caches.
      weir_prefetch(packets.base + (position &+ Self.group))
      connections.prefetchIndex(packets.base[position].hash)
    }
  }

  @inline(__always)
  private mutating func prefetchSlots(_ packets: PreparedPackets.Share, _ start: Int) {
    for position in start..<max(start, min(start &+ Self.group, packets.count)) {
      // Of two groups: the one judged, and the one after it.
      numbers[position & (2 &* Self.group &- 1)] = connections.prefetchSlot(packets.base[position].hash)
    }
  }

  @inline(__always)
  private mutating func judge(
    _ captured: borrowing CapturedPackets, _ packets: PreparedPackets.Share, _ start: Int,
    _ upcoming: UnsafeRawPointer?, _ reports: inout VerdictReports
  ) {
    let timeouts = tables.settings.timeouts
    var counts = BatchCounts()
    for position in start..<min(start &+ Self.group, packets.count) {
      let packet = packets.base + position
      if let upcoming { Lookahead.ask(upcoming, position &- start) }
      guard packet.pointee.kind != .other else {
        judgeOther(captured[Int(packet.pointee.index)], packet.pointee.index, &reports)
        continue
      }
      let now = Self.seconds(packet.pointee.timestamp)
      if let shortcut = take(packet, numbers[position & (2 &* Self.group &- 1)], now, timeouts, reports.wanted) {
        counts.count(packet.pointee)
        if shortcut.isPlainlyForwarded { counts.forwarded &+= 1 } else { countUnusual(shortcut) }
      } else if packet.pointee.kind == .plain {
        counts.count(packet.pointee)
        judgePlain(packet, now, &reports)
      } else {
        judgeOther(captured[Int(packet.pointee.index)], packet.pointee.index, &reports)
      }
    }
    totalsBuffer.base.pointee.add(counts)
  }

  /// Lets the packet pass by its connection's shortcut; nil when there is none or it does not hold.
  @inline(__always)
  private mutating func take(
    _ packet: UnsafeMutablePointer<PreparedPacket>, _ number: Int32, _ now: UInt32, _ timeouts: PathSettings.Timeouts,
    _ wanted: VerdictReports.Wanted
  ) -> Shortcut? {
    guard number >= 0, !wanted.contains(.everything) else { return nil }
    let slot = connections.slot(Int(number))
    let orientation = ConnectionTable.match(slot, packet.pointee.key)
    guard orientation >= 0, slot.pointee.generation == generation else { return nil }
    let shortcut = slot.shortcut(orientation).pointee
    guard shortcut.exists else { return nil }
    let egress = slot.entry(shortcut.egressEntry)
    let ingress = slot.entry(shortcut.ingressEntry)
    // An entry that was made has an expiry other than 0.
    guard min(egress.pointee.expiry, ingress.pointee.expiry) >= now else { return nil }
    if shortcut.isRedirected, wanted.contains(.redirected) { return nil }

    if packet.pointee.plain.protocolNumber == IPProtocol.udp {
      let expiry = TrackedConnection.expiry(at: now, after: timeouts.other)
      egress.pointee.expiry = expiry
      ingress.pointee.expiry = expiry
    } else {
      let flags = TCPFlags(rawValue: packet.pointee.plain.tcpFlags)
      if flags.isPlain, !egress.pointee.isClosed, !ingress.pointee.isClosed {
        let expiry = TrackedConnection.expiry(at: now, after: timeouts.tcp)
        egress.pointee.prolong(to: expiry)
        ingress.pointee.prolong(to: expiry)
      } else {
        guard !flags.opens else { return nil }
        touch(egress, ingress, shortcut, flags, now, timeouts)
      }
    }
    slot.pointee.lastSeen = now
    return shortcut
  }

  /// SYN with ACK, FIN, RST, and what comes after them.
  @inline(__always)
  private mutating func touch(
    _ egress: UnsafeMutablePointer<TrackedConnection>, _ ingress: UnsafeMutablePointer<TrackedConnection>,
    _ shortcut: Shortcut, _ flags: TCPFlags, _ now: UInt32, _ timeouts: PathSettings.Timeouts
  ) {
    if shortcut.hasEgress {
      _ = egress.pointee.touch(direction: 1, isTCP: true, tcp: flags, at: now, timeouts: timeouts)
    }
    if shortcut.hasIngress {
      _ = ingress.pointee.touch(direction: 0, isTCP: true, tcp: flags, at: now, timeouts: timeouts)
    }
  }

  @inline(never)
  private mutating func countUnusual(_ shortcut: Shortcut) {
    if shortcut.isRedirected {
      totalsBuffer.base.pointee.verdicts.redirected &+= 1
    } else {
      totalsBuffer.base.pointee.verdicts.audit &+= 1
    }
  }

  /// The full path of a packet whose tuple is known.
  @inline(never)
  private mutating func judgePlain(
    _ packet: UnsafeMutablePointer<PreparedPacket>, _ now: UInt32, _ reports: inout VerdictReports
  ) {
    var verdict = PacketVerdict()
    var probe = NoProbe()
    judgeConnection(
      packet.pointee.key, hash: packet.pointee.hash, Transport(packet.pointee.plain), at: now, &verdict, &probe)
    totalsBuffer.base.pointee.count(verdict)
    reports.take(verdict, of: packet.pointee.index)
  }

  /// The full path of a packet that has to be dissected.
  @inline(never)
  private mutating func judgeOther(_ packet: CapturedPacket, _ index: UInt32, _ reports: inout VerdictReports) {
    let view = tables.view(of: packet)
    reports.take(
      judge(
        view.headers, at: packet.timestamp, length: packet.originalLength, sourceIdentity: view.sourceIdentity),
      of: index)
  }
}
