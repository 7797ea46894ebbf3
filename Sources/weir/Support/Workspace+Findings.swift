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
}
