public import ArgumentParser
import Compiler
import Dataplane
import Flow
import Glibc
public import Kernel
import Manifest
import Policy
import Proxy
import Tables

/// `weir attach`: the policies in the kernel, on a real interface.
struct AttachCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case compact, dict, table, tab, jsonpb, json }
  enum Direction: String, ExpressibleByArgument, CaseIterable { case ingress, egress, both }
  enum Mode: String, ExpressibleByArgument, CaseIterable { case audit, enforce }

  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Judge the packets of a network interface in the kernel, and report them (root).",
    discussion: """
      Loads the compiled tables into BPF maps and attaches Weir's program to the interface. In audit mode nothing is \
      dropped: what policy would refuse is reported as AUDIT. The policies are read again on SIGHUP and whenever files \
      under -f change; new tables take effect in one step, and when they have errors the old ones stay. SIGINT and \
      SIGTERM detach the program.

      Packets of entries that redirect pass, for Weir is no proxy. Copies of them are read: requests and server names are \
      reported as a proxy would have judged them, and addresses are learnt from the DNS answers that DNS rules let \
      through. --enforce-sni drops the rest of a connection that asks for a refused server.

      Exit code 0; 64 for wrong usage, 65 for unreadable input, 66 when there is no such interface or endpoint, 69 when \
      the kernel lacks something or the interface is taken, 74 when the interface goes away or writing fails, 77 \
      without the privileges.
      """)

  @Argument(help: ArgumentHelp("The interface.", valueName: "interface"))
  var interface: String

  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup var consoleOptions: ConsoleOptions

  @Option(help: "tc, or xdp for what the interface receives only.")
  var hook = DatapathOptions.Hook.tc

  @Option(
    help: ArgumentHelp(
      "Which packets of the interface: those it receives, those it sends, or both (default; with xdp: ingress).",
      valueName: "ingress|egress|both"))
  var direction: Direction?

  @Option(help: ArgumentHelp("Only report, or drop what policy refuses too.", valueName: "audit|enforce"))
  var mode = Mode.audit

  @Flag(
    name: .customLong("enforce-sni"),
    help: "Drop the rest of a TLS connection whose server name no rule allows (needs --mode enforce).")
  var enforceSNI = false

  @Option(
    help: ArgumentHelp(
      "The endpoint whose interface it is; default: packets belong to whoever has their addresses.",
      valueName: "namespace/name"))
  var endpoint: String?

  @Option(
    help: ArgumentHelp(
      """
      With --endpoint, which end of its pair of devices the interface is: what the host's end receives the endpoint has \
      sent. Default: the pod's if the interface has the endpoint's address, else the host's.
      """, valueName: "host|pod"))
  var side: EndpointSide?

  @Option(
    help: ArgumentHelp(
      "How to hold on to tc: a tcx link, gone with the process whatever ends it, or a clsact filter for kernels without.",
      valueName: "auto|tcx|clsact"))
  var means = InterfaceAttachment.Preference.automatic

  @Option(help: ArgumentHelp("The layout of the maps: Weir's, which is faster, or Cilium's.", valueName: "own|cilium"))
  var layout = DatapathOptions.Layout.own

  @Option(help: ArgumentHelp("Connections remembered for each IP version.", valueName: "number"))
  var connections = 524_288

  @Option(name: .shortAndLong, help: "compact, dict, table (alias tab; printed at the end), jsonpb (alias json).")
  var output = Format.compact

  @Flag(inversion: .prefixedNo, help: "Read the input again when files change, not only on SIGHUP.")
  var watch = true

  @OptionGroup var printing: PrintingOptions

  @Option(help: ArgumentHelp("Serve metrics for Prometheus at /metrics.", valueName: "addr:port"))
  var metrics: MetricsAddress?

  func validate() throws {
    try input.requireFiles()
    _ = try selection()
    if hook == .xdp, direction == .egress || direction == .both {
      throw ValidationError("xdp sees only what an interface receives: --direction ingress")
    }
    if enforceSNI, mode != .enforce { throw ValidationError("--enforce-sni needs --mode enforce") }
    if side != nil, endpoint == nil { throw ValidationError("--side needs --endpoint") }
    guard (1024...16_777_216).contains(connections) else {
      throw ValidationError("--connections takes a number from 1024 to 16777216")
    }
  }

  private func selection() throws -> FlowSelection {
    try FilterOptions.selection(of: Array(CommandLine.arguments.dropFirst()))
  }

  func run() throws {
    let console = consoleOptions.console
    StandardOutput.ignoreBrokenPipes()
    do throws(KernelError) {
      try KernelSupport.check()
      _ = try NetworkInterface(named: interface)
    } catch {
      console.report(error)
      throw error.exitStatus
    }
    let workspace = try Workspace(input, console: console)
    // From here on an interrupted run has something to undo.
    let signals = SignalQueue([SIGINT, SIGTERM, SIGHUP])
    do {
      var session = try begin(workspace, signals, console)
      let ending = try session.run()
      try session.finish()
      try end(ending, console)
    } catch let error as KernelError {
      console.report(error)
      throw error.exitStatus
    }
  }

  private func begin(
    _ workspace: Workspace, _ signals: SignalQueue, _ console: Console
  ) throws -> LiveSession {
    var setup = LiveSetup(
      input: input, console: console, endpoint: endpoint, drops: mode == .enforce, enforcesServerNames: enforceSNI,
      recordsEveryPacket: printing.packets, watches: watch)
    // Objects that were refused from the beginning do not stop a reload; new ones do.
    if workspace.refusedCount == 0 { setup.input.strict = true }
    let names = NameStage(workspace.compilation.input, workspace.tables, vantage: .node)
    let fitted = try fit(names.tables, setup)
    let server = try metricsServer(console)
    let interface = try NetworkInterface(named: interface)
    let datapath = try Datapath(
      tables: fitted.tables, options: options(fitted.endpoint, learnsNames: names.changesTables))
    let side = self.side ?? fitted.endpoint.map { Self.side(of: interface, fitted.tables.endpoints[$0]) } ?? .host
    let points = points
    let attachment = try datapath.attach(to: interface, at: points, side: side, preference: means)
    let set = TableSet(
      fitted.tables, generation: datapath.generation,
      policyCount: workspace.policies.count(where: \.isAccepted), recordsEveryPacket: printing.packets,
      interface: interface)
    announce(attachment.hooks, side, set, learnsNames: names.changesTables, console)
    let proxies = Proxies(fitted.tables, settings: ProxySettings(live: workspace))
    let parts = LiveSession.Parts(
      datapath: datapath, names: names, proxies: proxies, attachment: attachment, signals: signals, server: server,
      output: EventOutput(printOptions))
    return LiveSession(parts, set, setup, try selection())
  }

  private func fit(_ tables: Tables, _ setup: LiveSetup) throws -> (tables: Tables, endpoint: Int?) {
    do throws(LiveSetup.Unfit) {
      return try setup.fit(tables)
    } catch {
      setup.console.report(Diagnostic(.error, at: nil, error.reason, hint: error.hint))
      throw ExitStatus.missingInput
    }
  }

  private func metricsServer(_ console: Console) throws -> MetricsServer? {
    guard let metrics else { return nil }
    do throws(MetricsServer.Failure) {
      return try MetricsServer(metrics)
    } catch {
      console.report(
        Diagnostic(.error, at: nil, "--metrics \(metrics.description): cannot be served: \(error.reason)"))
      throw error.isPermission ? ExitStatus.notPermitted : ExitStatus.unavailable
    }
  }

  private func options(_ endpoint: Int?, learnsNames: Bool) -> DatapathOptions {
    var options = DatapathOptions()
    options.followsProxied = true
    options.spareEntries = learnsNames ? LiveSetup.spareEntries : 0
    options.hooks = [hook]
    options.layout = layout
    options.observeOnly = mode == .audit
    options.events = printing.packets ? .all : .verdicts
    options.endpoint = endpoint
    options.maximumConnections = connections
    return options
  }

  private var points: [HookPoint] {
    switch (hook, direction ?? .both) {
    case (.xdp, _): [.xdp]
    case (.tc, .ingress): [.tcIngress]
    case (.tc, .egress): [.tcEgress]
    case (.tc, .both): [.tcIngress, .tcEgress]
    }
  }

  private static func side(of interface: NetworkInterface, _ endpoint: Endpoint) -> EndpointSide {
    Set(interface.addresses).isDisjoint(with: endpoint.addresses) ? .host : .pod
  }

  /// Says what the hooks mean here.
  private func announce(
    _ hooks: [InterfaceAttachment.Hook], _ side: EndpointSide, _ set: TableSet, learnsNames: Bool, _ console: Console
  ) {
    console.say("attached to \(interface) in \(mode.rawValue) mode: \(set.summary)")
    for hook in hooks {
      let meaning: String
      if let endpoint {
        meaning =
          hook.point.hop(at: side) == .egress
          ? "what \(endpoint) sends, by its egress policy" : "what \(endpoint) is sent, by its ingress policy"
      } else {
        let way = hook.point == .tcEgress ? "sends" : "receives"
        meaning = "what \(interface) \(way), by the policies of both ends' addresses"
      }
      console.say("  \(hook.point.description) (\(hook.means.rawValue)): \(meaning)")
    }
    if !set.tables.redirects.isEmpty {
      let names = enforceSNI ? ", but connections for refused servers are ended" : ""
      console.say("  layer 7: what goes to proxies passes and is reported\(names)")
    }
    if learnsNames, hooks.count == 1 {
      console.report(
        Diagnostic(
          .warning, at: nil, "names are not learnt: the answers of DNS servers and the queries are not both seen",
          hint: "without --hook xdp and --direction, they are", identifier: "one-way"))
    }
  }

  private var printOptions: FlowPrintOptions {
    printing.flowOptions(format: output.rawValue, color: consoleOptions.colorsOutput)
  }

  private func end(_ ending: LiveSession.Ending, _ console: Console) throws {
    switch ending {
    case .signal, .enough: return
    case .cannotWrite(let number):
      console.report(
        Diagnostic(.error, at: nil, "standard output: cannot be written: \(String(cString: strerror(number)))"))
    case .detached:
      console.report(Diagnostic(.error, at: nil, "somebody else has detached the program from \(interface)"))
    case .interfaceIsGone:
      console.report(Diagnostic(.error, at: nil, "the interface \(interface) is gone, and the program with it"))
    }
    throw ExitStatus.inputOutput
  }
}

extension DatapathOptions.Hook: ExpressibleByArgument {}
extension DatapathOptions.Layout: ExpressibleByArgument {}
extension EndpointSide: ExpressibleByArgument {}
extension InterfaceAttachment.Preference: ExpressibleByArgument {}
