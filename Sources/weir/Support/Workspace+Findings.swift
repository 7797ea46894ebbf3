import Addresses
import Cluster
import Compiler
import Manifest

/// Prints diagnostics, of one kind at most a few: ten thousand alike tell nobody anything.
struct BoundedReport {
  private static let limit = 20

  let console: Console
  private var counts: [String: Int] = [:]

  init(console: Console) {
    self.console = console
  }

  mutating func report(_ diagnostic: Diagnostic) {
    guard let identifier = diagnostic.identifier, console.shows(diagnostic.severity) else {
      return console.report(diagnostic)
    }
    let key = "\(diagnostic.severity.rawValue) \(identifier)"
    counts[key, default: 0] += 1
    if counts[key, default: 0] <= Self.limit { console.report(diagnostic) }
  }

  /// Says how many were left out, kind by kind.
  func finish() {
    for (key, count) in counts.sorted(by: { $0.key < $1.key }) where count > Self.limit {
      let parts = key.split(separator: " ")
      console.say("\(parts[0]): and \(count - Self.limit) more [\(parts[1])]")
    }
  }
}

extension Workspace {
  /// What policies mean beside their text, as far as the cluster and the other policies tell. Looked for only where it is
  /// shown.
  ///
  /// - Parameter isStrict: they are looked for even where they are not shown.
  /// - Returns: how many warnings there are among them.
  static func reportFindings(_ compilation: Compilation, _ report: inout BoundedReport, isStrict: Bool) -> Int {
    guard report.console.shows(.warning) || isStrict else { return 0 }
    let findings = PolicyFindings.review(compilation)
    findings.forEach { report.report($0) }
    return findings.count { $0.severity == .warning }
  }

  /// Addresses that two of the cluster claim: only one of them can have sent a packet.
  ///
  /// - Returns: how many there are.
  static func reportSharedAddresses(_ compilation: Compilation, _ report: inout BoundedReport) -> Int {
    let cluster = compilation.input.cluster
    for (address, number) in compilation.identities.sharedAddresses {
      let pod = cluster.pods[number]
      func name(_ pod: Pod) -> String { "\(pod.namespace)/\(pod.name)" }
      func precedes(_ a: Pod, _ b: Pod) -> Bool { (a.namespace, a.name) < (b.namespace, b.name) }
      let others = cluster.pods.filter {
        $0.addresses.contains(address) && !$0.isFinished && !$0.hostNetwork && precedes($0, pod)
      }
      let node = cluster.nodes.first {
        ($0.addresses + $0.healthAddresses + $0.ingressAddresses).contains(address)
      }
      let owner: (name: String, location: String)? =
        if let node {
          ("node \(node.name)", "\(node.location)")
        } else {
          others.min(by: precedes).map { ("pod \(name($0))", "\($0.location)") }
        }
      report.report(
        Diagnostic(
          .warning, at: pod.location, object: "Pod \(name(pod))",
          "its address \(address) is that of "
            + (owner.map { "\($0.name) (\($0.location)) too: packets count as that one's" }
              ?? "something else of the cluster too: packets count as that one's"),
          hint: "a dump of one moment and one cluster has each address once",
          identifier: WarningIdentifier.sharedAddress.rawValue))
    }
    return compilation.identities.sharedAddresses.count
  }
}
