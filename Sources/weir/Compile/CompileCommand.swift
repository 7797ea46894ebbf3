import ArgumentParser
import Compiler
import Kernel
import Manifest
import Tables

/// `weir compile`: the tables that the policies become.
struct CompileCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, maps }

  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile policies to identity-keyed tables and print them.",
    discussion: """
      Prints, for every local endpoint, whether each direction is enforced and the entries of its policy map with the \
      rules behind them. Exit code 0; 65 for unreadable input (with --strict also for refused objects), 66 for missing \
      input.
      """)

  @OptionGroup var input: InputOptions
  @OptionGroup var consoleOptions: ConsoleOptions

  @Option(name: .shortAndLong, help: "table, json, or maps for the bytes of the BPF maps.")
  var output = Format.table

  @Option(help: ArgumentHelp("With -o maps, which layout of the maps.", valueName: "cilium|own"))
  var layout = DatapathOptions.Layout.cilium

  @Option(help: ArgumentHelp("Only this endpoint: namespace/name or reserved:host, …", valueName: "namespace/name"))
  var endpoint: String?

  @Flag(help: "Print only the sizes and times.")
  var stats = false

  func validate() throws { try input.requireFiles() }

  func run() throws {
    let console = consoleOptions.console
    let workspace = try Workspace(input, console: console)
    if let endpoint, !workspace.tables.endpoints.contains(where: { $0.name == endpoint && $0.isLocal }) {
      console.report(
        Diagnostic(
          .error, at: nil, "no local endpoint is called \(endpoint)",
          hint: NameHint.nearest(to: endpoint, in: workspace.tables.endpoints.filter(\.isLocal).map(\.name))))
      throw ExitStatus.missingInput
    }
    let document = TablesJSON(
      tables: workspace.tables, policies: workspace.policies, compileSeconds: workspace.compileSeconds,
      times: workspace.compilation.times)
    switch (output, stats) {
    case (.maps, _): try printMaps(workspace.tables, console)
    case (.json, false):
      var json = JSONWriter()
      document.write(to: &json, endpoint: endpoint)
      json.line()
      try StandardOutput.print(json.bytes)
    case (.json, true):
      var json = JSONWriter()
      document.writeStatistics(to: &json)
      json.line()
      try StandardOutput.print(json.bytes)
    case (.table, let onlyStatistics):
      let text = TablesText(
        tables: workspace.tables, policies: workspace.policies, compileSeconds: workspace.compileSeconds,
        times: workspace.compilation.times)
      try StandardOutput.print(onlyStatistics ? text.statistics : text.text(endpoint: endpoint))
    }
  }

  private func printMaps(_ tables: Tables, _ console: Console) throws {
    let image: TableImage
    do throws(KernelError) {
      image = try TableImage(tables)
    } catch {
      console.report(error)
      throw error.exitStatus
    }
    let index = endpoint.flatMap { name in tables.endpoints.firstIndex { $0.name == name && $0.isLocal } }
    var json = JSONWriter()
    MapsJSON(maps: image.maps(layout, endpoint: index)).write(to: &json)
    try StandardOutput.print(json.bytes)
  }
}
