import ArgumentParser
import Glibc
import Kernel

/// `weir status`: what is attached, and whose it is.
struct StatusCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show where Weir's programs are attached in this network namespace (root).",
    discussion: """
      A program without a process was left behind by a run that was killed: weir detach removes it.

      Exit code 0, also when nothing is attached; 69 without BPF, 77 without the privileges.
      """)

  @OptionGroup var consoleOptions: ConsoleOptions

  @Option(name: .shortAndLong, help: "table or json.")
  var output = Format.table

  func run() throws {
    let console = consoleOptions.console
    let programs: [AttachedProgram]
    do throws(KernelError) {
      try KernelSupport.checkPermission()
      programs = try AttachedProgram.all()
    } catch {
      console.report(error)
      throw error.exitStatus
    }
    switch output {
    case .json: try StandardOutput.print(json(programs))
    case .table where programs.isEmpty: console.say("nothing of Weir's is attached in this network namespace")
    case .table: try StandardOutput.print(table(programs))
    }
  }

  private func table(_ programs: [AttachedProgram]) -> String {
    var table = TextTable(header: ["INTERFACE", "HOOK", "MEANS", "PROGRAM", "LINK", "MODE", "UPTIME", "PROCESS"])
    for program in programs {
      table.add([
        program.interface.name, program.point.description, program.means.rawValue, String(program.program),
        program.link.map(String.init) ?? "-", Self.mode(program) ?? "?", Self.uptime(program), Self.owner(program),
      ])
    }
    return (table.lines() + [""] + runs(programs).map(Self.totals)).joined(separator: "\n") + "\n"
  }

  /// The programs that count together, run by run: a run's hooks share their counters, so each has them all.
  private func runs(_ programs: [AttachedProgram]) -> [[AttachedProgram]] {
    var runs: [[AttachedProgram]] = []
    for program in programs {
      if let known = runs.firstIndex(where: { $0[0].counters != nil && $0[0].counters == program.counters }) {
        runs[known].append(program)
      } else {
        runs.append([program])
      }
    }
    return runs
  }

  private static func totals(_ run: [AttachedProgram]) -> String {
    let place = "\(run[0].interface.name) (\(run.map(\.point.description).joined(separator: " and ")))"
    guard let judged = run[0].judged, let dropped = run[0].dropped else {
      return "\(place): its counters cannot be read"
    }
    return "\(place): \(judged) judged, \(dropped) dropped\(run.count > 1 ? ", together" : "")"
  }

  private func json(_ programs: [AttachedProgram]) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.key("attached")
      json.array(programs) { json, program in
        json.object { json in
          json.field("interface", program.interface.name)
          json.field("interface_index", program.interface.index)
          json.field("hook", program.point.description)
          json.field("means", program.means.rawValue)
          json.field("program", program.program)
          json.field("program_name", program.name)
          if let link = program.link { json.field("link", link) }
          json.optional("mode", Self.mode(program) ?? "")
          json.field("uptime_seconds", Self.seconds(program))
          if let judged = program.judged { json.field("judged", judged) }
          if let dropped = program.dropped { json.field("dropped", dropped) }
          if let counters = program.counters { json.field("counters", counters) }
          json.key("processes")
          json.array(program.processes) { $0.value($1) }
          json.field("left_behind", program.processes.isEmpty)
        }
      }
    }
    json.line()
    return json.bytes
  }

  private static func mode(_ program: AttachedProgram) -> String? {
    program.observesOnly.map { $0 ? "audit" : "enforce" }
  }

  private static func owner(_ program: AttachedProgram) -> String {
    program.processes.isEmpty
      ? "none: left behind, weir detach \(program.interface.name) removes it"
      : program.processes.map(String.init).joined(separator: ", ")
  }

  private static func seconds(_ program: AttachedProgram) -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    return UInt64(max(0, now.tv_sec - Int(program.loadedAt)))
  }

  private static func uptime(_ program: AttachedProgram) -> String {
    let seconds = seconds(program)
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    if hours > 0 { return "\(hours)h\(minutes)m" }
    return minutes > 0 ? "\(minutes)m\(seconds % 60)s" : "\(seconds)s"
  }
}
