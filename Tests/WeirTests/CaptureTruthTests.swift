import Foundation
import Testing

/// What `weir dissect` finds, against what an independent dissector found in captures of many protocols.
///
/// The captures are not part of this package: without `../shared` beside it the test says so and passes.
@Suite struct CaptureTruthTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static var captures: URL {
    root.deletingLastPathComponent().appendingPathComponent("shared/captures")
  }

  @Test func packetsFlowsAndMessagesAgreeWithTheTruth() throws {
    let script = Self.captures.appendingPathComponent("compare.py").path
    guard FileManager.default.fileExists(atPath: script) else {
      print("skipped: no captures with truth files at \(Self.captures.path)")
      return
    }
    guard let weir = WeirBinary.path else {
      print("skipped: the weir program is not built beside the tests")
      return
    }
    let explained = Self.root.appendingPathComponent("Tests/WeirTests/Fixtures/captures-explained.jsonl").path
    let run = try Subprocess.run(
      "/usr/bin/env",
      [
        "python3", script, "--weir", weir, "--explained", explained,
        Self.captures.path,
      ])
    #expect(run.status == 0, "\(run.output)")
  }
}
