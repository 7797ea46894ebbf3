import ArgumentParser
import Flow

/// How events are printed, whoever saw them.
struct PrintingOptions: ParsableArguments {
  @Flag(help: "Print every packet, not only new connections and drops.")
  var packets = false

  @Flag(help: "Print addresses instead of names.")
  var numeric = false

  @Flag(help: "Print the policies behind each verdict.")
  var printPolicyNames = false

  @Flag(help: "Print the node of each event.")
  var printNodeName = false

  /// - Parameter format: hubble's name of an output format.
  func flowOptions(format: String, color: Bool) -> FlowPrintOptions {
    FlowPrintOptions(
      format: FlowFormat(name: format) ?? .compact, numeric: numeric, color: color, nodeNames: printNodeName,
      policyNames: printPolicyNames)
  }
}
