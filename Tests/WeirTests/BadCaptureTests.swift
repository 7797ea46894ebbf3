import Foundation
import Testing

/// Captures that cannot be read, or not to their end: what is said, and the exit code.
@Suite struct BadCaptureTests {
  private let cluster = ["-f", Lab.folder.appendingPathComponent("cluster.yaml").path]
  private let policies = ["-f", Lab.folder.appendingPathComponent("policies").path]

  @Test func whatIsNoCaptureIsRefusedByNameAndReason() throws {
    let scratch = try Scratch()
    try scratch.write([], as: "empty.pcap")
    try scratch.write("Not a capture, but plain text that is long enough to look at.\n", as: "text.pcap")
    try scratch.write(Array(try Lab.bytes(of: "demo.pcap").prefix(10)), as: "short.pcap")
    try scratch.write([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0], as: "packed.zst")
    try FileManager.default.createDirectory(
      at: scratch.folder.appendingPathComponent("folder"), withIntermediateDirectories: true)
    let cases: [(capture: String, status: Int32, message: String)] = [
      ("missing.pcap", 66, "error: missing.pcap: no such file\n"),
      ("empty.pcap", 65, "error: empty.pcap: the file is empty\n"),
      ("text.pcap", 65, "error: text.pcap: not a capture\nhint: pcap and pcapng are read, gzip-compressed or not\n"),
      ("short.pcap", 65, "error: short.pcap: it cannot be read as a capture: the file header is cut short"),
      ("packed.zst", 65, "error: packed.zst: compressed with zstd, which Weir does not read\nhint: unpack it first"),
      ("folder", 65, "error: folder: is a directory, not a capture\n"),
    ]
    for (capture, status, message) in cases {
      let run = try Weir.run(["replay", capture] + cluster, in: scratch.folder)
      #expect(run.status == status, "\(capture)")
      #expect(run.errors.hasPrefix(message), "\(capture): \(run.errors)")
      #expect(run.output.isEmpty, "\(capture)")
    }
  }

  @Test func oneBadCaptureAmongGoodOnesEndsTheReplay() throws {
    let run = try Lab.run(["replay", "demo.pcap", "missing.pcap"] + Lab.inForce)
    #expect(run.status == 66)
    #expect(run.output.isEmpty)
  }

  @Test func aTruncatedCaptureIsReplayedUpToTheBreak() throws {
    let scratch = try Scratch()
    let whole = try Lab.bytes(of: "demo.pcap")
    try scratch.write(Array(whole.prefix(3000)), as: "cut.pcap")
    let run = try Weir.run(
      ["replay", "cut.pcap", "--stats-json", "totals.json"] + cluster + policies, in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("warning: cut.pcap: the capture is damaged: it ends within a packet"))
    #expect(run.errors.contains("what comes before was read"))
    let complete = try Lab.run(["replay", "demo.pcap", "-q"] + Lab.inForce)
    #expect(!run.lines.isEmpty)
    #expect(complete.lines.starts(with: run.lines))
    #expect(run.lines.count < complete.lines.count)
    let totals = try JSON.object(try String(contentsOfFile: scratch.path("totals.json"), encoding: .utf8))
    #expect(totals["packets"] as? Int == 28)
    #expect(run.errors.contains("28 packets"))
  }

  @Test func aCaptureWithoutPacketsIsAWarning() throws {
    let scratch = try Scratch()
    try scratch.write(CaptureBytes().bytes, as: "header.pcap")
    let run = try Weir.run(["replay", "header.pcap"] + cluster + policies, in: scratch.folder)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("warning: there was no packet to judge [no-packets]\n"))
    #expect(run.output.isEmpty)
  }
}
