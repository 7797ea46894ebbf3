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
    // Where several engines share the packets, one counts for all.
    var counts = engine == 0 ? prepared.counts : BatchCounts()
    if options.findsSightings { removeSightings(captured, &share, &counts) }
    totalsBuffer.base.pointee.add(counts)
    guard share.count > 0 else { return }
    totalsBuffer.base.pointee.count(from: prepared.times.first, to: prepared.times.last)
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
      let packet = packets.base + position
      packet.pointee.slot = connections.prefetchSlot(packet.pointee.hash)
    }
  }

  @inline(__always)
  private mutating func judge(
    _ captured: borrowing CapturedPackets, _ packets: PreparedPackets.Share, _ start: Int,
    _ upcoming: UnsafeRawPointer?, _ reports: inout VerdictReports
  ) {
    var lifetimes = Lifetimes(tables.settings.timeouts)
    // Where all verdicts are wanted, none may be skipped.
    let shortcuts: ShortcutUse =
      reports.wanted.contains(.everything) ? .none : reports.wanted.contains(.redirected) ? .plain : .all
    var forwarded: UInt64 = 0
    for position in start..<min(start &+ Self.group, packets.count) {
      let packet = packets.base + position
      if let upcoming { Lookahead.ask(upcoming, position &- start) }
      lifetimes.move(to: packet.pointee.second)
      if let shortcut = take(packet, lifetimes, shortcuts) {
        if packet.pointee.kind == .translated { countTranslated(packet) }
        if shortcut.isPlainlyForwarded { forwarded &+= 1 } else { countUnusual(shortcut) }
      } else if packet.pointee.kind == .plain {
        judgePlain(packet, &reports)
      } else {
        judgeOther(captured[Int(packet.pointee.index)], packet.pointee.index, &reports)
      }
    }
    totalsBuffer.base.pointee.verdicts.forwarded &+= forwarded
  }

  /// Which connections' shortcuts may be taken.
  private enum ShortcutUse: BitwiseCopyable {
    case all
    /// Those that no proxy sees.
    case plain
    case none
  }

  /// When entries end that are prolonged now.
  private struct Lifetimes: BitwiseCopyable {
    let timeouts: PathSettings.Timeouts
    private(set) var now: UInt32 = 0
    private(set) var tcp: UInt32 = 0

    @inline(__always)
    init(_ timeouts: PathSettings.Timeouts) {
      self.timeouts = timeouts
      set(0)
    }

    /// Most packets come in the same second as the one before.
    @inline(__always)
    mutating func move(to second: UInt32) {
      if second != now { set(second) }
    }

    private mutating func set(_ second: UInt32) {
      now = second
      tcp = TrackedConnection.expiry(at: second, after: timeouts.tcp)
    }
  }

  /// Lets the packet pass by its connection's shortcut; nil when there is none or it does not hold.
  @inline(__always)
  private mutating func take(
    _ packet: UnsafeMutablePointer<PreparedPacket>, _ lifetimes: Lifetimes, _ use: ShortcutUse
  ) -> Shortcut? {
    guard packet.pointee.slot >= 0 else { return nil }
    let slot = connections.slot(Int(packet.pointee.slot))
    guard slot.pointee.tuple.isSame(as: packet.pointee.tuple), slot.pointee.generation == generation else { return nil }
    let shortcut = slot.shortcut(packet.pointee.orientation ^ slot.pointee.order).pointee
    guard shortcut.exists else { return nil }
    let egress = slot.entry(shortcut.egressEntry)
    let ingress = slot.entry(shortcut.ingressEntry)
    // An entry that was made has an expiry other than 0.
    guard min(egress.pointee.expiry, ingress.pointee.expiry) >= lifetimes.now else { return nil }
    if use != .all, use == .none || shortcut.isRedirected { return nil }

    let flags = packet.pointee.tcpFlags
    if packet.pointee.tuple.protocolNumber == IPProtocol.udp {
      let expiry = TrackedConnection.expiry(at: lifetimes.now, after: lifetimes.timeouts.other)
      egress.pointee.expiry = expiry
      ingress.pointee.expiry = expiry
    } else if flags.isPlain, !egress.pointee.isClosed, !ingress.pointee.isClosed {
      egress.pointee.prolong(to: lifetimes.tcp)
      ingress.pointee.prolong(to: lifetimes.tcp)
    } else {
      guard !flags.opens else { return nil }
      touch(egress, ingress, shortcut, flags, lifetimes.now, lifetimes.timeouts)
    }
    slot.pointee.lastSeen = lifetimes.now
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

  /// The full path counts them itself.
  @inline(never)
  private mutating func countTranslated(_ packet: UnsafeMutablePointer<PreparedPacket>) {
    var counts = BatchCounts()
    counts.count(packet.pointee)
    totalsBuffer.base.pointee.add(counts)
  }

  /// The full path of a packet whose tuple is known.
  @inline(never)
  private mutating func judgePlain(
    _ packet: UnsafeMutablePointer<PreparedPacket>, _ reports: inout VerdictReports
  ) {
    let (transport, now) = (packet.pointee.transport, packet.pointee.second)
    let totals = totalsBuffer.base
    var probe = NoProbe()
    let place = place(packet.pointee.connection, at: now)
    if place.isNew, isUsual(transport, packet.pointee.tuple) {
      let opening = open(place.slot, packet.pointee.connection.key, transport, at: now, &probe)
      totals.pointee.count(opening.verdict, opening.reason)
      if reports.mayWant(opening.verdict) { reports.take(PacketVerdict(opening), of: packet.pointee.index) }
      return
    }
    var verdict = PacketVerdict()
    judge(place, transport, lacksBackend: false, sourceIdentity: 0, at: now, &verdict, &probe)
    totals.pointee.count(verdict.verdict, verdict.reason)
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
