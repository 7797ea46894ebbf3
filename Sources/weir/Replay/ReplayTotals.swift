import Capture
import Dataplane
import Flow
import Latency
import Packet
import Proxy
import Tables

/// Captures judged for their totals alone, by one or several engines.
///
/// With several, packets are read by whichever thread is free, dealt out by their address pairs, and judged by each
/// pair's own engine in the captures' order. So the totals do not depend on the number of threads, as long as no engine's
/// tables overflow: every engine has room for all connections.
final class ReplayTotals: Sendable {
  private let tables: Tables
  private let lookup: LookupTables
  private let options: EngineOptions
  private let proxies: ProxySettings
  private let sampling: PacketTimer.Sampling?
  private let progress: ProgressBar

  /// - Parameter sampling: nil when no packet is timed.
  init(
    tables: Tables, options: EngineOptions, vantage: Vantage, proxies: ProxySettings, sampling: PacketTimer.Sampling?,
    progress: ProgressBar
  ) {
    self.progress = progress
    self.tables = tables
    self.options = options
    self.proxies = proxies
    self.sampling = sampling
    lookup = LookupTables(tables, vantage: vantage)
  }

  /// What a run over the captures found.
  struct Outcome {
    var counters: EngineCounters
    var proxies: ProxyCounters
    var drops: [DropTally]
    var latency: LatencyRecorder?
    var damage: [CaptureError]
    var order: CaptureOrder
  }

  /// Reads the captures to their end.
  func run(_ capture: consuming MergedCapture, threads: Int) throws(SystemThread.Failure) -> Outcome {
    // Packets of a stream do not stay where they are while others are read. Sightings of one packet have to meet in one
    // engine, and by their addresses translated ones would not.
    threads > 1 && capture.packetsAreStable && !options.findsSightings
      ? try runTogether(capture, threads) : runAlone(capture)
  }

  private func runAlone(_ capture: consuming MergedCapture) -> Outcome {
    var worker = ReplayWorker(lookup, options, ProxyStage(tables, proxies), sampling, capacity: Replay.batch)
    var packets = CapturedPackets(capacity: Replay.batch)
    var prepared = PreparedPackets(capacity: Replay.batch)
    var number = 0
    var order = CaptureOrder()
    while true {
      capture.next(&packets)
      guard packets.count > 0 else { break }
      if sampling == nil {
        prepared.prepare(packets, lookup)
        worker.judge(packets, prepared, engine: 0, from: number)
        order.review(packets, times: prepared.times)
      } else {
        worker.judgeEach(packets, from: number)
        order.review(packets)
      }
      number += packets.count
      progress.advance(packets)
    }
    worker.finish()
    return Outcome(
      counters: worker.counters, proxies: worker.proxyCounters, drops: [worker.drops], latency: worker.latency,
      damage: capture.damage, order: order)
  }

  private func runTogether(
    _ capture: consuming MergedCapture, _ threads: Int
  ) throws(SystemThread.Failure) -> Outcome {
    let queue = ChunkQueue(capture, lookup, engines: threads)
    let results = ResultBox(count: threads)
    try Threads.run(threads) { [tables, lookup, options, proxies, sampling, progress] number in
      var worker = ReplayWorker(lookup, options, ProxyStage(tables, proxies), sampling, capacity: ChunkQueue.chunk)
      var order = CaptureOrder()
      queue.work(as: number) { packets, prepared, first, upcoming in
        worker.judge(packets, prepared, engine: number, from: first, upcoming: upcoming)
        // Every engine sees every chunk.
        guard number == 0 else { return }
        order.review(packets, times: prepared.times)
        progress.advance(packets)
      }
      worker.finish()
      results.set(
        .init(
          counters: worker.counters, proxies: worker.proxyCounters, drops: worker.drops, latency: worker.latency,
          order: order),
        at: number)
    }
    var counters = EngineCounters()
    var proxyCounters = ProxyCounters()
    var latency: LatencyRecorder?
    for result in results.all {
      counters.add(result.counters)
      proxyCounters.add(result.proxies)
      guard let recorder = result.latency else { continue }
      if latency == nil { latency = recorder } else { latency?.add(recorder) }
    }
    return Outcome(
      counters: counters, proxies: proxyCounters, drops: results.all.map(\.drops), latency: latency,
      damage: queue.damage, order: results.all.first?.order ?? CaptureOrder())
  }

  /// Names what was found; the time is the caller's to add.
  func statistics(_ outcome: Outcome) -> ReplayStatistics {
    var statistics = ReplayStatistics(outcome.counters)
    statistics.take(outcome.proxies)
    statistics.deniedPairs = DropTally.pairs(outcome.drops, tables)
    if let latency = outcome.latency { statistics.take(latency) }
    return statistics
  }
}

/// An engine and what it is asked for.
struct ReplayWorker: ~Copyable {
  private let lookup: LookupTables
  private var engine: Engine
  private var reports: VerdictReports
  private var proxies: ProxyStage?
  private var timer: PacketTimer?
  private(set) var drops = DropTally()

  /// - Parameter proxies: nil where no policy has any.
  init(
    _ lookup: LookupTables, _ options: EngineOptions, _ proxies: consuming ProxyStage?,
    _ sampling: PacketTimer.Sampling?, capacity: Int
  ) {
    self.lookup = lookup
    engine = Engine(sharing: lookup, options: options)
    reports = VerdictReports(proxies == nil ? .drops : [.drops, .redirected], capacity: capacity)
    self.proxies = proxies
    timer = nil
    if let sampling { timer = PacketTimer(sampling, capacity: capacity) }
  }

  var latency: LatencyRecorder? {
    switch timer {
    case .some(let timer): timer.recorder
    case nil: nil
    }
  }

  var counters: EngineCounters { engine.counters }

  var proxyCounters: ProxyCounters {
    switch proxies {
    case .some(let proxies): proxies.counters
    case nil: ProxyCounters()
    }
  }

  /// To be called at the captures' end.
  mutating func finish() {
    while proxies?.judgeWaiting(with: &engine) != nil {}
  }

  /// - Parameters:
  ///   - first: the number of the first packet in the captures.
  ///   - upcoming: as for `Engine.judge`.
  mutating func judge(
    _ packets: borrowing CapturedPackets, _ prepared: borrowing PreparedPackets, engine number: Int, from first: Int,
    upcoming: UnsafeRawPointer? = nil
  ) {
    if timer == nil {
      engine.judge(packets, prepared, engine: number, upcoming: upcoming, reports: &reports)
    } else {
      timer?.judge(packets, prepared, engine: number, with: &engine, reports: &reports)
    }
    tally(packets, from: first)
  }

  /// Judges and times all of them.
  mutating func judgeEach(_ packets: borrowing CapturedPackets, from first: Int) {
    timer?.judge(packets, with: &engine, reports: &reports)
    tally(packets, from: first)
  }

  private mutating func tally(_ packets: borrowing CapturedPackets, from first: Int) {
    for position in 0..<reports.count {
      let report = reports[position]
      let packet = packets[Int(report.index)]
      var verdict = report.verdict
      if Proxies.concerns(verdict) {
        let view = lookup.view(of: packet)
        _ =
          timer?.judge(view, &verdict, by: &proxies, with: &engine)
          ?? proxies?.judge(view, &verdict, with: &engine)
      }
      guard report.verdict.verdict == .dropped, verdict.verdict == .dropped else { continue }
      drops.add(packet, verdict, lookup, number: first + Int(report.index))
    }
  }
}
