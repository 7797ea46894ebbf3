import ArgumentParser
import Capture
import Cluster
import Compiler
import Dataplane
import Kernel
import Latency
import Manifest
import Names
import Packet
import Proxy
import Tables

/// `weir bench`: how long a verdict takes.
struct BenchCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how long verdicts take, hop by hop, and how many there are in a second.",
    discussion: """
      Judges the packets of captures again and again from memory, or without a capture those of synthetic connections: \
      between the endpoints of the cluster given with -f, or of a synthetic one. Says what the times include, what \
      reading the clock costs, and whether the times add up.

      Exit code 0; 65 for unreadable input or when there is no packet, 66 for missing input; 69 and 77 when \
      --kernel-scale cannot use the kernel.
      """)

  @Argument(
    help: ArgumentHelp("Captures: pcap or pcapng, gzip-compressed or not; - is standard input.", valueName: "capture"))
  var captures: [String] = []

  @OptionGroup var input: InputOptions
  @OptionGroup var consoleOptions: ConsoleOptions

  @Option(name: .shortAndLong, help: "text, or json for one object.")
  var output = Format.text

  @Option(help: ArgumentHelp("Pods of the synthetic cluster (default: 500).", valueName: "number"))
  var pods: Int?

  @Option(help: ArgumentHelp("Policies of the synthetic cluster (default: 200).", valueName: "number"))
  var policies: Int?

  @Option(help: ArgumentHelp("Synthetic connections (default: 10000).", valueName: "number"))
  var flows: Int?

  @Option(help: ArgumentHelp("What the synthetic cluster and connections are drawn from.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("How long to measure throughput, and again latency.", valueName: "number"))
  var seconds = 1.0

  @Option(help: ArgumentHelp("Time only one group of packets in so many.", valueName: "number"))
  var latencySample = 1

  @Flag(inversion: .prefixedNo, help: "Measure the kernel's program over the same packets too, where it can be loaded.")
  var kernel = true

  @Flag(help: "Measure only the kernel's maps and program, with tables of growing sizes (root).")
  var kernelScale = false

  @Option(help: ArgumentHelp("Read only packets that match, in the syntax of tcpdump.", valueName: "expression"))
  var filter: String?

  /// What captures may take in memory; the rest is left out, and that is said.
  private static let memory = 1 << 30

  func validate() throws {
    try Self.check(pods, "--pods", 2...65_000)
    try Self.check(policies, "--policies", 0...100_000)
    try Self.check(flows, "--flows", 1...1_000_000)
    try Self.check(latencySample, "--latency-sample", 1...1_000_000)
    guard seconds.isFinite, (0...3600).contains(seconds) else {
      throw ValidationError("--seconds takes a number from 0 to 3600")
    }
    guard captures.isEmpty || flows == nil else { throw ValidationError("--flows is for runs without a capture") }
    guard !captures.isEmpty || filter == nil else { throw ValidationError("--filter needs a capture") }
    guard input.filenames.isEmpty || (pods == nil && policies == nil) else {
      throw ValidationError("--pods and --policies are for runs without -f")
    }
    if !captures.isEmpty { try input.requireFiles() }
    guard captures.filter({ $0 == "-" }).count + input.filenames.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("standard input can be read only once: - stands for one capture or one -f")
    }
  }

  private static func check(_ number: Int?, _ name: String, _ range: ClosedRange<Int>) throws {
    guard number.map(range.contains) ?? true else {
      throw ValidationError("\(name) takes a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  private func measureScale(_ console: Console) throws {
    var rows: [KernelScale.Row] = []
    do throws(KernelError) {
      try KernelSupport.check()
      try KernelScale.measure { rows.append($0) }
    } catch {
      console.report(error)
      throw error.exitStatus
    }
    switch output {
    case .text: try StandardOutput.print(KernelScale.text(rows))
    case .json: try StandardOutput.print(KernelScale.json(rows))
    }
  }

  func run() throws {
    let console = consoleOptions.console
    if kernelScale { return try measureScale(console) }
    var builder = PacketLoad.Builder(limit: Self.memory)
    var description = BenchInput(cluster: "", traffic: "")
    if !captures.isEmpty { description.traffic = try readCaptures(&builder, console) }
    var workspace = try workspace(&description, console)
    try learnNames(&workspace, console)
    if captures.isEmpty {
      description.traffic = try makeTraffic(workspace.tables, &builder, console)
      description.seed = seed
    }
    guard builder.count > 0 else {
      console.report(Diagnostic(.error, at: nil, "there was no packet to judge"))
      throw ExitStatus.badData
    }
    let load = PacketLoad(builder)
    var proxies = ProxySettings(workspace, judgesQUIC: false)
    proxies.recordsEvents = false
    var bench = EngineBench(workspace.tables, EngineOptions(), proxies)
    let sampling = PacketTimer.Sampling(counter: .init(), interval: latencySample)
    var figures = [bench.measure(load, seconds: seconds, sampling: sampling)]
    figures += kernelFigures(load, workspace.tables, console)
    switch output {
    case .text:
      let style = TextStyle(usesColor: consoleOptions.colorsOutput, width: StandardOutput.width)
      let text = BenchText(
        input: description, packets: load.count, figures: figures, style: style,
        usesBlocks: StandardOutput.isTerminal)
      try StandardOutput.print(text.text())
    case .json:
      var json = JSONWriter()
      BenchJSON(input: description, packets: load.count, bytes: load.byteCount, figures: figures).write(to: &json)
      try StandardOutput.print(json.bytes)
    }
  }

  /// What the captures' DNS answers teach, as of their end: the benchmarks' tables do not change.
  private func learnNames(_ workspace: inout Workspace, _ console: Console) throws {
    guard !captures.isEmpty, !captures.contains("-"), workspace.compilation.input.learnsNames else { return }
    workspace.resolve(try CapturedNames(captures, workspace, console).addresses)
  }

  /// Where the kernel may not be used, why is said, and the engine's figures stand alone.
  private func kernelFigures(_ load: borrowing PacketLoad, _ tables: Tables, _ console: Console) -> [BackEndFigures] {
    guard kernel else { return [] }
    var result: [BackEndFigures] = []
    do throws(KernelError) {
      try KernelSupport.check()
      for layout in [DatapathOptions.Layout.own, .cilium] {
        var bench = try KernelBench(tables, layout)
        if let figures = try bench.measure(load, seconds: seconds) { result.append(figures) }
      }
    } catch {
      console.say("the kernel's program is not measured: \(error)")
    }
    return result
  }

  private func readCaptures(_ builder: inout PacketLoad.Builder, _ console: Console) throws -> String {
    do throws(CaptureError) {
      var capture = try MergedCapture(paths: captures, filter: filter)
      builder.read(&capture)
      for damage in capture.damage { console.report(Diagnostic(damage, .warning)) }
      let isCut = builder.isFull && capture.next() != nil
      let count = BenchText.grouped(UInt64(builder.count))
      return "\(isCut ? "the first " : "")\(count) of \(captures.joined(separator: ", "))"
    } catch {
      console.report(Diagnostic(error, .error))
      throw error.exitStatus
    }
  }

  private func workspace(_ description: inout BenchInput, _ console: Console) throws -> Workspace {
    if !input.filenames.isEmpty {
      let workspace = try Workspace(input, console: console)
      let (endpoints, policies) = (workspace.tables.endpoints.count, workspace.policies.count)
      description.cluster =
        "\(input.filenames.joined(separator: ", ")): \(endpoints) endpoints, \(policies) policies"
      return workspace
    }
    let cluster = SyntheticCluster(pods: pods ?? 500, policies: policies ?? 200, seed: seed)
    var reader = ClusterReader(overrides: input.overrides)
    reader.read(text: cluster.yaml(), file: "synthetic.yaml")
    description.cluster = "synthetic, seed \(seed): \(cluster.pods) pods, \(cluster.policies) policies"
    // What is odd about random policies is of no interest.
    var quiet = console
    quiet.verbosity = .quiet
    return try Workspace(reader.inventory(), input, loading: .zero, console: quiet)
  }

  private func makeTraffic(
    _ tables: Tables, _ builder: inout PacketLoad.Builder, _ console: Console
  ) throws -> String {
    guard var traffic = SyntheticTraffic(tables, seed: seed) else {
      console.report(
        Diagnostic(
          .error, at: nil, "there are no two local endpoints with addresses for connections between them",
          hint: "name a capture"))
      throw ExitStatus.badData
    }
    traffic.packets(flows ?? 10_000, into: &builder)
    let (packets, flows) = (BenchText.grouped(UInt64(builder.count)), BenchText.grouped(UInt64(flows ?? 10_000)))
    return "synthetic, seed \(seed): \(packets) of \(flows) connections, cut to \(SyntheticFrame.snapLength) bytes"
  }
}
