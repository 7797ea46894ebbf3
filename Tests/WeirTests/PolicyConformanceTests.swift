import Foundation
import Testing

/// The commands against what Cilium's own policy engine answered: verdicts, accepted policies, enforcement, policy maps
/// entry by entry and merged filters.
///
/// The cases are not part of this package: without `../shared` beside it the test says so and passes. All of
/// `validation` is run, and of `yaml` and `random` every third case by name and those about `requires`, which is what
/// a debug build does in time; with `WEIR_CONFORMANCE=all` every case is.
@Suite struct PolicyConformanceTests {
  private static let cases = Lab.package.deletingLastPathComponent().appendingPathComponent("shared/conformance/policy")

  /// What differs on purpose, by kind: checks of the API server that the cases' schema lacks or Weir's has not, and
  /// filters that select nobody.
  private static let known: [String: Set<String>] = [
    "schema": [
      "v-k-bad-cidr", "v-k-bad-op", "v-k-endport-lower", "v-unknown-field", "v-deny-l7", "ex-host-demo-host-policy",
    ],
    "filter": ["rnd-064-requires"],
  ]

  private func cases(in folder: String) throws -> [String] {
    let folder = Self.cases.appendingPathComponent(folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
    let runsAll =
      folder.lastPathComponent == "validation" || ProcessInfo.processInfo.environment["WEIR_CONFORMANCE"] == "all"
    return names.sorted().enumerated().filter {
      runsAll || $0.offset.isMultiple(of: 3) || $0.element.contains("requires")
    }
    .map { folder.appendingPathComponent($0.element).path }
  }

  @Test(arguments: ["validation", "yaml", "random"])
  func everyCaseAgreesWithCilium(_ folder: String) throws {
    let script = Self.cases.appendingPathComponent("run.py").path
    guard FileManager.default.fileExists(atPath: script) else {
      print("skipped: no conformance cases at \(Self.cases.path)")
      return
    }
    let weir = try #require(WeirBinary.path)
    let files = try cases(in: folder)
    try #require(!files.isEmpty)
    let run = try Subprocess.run(
      "/usr/bin/env",
      ["python3", script, "--weir", weir, "--maps", "--show", "1000"] + files)
    for line in run.output.split(separator: "\n") where line.hasPrefix("  ") {
      guard let difference = line.firstMatch(of: #/^  (\w+): [^/]+/([^.]+)\.json:/#) else {
        Issue.record("\(line)")
        continue
      }
      let isKnown = Self.known[String(difference.1)]?.contains(String(difference.2)) ?? false
      #expect(isKnown, "\(line)")
    }
    // A score of each kind, so that something was compared.
    for kind in ["case", "verdict", "accept", "schema", "flags", "map", "filter"] {
      let score = run.output.split(separator: "\n").first { $0.hasPrefix("\(kind) ") } ?? ""
      #expect(score.contains(#/[1-9][0-9]* of [0-9]+ agree/#), "\(kind)\n\(run.errors)")
    }
  }
}
