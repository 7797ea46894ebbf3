import Addresses
public import ArgumentParser
public import Cluster
public import Policy

/// The cluster, its policies and the settings that they are read under: the same flags for every command.
struct InputOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("filename")],
    help: ArgumentHelp(
      "Kubernetes objects in YAML or JSON: a file, a folder (with all below it), or - for standard input. Repeatable.",
      valueName: "path"))
  var filenames: [String] = []

  @Option(
    help: ArgumentHelp("Judge from this node's point of view; default: every pod on its own node.", valueName: "name"))
  var node: String?

  @Option(
    name: .customLong("validate"),
    help: ArgumentHelp(
      "How policies are admitted: strict (as kubectl apply), prune (unknown fields dropped) or agent (Cilium's own checks).",
      valueName: "strict|prune|agent"))
  var validation = Validation.strict

  @Option(help: ArgumentHelp("The Cilium to agree with.", valueName: "1.19|1.19-dev|strict"))
  var compat = Compatibility.release

  @Option(
    help: ArgumentHelp("A name that is resolved already, for toFQDNs. Repeatable.", valueName: "name=addr[,addr…]"))
  var fqdn: [ResolvedName] = []

  @Option(help: ArgumentHelp("Override the cluster's enforcement mode.", valueName: "default|always|never"))
  var enablePolicy: Settings.Enforcement?

  @Flag(help: "Audit mode: report what policy would drop, and let it pass.")
  var policyAuditMode = false

  @Option(help: ArgumentHelp("Override the cluster's name.", valueName: "name"))
  var clusterName: String?

  @Option(help: ArgumentHelp("Override any option of the cilium-config ConfigMap. Repeatable.", valueName: "key=value"))
  var set: [SettingAssignment] = []

  @Flag(help: "Exit with 65 when any object is refused.")
  var strict = false

  /// For commands that can do nothing without.
  func requireFiles() throws {
    if filenames.isEmpty {
      throw ValidationError("no input: name the cluster dump and the policies with -f PATH")
    }
  }

  func validate() throws {
    guard filenames.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("standard input can be read only once: leave one -f - out")
    }
  }

  /// Options that count more than the ConfigMap, in the order in which they apply.
  var overrides: [(name: String, value: String)] {
    var result = set.map { (name: $0.key, value: $0.value) }
    if let enablePolicy { result.append(("enable-policy", enablePolicy.rawValue)) }
    if policyAuditMode { result.append(("policy-audit-mode", "true")) }
    if let clusterName { result.append(("cluster-name", clusterName)) }
    return result
  }
}

/// `NAME=ADDR[,ADDR…]`
struct ResolvedName: ExpressibleByArgument {
  var name: String
  var addresses: [IPAddress]

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    name = String(argument[..<equals])
    addresses = []
    for text in argument[argument.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false) {
      guard let address = IPAddress(text) else { return nil }
      addresses.append(address)
    }
  }
}

/// `KEY=VALUE`
struct SettingAssignment: ExpressibleByArgument {
  var key: String
  var value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    key = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

extension Validation: ExpressibleByArgument {}
extension Compatibility: ExpressibleByArgument {}
extension Settings.Enforcement: ExpressibleByArgument {}
