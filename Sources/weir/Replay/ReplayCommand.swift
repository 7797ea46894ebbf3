import ArgumentParser
import Capture
import Cluster
import Compiler
import Dataplane
import Flow
import Manifest
import Names
import Packet
import Proxy
import Tables

/// `weir replay`: captures against policies.
struct ReplayCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case compact, dict, table, tab, jsonpb, json, summary
  }

  private static let mostThreads = 256

  enum Midstream: String, ExpressibleByArgument, CaseIterable { case allow, judge }

  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replay captures against policies and report what would have been let through.",
    discussion: """
      Reads the captures in time order, judges every packet as Cilium's datapath would and prints, as hubble observe \
      does, one event per new connection and hop and one for each drop. A summary follows on standard error.

      Exit code 0 whatever the verdicts; 65 for unreadable input, 66 for missing input, 74 when writing fails.
      """)

  @Argument(
    help: ArgumentHelp("Captures: pcap or pcapng, gzip-compressed or not; - is standard input.", valueName: "capture"))
  var captures: [String]

  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup var consoleOptions: ConsoleOptions

  @Option(
    name: .shortAndLong,
    help: "compact, dict, table (alias tab), jsonpb (alias json), or summary for the totals only.")
  var output = Format.compact

  @OptionGroup var printing: PrintingOptions

  @Option(help: ArgumentHelp("Read only packets that match, in the syntax of tcpdump.", valueName: "expression"))
  var filter: String?

  @Option(help: ArgumentHelp("Write the totals as JSON; - is standard output.", valueName: "path"))
  var statsJson: String?

  @Option(
    help: ArgumentHelp(
      "TCP connections that began before the capture: judge them as new ones, as Cilium does, or allow them.",
      valueName: "judge|allow"))
  var midstream = Midstream.judge

  @Option(
    help: ArgumentHelp(
      """
      Where captures were taken. endpoint: at single pods' devices, tunnels stay closed; node: at devices of nodes, \
      where one packet may pass several, tunnels between nodes are opened; overlay: between nodes, all tunnels are \
      opened but those of pods; auto: node, looking for repeated packets only in captures of several files or \
      interfaces.
      """, valueName: "auto|endpoint|node|overlay"))
  var vantage = VantageOption.auto

  @Option(
    help: ArgumentHelp(
      "Whether demanded authentication succeeds, where both ends have a certificate.", valueName: "succeed|fail"))
  var authentication = AuthenticationOption.succeed

  @Flag(help: "Judge the server names of redirected QUIC connections too, which Cilium does not.")
  var quicSni = false

  @Option(help: ArgumentHelp("How many threads judge packets, where only totals are wanted (default: one per core)."))
  var threads: Int?

  @OptionGroup var latency: LatencyOptions

  func validate() throws {
    try input.requireFiles()
    _ = try selection()
    guard threads.map({ (1...Self.mostThreads).contains($0) }) ?? true else {
      throw ValidationError("--threads takes a number from 1 to \(Self.mostThreads)")
    }
    guard captures.filter({ $0 == "-" }).count + input.filenames.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("standard input can be read only once: - stands for one capture or one -f")
    }
  }

  private func selection() throws -> FlowSelection {
    try FilterOptions.selection(of: Array(CommandLine.arguments.dropFirst()))
  }

  func run() throws {
    let console = consoleOptions.console
    let selection = try selection()
    let capture = try open(console)
    let workspace = try Workspace(input, console: console)
    var options = EngineOptions()
    options.assumeAuthenticated = authentication == .succeed
    options.midstream = midstream == .judge ? .judge : .allow
    options.findsSightings = vantage.findsSightings(capture.points)
    let assumption = vantage.assumption(capture.points)
    console.report(Diagnostic(.note, at: nil, "\(assumption): \(vantage.reason(capture.points))"))
    if output == .summary, !workspace.compilation.input.learnsNames {
      try total(capture, workspace, options, assumption, console)
    } else {
      try print(capture, workspace, selection, options, assumption, console)
    }
  }

  /// Judges for the totals alone.
  private func total(
    _ capture: consuming MergedCapture, _ workspace: Workspace, _ options: EngineOptions, _ assumption: String,
    _ console: Console
  ) throws {
    let progress = ProgressBar(captures, console: console, writesEvents: false)
    var proxies = ProxySettings(workspace, judgesQUIC: quicSni)
    proxies.recordsEvents = false
    let replay = ReplayTotals(
      tables: workspace.tables, options: options, vantage: vantage.vantage, proxies: proxies,
      sampling: latency.sampling, progress: progress)
    let start = ContinuousClock.now
    let outcome: ReplayTotals.Outcome
    do throws(SystemThread.Failure) {
      outcome = try replay.run(capture, threads: threads ?? Cores.count)
    } catch {
      console.report(Diagnostic(.error, at: nil, error.description, hint: "--threads 1 needs none"))
      throw ExitStatus.unavailable
    }
    let duration = ContinuousClock.now - start
    progress.finish()
    var statistics = replay.statistics(outcome)
    statistics.vantage = assumption
    statistics.seconds = Workspace.seconds(duration)
    try finish(statistics, outcome.damage, outcome.order, readerIsGone: false, console)
  }

  /// Judges in the captures' order: for events, and wherever a packet may change what the next one meets.
  private func print(
    _ capture: consuming MergedCapture, _ workspace: Workspace, _ selection: FlowSelection,
    _ options: EngineOptions, _ assumption: String, _ console: Console
  ) throws {
    let isSummary = output == .summary
    var proxies = ProxySettings(workspace, judgesQUIC: quicSni)
    proxies.recordsEvents = !isSummary
    proxies.keepsAnswers = true
    var replay = Replay(
      names: NameStage(workspace.compilation.input, workspace.tables, vantage: vantage.vantage),
      output: ReplayOutput(selection, isSummary ? nil : FlowWriter(descriptor: 1, options: printOptions)),
      recordsEveryPacket: printing.packets && !isSummary, options: options, proxies: proxies, sampling: latency.sampling
    )
    let progress = ProgressBar(captures, console: console, writesEvents: !isSummary)
    defer { progress.finish() }
    let start = ContinuousClock.now
    do {
      try replay.run(&capture, onlyForReader: statsJson == nil, progress: progress)
    } catch let failure as FlowWriter.Failure {
      console.report(Diagnostic(.error, at: nil, "standard output: \(failure)"))
      throw ExitStatus.inputOutput
    }
    var statistics = replay.statistics()
    statistics.vantage = assumption
    statistics.seconds = Workspace.seconds(ContinuousClock.now - start)
    try finish(statistics, capture.damage, replay.order, readerIsGone: replay.readerIsGone, console)
  }

  private func finish(
    _ statistics: ReplayStatistics, _ damage: [CaptureError], _ order: CaptureOrder, readerIsGone: Bool,
    _ console: Console
  ) throws {
    for damage in damage { console.report(Diagnostic(damage, .warning)) }
    if order.count > 0 {
      console.report(
        Diagnostic(
          .warning, at: nil,
          "packets more than a second behind others before them: \(BenchText.grouped(order.count))",
          hint: "within a capture packets are judged in the order of the file; reordercap puts them in order of time",
          identifier: WarningIdentifier.outOfOrder.rawValue))
    }
    if readerIsGone, statsJson == nil { return }
    if statistics.packets == 0 {
      console.report(
        Diagnostic(.warning, at: nil, "there was no packet to judge", identifier: WarningIdentifier.noPackets.rawValue))
    }
    warn(of: statistics, console)
    try write(statistics, readerIsGone: readerIsGone, console)
  }

  /// What makes all verdicts worthless, or some of them guesses.
  private func warn(of statistics: ReplayStatistics, _ console: Console) {
    if statistics.packets > 0, statistics.verdicts.unjudged == statistics.packets {
      let isForeign = statistics.packetsBy.other == statistics.packets
      console.report(
        Diagnostic(
          .warning, at: nil, "no packet was judged",
          hint: isForeign
            ? "none could be read as IP: weir dissect shows the capture's link type"
            : "no endpoint with a policy has an address of the capture: is the input of the same cluster?",
          identifier: WarningIdentifier.nothingJudged.rawValue))
    }
    guard statistics.packetsBy.truncated > 0 else { return }
    let count = BenchText.grouped(statistics.packetsBy.truncated)
    console.report(
      Diagnostic(
        .warning, at: nil, "packets cut within their headers: \(count)",
        hint: "what the capture cut is judged by its ports where they are there, and is UNJUDGED where they are not",
        identifier: WarningIdentifier.cutHeaders.rawValue))
  }

  private func open(_ console: Console) throws -> MergedCapture {
    do throws(CaptureError) {
      return try MergedCapture(paths: captures, filter: filter)
    } catch {
      console.report(Diagnostic(error, .error))
      throw error.exitStatus
    }
  }

  private var printOptions: FlowPrintOptions {
    printing.flowOptions(format: output.rawValue, color: consoleOptions.colorsOutput)
  }

  private func write(_ statistics: ReplayStatistics, readerIsGone: Bool, _ console: Console) throws {
    if output != .summary {
      if !readerIsGone { console.say("\n" + statistics.summary().dropLast()) }
    } else if statsJson == "-" {
      // Standard output is for the data then.
      console.say(String(statistics.summary().dropLast()))
    } else {
      try StandardOutput.print(statistics.summary())
    }
    guard let statsJson else { return }
    let json = statistics.json()
    if statsJson == "-" { return try StandardOutput.print(json) }
    do {
      try WholeFile.write(json, to: statsJson)
    } catch {
      console.report(Diagnostic(.error, at: Location(file: statsJson), "cannot be written: \(error)"))
      throw ExitStatus.inputOutput
    }
  }
}

extension Diagnostic {
  init(_ error: CaptureError, _ severity: Severity) {
    self.init(severity, at: Location(file: error.file), error.reason.description, hint: error.hint)
  }
}
