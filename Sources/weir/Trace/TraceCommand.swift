import Addresses
import ArgumentParser
import FoundationEssentials
import Glibc
import Manifest

/// `weir trace`: would this connection be allowed, and why?
struct TraceCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Would this connection be allowed, and why?",
    discussion: """
      Asks the egress policy of the source and the ingress policy of the destination. An end is NAMESPACE/POD, an IP \
      address, or reserved:host, reserved:health, reserved:ingress.

      Exit code 0 whatever the verdict; 66 when an end is not in the input, 65 for unreadable input.
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var consoleOptions: ConsoleOptions

  @Option(help: ArgumentHelp("Where the connection comes from.", valueName: "end"))
  var from: String?

  @Option(help: ArgumentHelp("Where it goes.", valueName: "end"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "Destination port and protocol (default TCP): 80, 53/UDP, http/TCP.", valueName: "port[/protocol]"))
  var toPort: String?

  @Option(help: ArgumentHelp("ICMP type instead of a port; ICMPv6 when an end has an IPv6 address.", valueName: "type"))
  var icmpType: UInt8?

  @OptionGroup(title: "What the connection carries") var layer7: Layer7Options

  @Option(
    name: .customLong("capture"),
    help: ArgumentHelp(
      "A capture whose DNS answers count, as at its end: names learnt from them are known to toFQDNs. Repeatable.",
      valueName: "capture"))
  var captures: [String] = []

  @Option(
    help: ArgumentHelp("Many connections at once: JSON lines in a file, or - for standard input.", valueName: "file"))
  var probes: String?

  @Option(help: ArgumentHelp("Whether demanded authentication succeeds.", valueName: "succeed|fail"))
  var authentication = AuthenticationOption.succeed

  @Flag(help: "Explain the verdicts of --probes in JSON too; all others are explained anyway.")
  var explain = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output = Format.text

  func validate() throws {
    try input.requireFiles()
    guard probes == nil else {
      if from != nil || to != nil || toPort != nil || icmpType != nil || layer7.isGiven {
        throw ValidationError(
          "--probes stands alone: leave out --from, --to, --to-port, --icmp-type and what the connection carries")
      }
      guard probes != "-" || !input.filenames.contains("-") else {
        throw ValidationError("standard input can be read only once: by --probes or by -f")
      }
      return
    }
    guard from != nil, to != nil else { throw ValidationError("give both --from and --to, or --probes") }
    guard (toPort != nil) != (icmpType != nil) else {
      throw ValidationError("give a port with --to-port or a type with --icmp-type")
    }
    _ = try singleProbe()
  }

  func run() throws {
    let console = consoleOptions.console
    let parsed = try probes == nil ? [singleProbe()] : readProbes(console)
    var workspace = try Workspace(input, console: console)
    let names = try captures.isEmpty ? nil : CapturedNames(captures, workspace, console)
    if let names { workspace.resolve(names.addresses) }
    let tracer = Tracer(workspace.compilation, compatibility: workspace.compatibility)
    let explains = probes == nil || explain || self.output == .text
    let explainer = explains ? TraceExplainer(workspace, tracer) : nil
    let notes = TraceNotes(tracer.tables)
    var output = StandardOutput()
    var failed = false
    for case (let place, let probe) in parsed {
      do throws(ProbeError) {
        var result = try tracer.trace(probe.get())
        result.answers = names?.answers(behind: result, tracer.tables) ?? []
        result.notes = notes.notes(result)
        write(result, explainer?.explain(result), tracer, to: &output)
      } catch {
        console.report(Diagnostic(.error, at: place, error.message, hint: error.hint))
        failed = true
        if self.output == .json { output.write("{\"error\":true}\n") }
      }
    }
    try output.finish()
    if failed { throw probes == nil ? ExitStatus.missingInput : ExitStatus.badData }
  }

  private func write(
    _ result: TraceResult, _ explanation: TraceExplanation?, _ tracer: Tracer, to output: inout StandardOutput
  ) {
    let succeeds = authentication == .succeed
    guard self.output == .json else {
      let style = TextStyle(usesColor: consoleOptions.colorsOutput, width: StandardOutput.width)
      let text = TraceText(tables: tracer.tables, authenticationSucceeds: succeeds, style: style)
      output.write(text.text(result, explanation ?? TraceExplanation()) + (probes == nil ? "" : "\n"))
      return
    }
    var json = JSONWriter()
    TraceJSON(tables: tracer.tables, authenticationSucceeds: succeeds).write(result, explanation, to: &json)
    json.line()
    output.write(json.bytes)
  }

  // MARK: Reading what is asked

  private typealias Asked = (place: Location?, probe: Result<Probe, ProbeError>)

  private func singleProbe() throws -> Asked {
    func end(_ text: String, _ flag: String) throws -> ProbeEnd {
      guard let end = ProbeEnd(text) else {
        throw ValidationError("\(flag) \(text): expected NAMESPACE/POD, an IP address or reserved:NAME")
      }
      return end
    }
    let source = try end(from ?? "", "--from")
    let destination = try end(to ?? "", "--to")
    do throws(ProbeError) {
      try Probe.requireOneFamily(source, destination)
    } catch {
      throw ValidationError([error.message, error.hint].compactMap(\.self).joined(separator: "; "))
    }
    if let icmpType {
      guard !layer7.isGiven else { throw ValidationError("ICMP carries neither HTTP, TLS nor DNS") }
      let isIPv6 = [source, destination].contains {
        if case .address(let address) = $0 { address.isIPv6 } else { false }
      }
      let probe = Probe(
        source: source, destination: destination, protocolNumber: isIPv6 ? 58 : 1, port: UInt16(icmpType))
      return (nil, .success(probe))
    }
    let parts = (toPort ?? "").split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let number = Probe.protocolNumber(parts.count == 2 ? String(parts[1]) : "TCP") else {
      throw ValidationError("--to-port \(toPort ?? ""): expected PORT/PROTOCOL, such as 80/TCP")
    }
    var probe = Probe(source: source, destination: destination, protocolNumber: number, port: 0)
    probe.layer7 = try layer7.question(protocolNumber: number)
    if let port = UInt16(parts[0]) {
      probe.port = port
    } else if parts[0].contains(where: \.isLetter) {
      probe.portName = String(parts[0])
    } else {
      throw ValidationError("--to-port \(toPort ?? ""): ports are 0 to 65535, or a name")
    }
    return (nil, .success(probe))
  }

  private func readProbes(_ console: Console) throws -> [Asked] {
    let path = probes ?? "-"
    let data: [UInt8]
    do throws(WholeFile.Failure) {
      data = try WholeFile.read(path == "-" ? nil : path)
    } catch {
      let reason = error.number == ENOENT ? "no such file" : error.description
      console.report(Diagnostic(.error, at: Location(file: path), reason))
      throw ExitStatus.missingInput
    }
    let decoder = JSONDecoder()
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line -> Asked? in
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) else { return nil }
      let place = Location(file: path == "-" ? "<stdin>" : path, position: Position(line: index + 1, column: 1))
      guard let decoded = try? decoder.decode(ProbeLine.self, from: Data(line)) else {
        return (
          place,
          .failure(
            ProbeError(
              message: "not a probe",
              hint:
                "for example {\"from\":{\"pod\":\"ns/a\"},\"to\":{\"ip\":\"10.0.0.1\"},\"protocol\":\"TCP\",\"port\":80}"
            ))
        )
      }
      return (place, Result { () throws(ProbeError) in try decoded.probe() })
    }
  }
}
