public import Latency
public import Packet

/// Packets judged one after another, each through all stages, with their times in some of the batches.
///
/// The verdicts are those of `judge(_:_:engine:reports:)`. What differs is the way there: no packet waits for others of its
/// group, nothing is prefetched for it, and it takes no shortcut. So a packet's time is its own, but all of them together
/// take longer than in groups.
extension Engine {
  /// Judges all of `captured`, from its bytes.
  ///
  /// - Parameters:
  ///   - reports: replaced by the verdicts that it asks for.
  ///   - timings: replaced by the times of these packets.
  public mutating func judge(
    _ captured: borrowing CapturedPackets, reports: inout VerdictReports, timings: inout PacketTimings
  ) {
    reports.removeAll()
    var counts = BatchCounts()
    let isTimed = timings.begin()
    for index in 0..<captured.count {
      judge(captured[index], UInt32(truncatingIfNeeded: index), isTimed, &counts, &reports, &timings)
    }
    timings.end(packets: captured.count)
    totalsBuffer.base.pointee.add(counts)
  }

  /// Judges the packets that `prepared` holds for one of its engines, from their bytes, which dealing them out has brought
  /// into the caches.
  ///
  /// - Parameters:
  ///   - captured: what `prepared` was made of, with the same tables as this engine's.
  ///   - engine: this engine's place among those that share the packets.
  public mutating func judge(
    _ captured: borrowing CapturedPackets, _ prepared: borrowing PreparedPackets, engine: Int,
    reports: inout VerdictReports, timings: inout PacketTimings
  ) {
    reports.removeAll()
    let packets = prepared.share(of: engine)
    var counts = BatchCounts()
    let isTimed = timings.begin()
    for position in 0..<packets.count {
      let index = packets.base[position].index
      judge(captured[Int(index)], index, isTimed, &counts, &reports, &timings)
    }
    timings.end(packets: packets.count)
    totalsBuffer.base.pointee.add(counts)
  }

  @inline(__always)
  private mutating func judge(
    _ captured: CapturedPacket, _ index: UInt32, _ isTimed: Bool, _ counts: inout BatchCounts,
    _ reports: inout VerdictReports, _ timings: inout PacketTimings
  ) {
    if isTimed {
      var probe = TimingProbe()
      judge(captured, index, &counts, &reports, &probe)
      probe.end()
      timings.append(probe.marks)
    } else {
      var probe = NoProbe()
      judge(captured, index, &counts, &reports, &probe)
    }
  }

  @inline(__always)
  private mutating func judge(
    _ captured: CapturedPacket, _ index: UInt32, _ counts: inout BatchCounts, _ reports: inout VerdictReports,
    _ probe: inout some StageProbe
  ) {
    if options.findsSightings, isSighting(captured) { return }
    var packet = PlainPacket()
    guard packet.read(captured), !tables.mayOpen(packet) else {
      return judgeOther(captured, index, &reports, &probe)
    }
    counts.count(
      length: captured.originalLength, isIPv4: packet.ipVersion == 4, isTCP: packet.protocolNumber == IPProtocol.tcp)
    totalsBuffer.base.pointee.count(from: captured.timestamp, to: captured.timestamp)
    var verdict = PacketVerdict()
    var key = ConnectionTable.Key(packet)
    var transport = Transport(packet)
    var lacksBackend = false
    if !tables.services.isEmpty { lacksBackend = translate(&key, &transport, &verdict) }
    let connection = OrientedTuple(key)
    probe.leave(.parse)
    judgeConnection(
      connection, transport, lacksBackend: lacksBackend, at: Self.seconds(captured.timestamp), &verdict, &probe)
    totalsBuffer.base.pointee.count(verdict.verdict, verdict.reason)
    reports.take(verdict, of: index)
  }

  @inline(never)
  private mutating func judgeOther(
    _ captured: CapturedPacket, _ index: UInt32, _ reports: inout VerdictReports, _ probe: inout some StageProbe
  ) {
    let view = tables.view(of: captured)
    reports.take(
      judge(
        view.headers, at: captured.timestamp, length: captured.originalLength, sourceIdentity: view.sourceIdentity,
        &probe),
      of: index)
  }
}
