import Foundation
import Testing

/// Standard input, standard output and files as the shell uses them.
@Suite struct StreamTests {
  private static let replay = "$WEIR replay demo.pcap -f cluster.yaml -f policies"

  @Test func captureAndObjectsMayComeFromStandardInput() throws {
    let expected = try Lab.run(["replay", "demo.pcap", "-q"] + Lab.inForce)
    #expect(expected.status == 0)
    #expect(!expected.output.isEmpty)
    for script in [
      "$WEIR replay - -q -f cluster.yaml -f policies < demo.pcap",
      "cat demo.pcap | $WEIR replay - -q -f cluster.yaml -f policies",
      "gzip -c demo.pcap | $WEIR replay - -q -f cluster.yaml -f policies",
      "$WEIR replay demo.pcap -q -f - -f policies < cluster.yaml",
      "for file in cluster.yaml policies/*.yaml; do echo ---; cat $file; done | $WEIR replay demo.pcap -q -f -",
    ] {
      let run = try Weir.shell(script, in: Lab.folder)
      #expect(run.status == 0, "\(script)")
      #expect(run.errors.isEmpty, "\(script)")
      #expect(run.output == expected.output, "\(script)")
    }
  }

  @Test func probesMayComeThroughAPipe() throws {
    let probe = #"{"from":{"pod":"demo/test"},"to":{"ip":"10.0.0.1"},"protocol":"TCP","port":80}"#
    // More than a pipe holds at once.
    let script = "yes '\(probe)' | head -n 2000 | $WEIR trace -q -f cluster.yaml --probes - -o json"
    let run = try Weir.shell(script, in: Lab.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.count == 2000)
  }

  @Test func aGzipCompressedCaptureIsReadAsItIs() throws {
    let scratch = try Scratch()
    let gzip = try Weir.shell("gzip -c dns-and-tls.pcapng > $1", [scratch.path("capture.gz")], in: Lab.folder)
    try #require(gzip.status == 0)
    let packed = try Lab.run(["replay", scratch.path("capture.gz"), "-q"] + Lab.inForce)
    let plain = try Lab.run(["replay", "dns-and-tls.pcapng", "-q"] + Lab.inForce)
    #expect(packed.status == 0)
    #expect(packed.output == plain.output)
  }

  @Test func standardInputCannotBeBothCaptureAndObjects() throws {
    let run = try Lab.run(["replay", "-", "-f", "-"], input: [])
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("error: standard input can be read only once"))
  }

  @Test(arguments: ["compact", "dict", "jsonpb"])
  func aReaderThatGoesAwayIsNoError(_ format: String) throws {
    // More events than a pipe holds, so that writing does fail.
    let captures = Array(repeating: "demo.pcap", count: 12).joined(separator: " ")
    let run = try Weir.shell(
      """
      set -o pipefail
      $WEIR replay \(captures) -f cluster.yaml -f policies --packets -o \(format) | head -n 1
      """, in: Lab.folder)
    #expect(run.status == 0)
    #expect(run.lines.count == 1)
    #expect(run.errors.isEmpty, "\(run.errors)")
  }

  @Test func totalsAreWholeEvenWhenNobodyReadsTheEvents() throws {
    let scratch = try Scratch()
    let captures = Array(repeating: "demo.pcap", count: 12).joined(separator: " ")
    let run = try Weir.shell(
      "$WEIR replay \(captures) -f cluster.yaml -f policies --packets --stats-json $1 | head -n 1",
      [scratch.path("totals.json")], in: Lab.folder)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let totals = try JSON.object(try String(contentsOfFile: scratch.path("totals.json"), encoding: .utf8))
    #expect(totals["packets"] as? Int == 12 * 355)
  }

  @Test func aReaderOfTablesThatGoesAwayIsNoError() throws {
    let run = try Weir.shell(
      "set -o pipefail; $WEIR compile -f cluster.yaml -f policies -o json | head -c 1", in: Lab.folder)
    #expect(run.status == 0)
    #expect(run.output == "{")
    #expect(run.errors.isEmpty)
  }

  @Test func aFullDiskIsAnError() throws {
    try #require(FileManager.default.fileExists(atPath: "/dev/full"))
    for command in [
      Self.replay, Self.replay + " -o summary", "$WEIR compile -f cluster.yaml",
      "$WEIR trace -f cluster.yaml --from demo/test --to 10.0.0.1 --to-port 80",
    ] {
      let run = try Weir.shell("\(command) -q > /dev/full", in: Lab.folder)
      #expect(run.status == 74, "\(command)")
      #expect(run.errors.hasPrefix("error: standard output: "), "\(command): \(run.errors)")
    }
  }

  @Test func totalsThatCannotBeWrittenAreAnErrorAndLeaveWhatWasThere() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      at: scratch.folder.appendingPathComponent("taken"), withIntermediateDirectories: true)
    for (path, reason) in [("missing/totals.json", "No such file or directory"), ("taken", "Is a directory")] {
      let path = scratch.path(path)
      let run = try Lab.run(["replay", "demo.pcap", "-q", "--stats-json", path] + Lab.inForce)
      #expect(run.status == 74)
      #expect(run.errors == "error: \(path): cannot be written: \(reason)\n")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path) == ["taken"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("taken")).isEmpty)
  }

  @Test func totalsReplaceAnOlderFileWhole() throws {
    let scratch = try Scratch()
    let path = try scratch.write(String(repeating: "old ", count: 4000), as: "totals.json")
    let run = try Lab.run(["replay", "demo.pcap", "-q", "--stats-json", path] + Lab.inForce)
    #expect(run.status == 0)
    let totals = try JSON.object(try String(contentsOfFile: path, encoding: .utf8))
    #expect(totals["packets"] as? Int == 355)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path) == ["totals.json"])
  }

  @Test func dataGoesToStandardOutputAndTheRestToStandardError() throws {
    let run = try Lab.run(["replay", "demo.pcap"] + Lab.inForce)
    #expect(run.lines.allSatisfy { $0.hasPrefix("Nov ") })
    #expect(run.errors.contains("355 packets"))
    let summary = try Lab.run(["replay", "demo.pcap", "-o", "summary"] + Lab.inForce)
    #expect(summary.errors.isEmpty)
    #expect(summary.output.contains("355 packets"))
    let quiet = try Lab.run(["replay", "demo.pcap", "-q"] + Lab.inForce)
    #expect(quiet.errors.isEmpty)
    #expect(quiet.output == run.output)
    let colored = try Lab.run(["replay", "demo.pcap", "-q", "--color", "always"] + Lab.inForce)
    #expect(colored.output.contains("\u{1b}["))
    #expect(!run.output.contains("\u{1b}"))
  }
}
