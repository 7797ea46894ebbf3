import Addresses
import ArgumentParser
import Cluster
import Compiler
import Manifest
import Policy
import Tables

/// What the commands work on: the input as read, the policies as admitted, and the tables compiled from both.
struct Workspace {
  let inventory: Inventory
  let policies: [PolicyObject]
  let compatibility: Compatibility
  /// Objects and policies that were left out.
  let refusedCount: Int
  private(set) var tables: Tables
  /// The tables with what they were made from.
  private(set) var compilation: Compilation
  private let validation: Validation
  /// From loaded objects to finished tables.
  let compileSeconds: Double

  /// Reads and compiles the input and reports what is wrong with it. Unreadable files end the command; refused objects do
  /// so only with `--strict`.
  init(_ options: InputOptions, console: Console) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let inventory = Inventory.read(options.filenames, overrides: options.overrides)
    try self.init(inventory, options, loading: clock.now - start, console: console)
  }

  /// Compiles what has been read.
  init(_ inventory: Inventory, _ options: InputOptions, loading: Duration, console: Console) throws {
    let clock = ContinuousClock()
    self.inventory = inventory
    inventory.diagnostics.forEach(console.report)
    // An error without an object is about a file: what it held is unknown, and so would be every verdict.
    if inventory.diagnostics.contains(where: { $0.severity == .error && $0.object.isEmpty && $0.category != .object }) {
      throw inventory.exitCode.map { ExitCode($0) } ?? ExitStatus.badData
    }
    let settings = inventory.cluster.settings
    let reader = PolicyReader(settings: settings, validation: options.validation, compatibility: options.compat)
    var policies = inventory.refusedPolicies.map { refused in
      var policy = PolicyObject(
        kind: refused.kind, namespace: refused.namespace, name: refused.name, location: refused.location)
      policy.error = refused.error
      return policy
    }
    var report = BoundedReport(console: console)
    var groups: [CIDRGroup] = []
    var refused =
      inventory.refusedObjects + inventory.diagnostics.count { $0.severity == .error && $0.category == .object }
    var warned = inventory.diagnostics.count { $0.severity == .warning && !$0.object.isEmpty }
    for object in inventory.policyObjects {
      if object.kind == "CiliumCIDRGroup" {
        let (group, diagnostics) = reader.readCIDRGroup(object)
        diagnostics.forEach(console.report)
        warned += diagnostics.count { $0.severity == .warning }
        if let group { groups.append(group) } else { refused += 1 }
        continue
      }
      let policy = reader.read(object)
      policy.warnings.forEach { report.report($0) }
      warned += policy.warnings.count { $0.severity == .warning }
      if let error = policy.error {
        console.report(error)
        refused += 1
      }
      policies.append(policy)
    }
    refusedCount = refused
    if refused > 0 {
      console.say("\(refused) object\(refused == 1 ? "" : "s") refused and left out")
      if options.strict { throw ExitStatus.badData }
    }
    var input = Compiler.Input(cluster: inventory.cluster)
    input.policies = policies
    input.groups = groups
    input.localNode = options.node
    input.compatibility = options.compat
    input.names = options.fqdn.map { ($0.name, $0.addresses) }
    let compiled = clock.now
    compilation = Compiler.compilation(of: input)
    tables = compilation.tables
    validation = options.validation
    let end = clock.now
    self.policies = policies
    compatibility = options.compat
    compileSeconds = Self.seconds(end - compiled)
    warned += Self.reportFindings(compilation, &report, isStrict: options.strict)
    warned += Self.reportSharedAddresses(compilation, &report)
    report.finish()
    if options.strict, warned > 0 {
      console.say("\(warned) warning\(warned == 1 ? "" : "s") about objects: --strict takes none")
      throw ExitStatus.badData
    }
    reportSummary(options, console, loading: loading, compiling: end - compiled)
  }

  /// Compiles the same with more names resolved.
  mutating func resolve(_ names: [(name: String, addresses: [IPAddress])]) {
    var input = compilation.input
    input.names += names
    compilation = Compiler.compilation(of: input)
    tables = compilation.tables
  }

  /// The same input compiled as it is documented: without the reference's bugs.
  func documented() -> Compilation {
    var input = compilation.input
    input.compatibility = .strict
    let reader = PolicyReader(
      settings: inventory.cluster.settings, validation: validation, compatibility: .strict)
    input.policies = inventory.policyObjects.filter { $0.kind != "CiliumCIDRGroup" }.map(reader.read)
    return Compiler.compilation(of: input)
  }

  private func reportSummary(
    _ options: InputOptions, _ console: Console, loading: Duration, compiling: Duration
  ) {
    for key in options.set.map(\.key) where !Settings.optionNames.contains(key) {
      console.report(
        Diagnostic(
          .warning, at: nil, "--set \(key): Weir reads no such option, so it changes nothing",
          hint: NameHint.nearest(to: key, in: Settings.optionNames), identifier: "unknown-option"))
    }
    if let node = options.node, !inventory.cluster.nodes.contains(where: { $0.name == node }),
      !inventory.cluster.pods.contains(where: { $0.node == node })
    {
      console.report(
        Diagnostic(
          .warning, at: nil, "no node is called \(node), so no pod is local and nothing is judged",
          hint: "nodes: \(inventory.cluster.nodes.map(\.name).sorted().prefix(8).joined(separator: ", "))",
          identifier: WarningIdentifier.unknownNode.rawValue))
    }
    if !policies.contains(where: \.isAccepted), inventory.cluster.settings.enforcement != .always {
      console.report(
        Diagnostic(
          .warning, at: nil, "no policy is in force: everything between managed pods is FORWARDED",
          hint: "name the policies with -f", identifier: WarningIdentifier.noPolicies.rawValue))
    }
    let oddlyWritten = inventory.cluster.pods.filter { !$0.oddlyWrittenAddresses.isEmpty }
    if let pod = oddlyWritten.first, let address = pod.oddlyWrittenAddresses.first {
      let more = oddlyWritten.count > 1 ? " (and \(oddlyWritten.count - 1) more pods)" : ""
      console.report(
        Diagnostic(
          .note, at: pod.location, object: "Pod \(pod.namespace)/\(pod.name)\(more)",
          "the address \(address) is written unusually; the agent's caches, and so trace, do not find it as \(address)",
          hint: "packets are judged by the address itself; --compat strict makes trace do so too",
          identifier: WarningIdentifier.oddlyWrittenAddress.rawValue))
    }
    var conflicts = BoundedReport(console: console)
    for endpoint in tables.endpoints where endpoint.isLocal {
      guard let index = endpoint.policy, let error = tables.policies[index].error else { continue }
      let rules = tables.rules(selecting: tables.policies[index])
      let names = rules.prefix(8).map { "\($0.file):\($0.line) \($0.policy) \($0.path)" }
      let more = rules.count > 8 ? " and \(rules.count - 8) more" : ""
      conflicts.report(
        Diagnostic(
          .error, at: rules.first.map { Location(file: $0.file, position: Position(line: $0.line, column: 1)) },
          object: endpoint.name,
          "its policies cannot be merged: \(error)",
          hint:
            "one of its rules is to change: \(names.joined(separator: ", "))\(more); Cilium would keep the endpoint's "
            + "previous policy, and Weir does not judge it",
          identifier: WarningIdentifier.mergeConflict.rawValue))
    }
    conflicts.finish()
    guard console.verbosity == .verbose else { return }
    for (kind, count) in inventory.skippedKinds.sorted(by: { $0.key < $1.key }) {
      console.say("skipped: \(count) × \(kind)")
    }
    console.say(
      "read \(inventory.fileCount) files, \(inventory.byteCount) bytes in \(loading); compiled in \(compiling)")
  }

  static func seconds(_ duration: Duration) -> Double {
    let parts = duration.components
    return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
  }
}

extension Tables {
  /// The rules of files that stand behind a policy.
  fileprivate func rules(selecting policy: EndpointPolicy) -> [Provenance.Rule] {
    (provenance.rules(of: policy.ingressRules) + provenance.rules(of: policy.egressRules)).filter { !$0.file.isEmpty }
  }
}
