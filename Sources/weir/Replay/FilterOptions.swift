import ArgumentParser
import Flow
import FoundationEssentials

/// hubble's filter flags. They are declared for the help and for checking; what they mean together depends on their
/// order, as `--not` negates the flag after it, so they are read from the command line itself.
struct FilterOptions: ParsableArguments {
  @Option(help: "FORWARDED, DROPPED, REDIRECTED, AUDIT, … Repeatable, as all filters.")
  var verdict: [String] = []

  @Option(help: "drop, policy-verdict, trace, trace:to-endpoint, l7, …")
  var type: [String] = []

  @Option(help: "tcp, udp, icmp, sctp, …")
  var `protocol`: [String] = []

  @Option(help: ArgumentHelp("Port of either end.", valueName: "port"))
  var port: [String] = []

  @Option(help: ArgumentHelp("Destination port.", valueName: "port"))
  var toPort: [String] = []

  @Option(help: ArgumentHelp("Source port.", valueName: "port"))
  var fromPort: [String] = []

  @Option(help: ArgumentHelp("Address or CIDR of either end.", valueName: "address"))
  var ip: [String] = []

  @Option(help: ArgumentHelp("Source address or CIDR.", valueName: "address"))
  var fromIp: [String] = []

  @Option(help: ArgumentHelp("Destination address or CIDR.", valueName: "address"))
  var toIp: [String] = []

  @Option(help: ArgumentHelp("Pod of either end: [namespace/]prefix of the name.", valueName: "pod"))
  var pod: [String] = []

  @Option(help: ArgumentHelp("Source pod.", valueName: "pod"))
  var fromPod: [String] = []

  @Option(help: ArgumentHelp("Destination pod.", valueName: "pod"))
  var toPod: [String] = []

  @Option(name: [.customShort("n"), .long], help: "Namespace of either end.")
  var namespace: [String] = []

  @Option(help: ArgumentHelp("Source namespace.", valueName: "namespace"))
  var fromNamespace: [String] = []

  @Option(help: ArgumentHelp("Destination namespace.", valueName: "namespace"))
  var toNamespace: [String] = []

  @Option(name: [.customShort("l"), .long], help: ArgumentHelp("Label selector of either end.", valueName: "selector"))
  var label: [String] = []

  @Option(help: ArgumentHelp("Label selector of the source.", valueName: "selector"))
  var fromLabel: [String] = []

  @Option(help: ArgumentHelp("Label selector of the destination.", valueName: "selector"))
  var toLabel: [String] = []

  @Option(help: ArgumentHelp("Security identity of either end: a number or a reserved name.", valueName: "identity"))
  var identity: [String] = []

  @Option(help: ArgumentHelp("DNS name learnt for the source; * is a wildcard.", valueName: "name"))
  var fromFqdn: [String] = []

  @Option(help: ArgumentHelp("DNS name learnt for the destination.", valueName: "name"))
  var toFqdn: [String] = []

  @Option(help: ArgumentHelp("HTTP method.", valueName: "method"))
  var httpMethod: [String] = []

  @Option(help: ArgumentHelp("Regular expression for the HTTP path.", valueName: "regex"))
  var httpPath: [String] = []

  @Option(help: ArgumentHelp("HTTP status, such as 403 or 5+.", valueName: "status"))
  var httpStatus: [String] = []

  @Option(help: ArgumentHelp("Drop reason, such as POLICY_DENIED.", valueName: "reason"))
  var dropReasonDesc: [String] = []

  @Option(help: "Only the first so many events.")
  var first: Int?

  @Option(help: "Only the last so many events.")
  var last: Int?

  @Option(help: "Only events since then: a time, or a duration before now.")
  var since: String?

  @Option(help: "Only events until then.")
  var until: String?

  @Flag(help: "Negate the filter that follows.")
  var not: Int

  /// What the flags on the command line select.
  static func selection(of arguments: [String]) throws -> FlowSelection {
    var parser = FlowFilterParser(now: Int64(Date().timeIntervalSince1970 * 1e9))
    let flags = try flags(in: arguments)
    do throws(FlowFilterError) {
      for (flag, value, negated) in flags { try parser.add(flag, value, negated: negated) }
      return try parser.makeSelection()
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// The filter flags in their order. ArgumentParser has accepted the arguments before, so each has its value.
  private static func flags(in arguments: [String]) throws -> [(flag: FilterFlag, value: String, negated: Bool)] {
    let short: [Character: FilterFlag] = ["n": .namespace, "l": .label]
    var result: [(FilterFlag, String, Bool)] = []
    var isNegated = false
    var index = 0
    while index < arguments.count, arguments[index] != "--" {
      let parts = arguments[index].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts.first ?? "")
      index += 1
      if name == "--not" {
        isNegated = true
        continue
      }
      // Short flags may be joined, as in `-qn demo`: the last one takes the value.
      let flag =
        name.hasPrefix("--")
        ? FilterFlag(rawValue: String(name.dropFirst(2)))
        : name.hasPrefix("-") ? name.dropFirst().last.flatMap { short[$0] } : nil
      // hubble's `--fqdn` filters; here it is the input option that names what was resolved before.
      guard let flag, flag != .fqdn else { continue }
      if parts.count == 2 {
        result.append((flag, String(parts[1]), isNegated))
      } else if index < arguments.count {
        result.append((flag, arguments[index], isNegated))
        index += 1
      }
      isNegated = false
    }
    if isNegated { throw ValidationError("--not negates the filter after it, and there is none") }
    return result
  }
}
