import Foundation
import Testing

/// Captures that do not come as one would wish.
@Suite struct ReplayOrderTests {
  /// The packet's seconds, as `CaptureBytes` has none to set.
  private func moved(_ bytes: [UInt8], packet number: Int, to seconds: UInt32) -> [UInt8] {
    var bytes = bytes
    var start = 24
    for _ in 0..<number {
      let length = bytes[start + 8..<start + 12].reversed().reduce(0) { $0 << 8 | Int($1) }
      start += 16 + length
    }
    for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: seconds >> UInt32(8 * index)) }
    return bytes
  }

  private var capture: [UInt8] {
    var capture = CaptureBytes()
    for port in UInt16(40000)..<40004 { capture.tcp("10.0.0.1", port, "10.0.0.2", 8080) }
    return capture.bytes
  }

  @Test(arguments: [["-o", "compact"], ["-o", "summary"], ["-o", "summary", "--threads", "1"]])
  func packetsBehindLaterOnesAreToldOf(_ output: [String]) throws {
    let scratch = try SmallCluster.scratch([
      "ordered.pcap": capture, "late.pcap": moved(capture, packet: 1, to: 100),
    ])
    let ordered = try Weir.run(["replay", "ordered.pcap"] + SmallCluster.inForce + output, in: scratch.folder)
    #expect(ordered.status == 0 && !ordered.errors.contains("[out-of-order]"))
    let late = try Weir.run(["replay", "late.pcap"] + SmallCluster.inForce + output, in: scratch.folder)
    #expect(late.status == 0)
    #expect(
      late.errors.contains("warning: packets more than a second behind others before them: 2 [out-of-order]"),
      "\(late.errors)")
  }

  @Test func whatAStreamHasBroughtIsShownWhileMoreIsWaitedFor() throws {
    let scratch = try SmallCluster.scratch(["capture.pcap": capture])
    // The first two packets and part of a third; the reader must not wait for the rest.
    let run = try Weir.shell(
      """
      mkfifo events
      {
        head -c 200 capture.pcap
        for i in $(seq 150); do [ -s first ] && break; sleep 0.1; done
        [ -s first ] || echo late >&2
        tail -c +201 capture.pcap
      } | $WEIR replay - -f cluster.yaml -f policy.yaml -o compact -q > events &
      exec 3< events
      read -r -t 20 line <&3 && echo "$line" > first
      cat first
      cat <&3 > /dev/null
      wait
      """, in: scratch.folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("ns/client:40000"))
    #expect(run.errors.isEmpty, "\(run.errors)")
  }

  @Test func timedPacketsSayHowLongEachHopTook() throws {
    let scratch = try SmallCluster.scratch(["capture.pcap": capture])
    let timed = try Weir.run(
      ["replay", "capture.pcap", "-o", "jsonpb", "-q", "--latency"] + SmallCluster.inForce, in: scratch.folder)
    #expect(timed.status == 0 && !timed.lines.isEmpty)
    for line in timed.lines {
      let flow = try #require(JSON.object(line)["flow"] as? [String: Any])
      let extensions = try #require(flow["extensions"] as? [String: Any])
      #expect(extensions["@type"] as? String == "type.googleapis.com/google.protobuf.Struct")
      let hops = try #require((extensions["value"] as? [String: Any])?["latency_ns"] as? [String: Double])
      #expect(Set(hops.keys).isSuperset(of: ["parse", "conntrack", "egress", "ingress"]), "\(hops)")
    }
    let plain = try Weir.run(
      ["replay", "capture.pcap", "-o", "jsonpb", "-q"] + SmallCluster.inForce, in: scratch.folder)
    #expect(!plain.output.contains("extensions"))
  }
}
