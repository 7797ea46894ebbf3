import Addresses
import Capture
import Packet

/// Writes what `weir dissect` found in one capture as one JSON object on one line.
///
/// Packets are written while they are read; everything that is only known at the end follows them.
struct DissectionJSON {
  let listsPackets: Bool
  private var json = JSONWriter()

  init(_ reader: borrowing CaptureReader, listsPackets: Bool) {
    self.listsPackets = listsPackets
    json.begin("{")
    json.field("file", reader.name)
    json.field("format", reader.format.container.rawValue)
    if let isBigEndian = reader.format.isBigEndian { json.field("byte_order", isBigEndian ? "big" : "little") }
    if let resolution = reader.format.resolution { json.field("resolution", resolution.rawValue) }
    if reader.isCompressed { json.field("compression", "gzip") }
    json.field("linktype", reader.linkType)
    json.field("linktype_name", LinkType(rawValue: reader.linkType).description)
    json.field("snaplen", reader.snapLength)
    guard listsPackets else { return }
    json.key("packet_list")
    json.begin("[")
  }

  mutating func add(_ row: PacketRow) { row.write(to: &json) }

  /// Hands out what has been written since the last time.
  mutating func flush(_ body: ([UInt8]) -> Void) { json.flush(body) }

  mutating func finish(
    _ summary: borrowing CaptureSummary, _ messages: CaptureMessages, _ counts: ReassemblyCounts, damage: CaptureError?
  ) {
    if listsPackets { json.end("]") }
    json.field("packets", summary.packets)
    json.field("bytes", summary.bytes)
    json.field("captured_bytes", summary.capturedBytes)
    if let first = summary.firstTimestamp, let last = summary.lastTimestamp {
      json.field("first_timestamp", CaptureTime.text(first))
      json.field("last_timestamp", CaptureTime.text(last))
    }
    addCounts(summary)
    json.field("arp", summary.arp)
    json.field("truncated", summary.truncated)
    json.field("malformed", summary.malformed)
    json.field("fragments", summary.fragments)
    json.field("vlan_tagged", summary.vlanTagged)
    if let damage { json.field("damage", damage.reason.description) }
    json.field("flows_total", summary.flows.flows.count)
    json.optional("flows_unlisted_packets", summary.flows.unlistedPackets)
    json.key("flows")
    json.array(summary.flows.flows) { Self.add($1, to: &$0) }
    json.messages(messages)
    counts.write(to: &json)
    json.end("}")
    json.line()
  }

  private mutating func addCounts(_ summary: borrowing CaptureSummary) {
    func add(_ name: String, _ count: CaptureSummary.Count, to json: inout JSONWriter) {
      json.key(name)
      json.object {
        $0.field("packets", count.packets)
        $0.field("bytes", count.bytes)
      }
    }
    json.key("counts")
    json.object { json in
      for row in summary.protocols { add("\(row.number)/v\(row.version)", row.count, to: &json) }
      if summary.withoutIP.packets > 0 { add("non-ip", summary.withoutIP, to: &json) }
    }
  }

  private static func add(_ flow: CaptureFlow, to json: inout JSONWriter) {
    json.object { json in
      json.field("proto", flow.key.protocolNumber)
      json.key("src")
      json.value(flow.source.address)
      json.key("sport")
      json.value(flow.source.port)
      json.key("dst")
      json.value(flow.destination.address)
      json.key("dport")
      json.value(flow.destination.port)
      json.field("packets", flow.packets)
      json.field("bytes", flow.bytes)
      json.field("reverse_packets", flow.reversePackets)
      json.field("reverse_bytes", flow.reverseBytes)
      json.field("first_frame", flow.firstFrame)
      json.field("last_frame", flow.lastFrame)
      json.field("tcp_flags_or", flow.tcpFlags)
    }
  }
}

extension JSONWriter {
  mutating func value(_ address: IPAddress) { quoted { address.write(to: &$0) } }

  mutating func value(_ port: UInt16?) {
    if let port { value(Int(port)) } else { null() }
  }
}
