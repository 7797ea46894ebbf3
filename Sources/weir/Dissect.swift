import ArgumentParser
import Capture
import Layer7
import Manifest
import Packet

/// `weir dissect`: what Weir sees in a capture, without any policy.
struct Dissect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what Weir reads in captures, without judging it.",
    discussion: """
      Reads pcap and pcapng, gzip-compressed or not, and says which packets and flows are in them: \
      addresses, protocol and ports are those of the outermost IP header. The messages of TLS, QUIC, HTTP, DNS and \
      Kafka are read within tunnels too.
      """)

  enum Output: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
  }

  @Argument(help: ArgumentHelp("Captures to read; - is standard input.", valueName: "capture"))
  var captures: [String]

  @Option(name: [.short, .long], help: "How to print it: text, or one JSON object per capture.")
  var output: Output = .text

  @Flag(help: "List every packet too (with -o json).")
  var packets = false

  @Option(help: ArgumentHelp("Read only packets that match, in the syntax of tcpdump.", valueName: "expression"))
  var filter: String?

  func validate() throws {
    guard !packets || output == .json else { throw ValidationError("--packets needs -o json") }
  }

  @OptionGroup var console: ConsoleOptions

  func run() throws {
    var output = StandardOutput()
    var worst: ExitCode?
    for capture in captures where !output.isClosed {
      do throws(CaptureError) {
        try dissect(capture, to: &output)
      } catch {
        report(error, as: .error)
        if error.exitStatus.rawValue > worst?.rawValue ?? 0 { worst = error.exitStatus }
      }
    }
    try output.finish()
    if let worst { throw worst }
  }

  private func dissect(_ path: String, to output: inout StandardOutput) throws(CaptureError) {
    var reader = try CaptureReader(path: path, filter: filter, access: .buffered)
    var summary = CaptureSummary()
    var json = DissectionJSON(reader, listsPackets: packets)
    var messages = MessageReader(listsMessages: self.output == .json)
    // Reading an option costs more than a packet's headers.
    let listsPackets = packets
    var batch = PacketBatch()
    while !output.isClosed, batch.next(&reader, summary.flows, messages) {
      for position in 0..<batch.count {
        let packet = batch[position]
        let length = Int(packet.originalLength)
        let flow = summary.count(
          batch.slots[position], timestamp: packet.timestamp, length: length, captured: packet.bytes.count)
        let frame = summary.packets
        if flow >= 0 {
          messages.read(
            batch.slots[position].headers, packet.bytes.bytes, originalLength: length, frame: frame,
            timestamp: packet.timestamp, stream: &summary.flows[stream: flow])
        } else {
          // Of a flow that is not listed.
          var stream = CaptureFlow.Stream()
          messages.read(
            batch.slots[position].headers, packet.bytes.bytes, originalLength: length, frame: frame,
            timestamp: packet.timestamp, stream: &stream)
        }
        guard listsPackets else { continue }
        json.add(
          PacketRow(
            frame: frame, timestamp: packet.timestamp, length: length, captured: packet.bytes.count,
            headers: batch.slots[position].headers))
      }
      if listsPackets { json.flush { output.write($0) } }
    }
    messages.finish()
    if let damage = reader.damage { report(damage, as: .warning) }
    if self.output == .json {
      json.finish(summary, messages.streams.messages, messages.counts, damage: reader.damage)
      json.flush { output.write($0) }
    } else {
      output.write(DissectionText.text(reader, summary, messages.streams.messages, messages.counts))
    }
  }

  private func report(_ error: CaptureError, as severity: Diagnostic.Severity) {
    console.console.report(Diagnostic(severity, at: nil, "\(error)", hint: error.hint))
  }
}
