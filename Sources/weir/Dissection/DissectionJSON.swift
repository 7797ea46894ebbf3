import Capture
import Packet

/// Writes what `weir dissect` found in one capture as one JSON object on one line.
///
/// Packets are written while they are read; everything that is only known at the end follows them.
enum DissectionJSON {
  static func begin(_ reader: borrowing CaptureReader, packets: Bool, to bytes: inout [UInt8]) {
    JSONText.raw("{\"file\":", to: &bytes)
    JSONText.append(reader.name, to: &bytes)
    JSONText.raw(",\"format\":", to: &bytes)
    JSONText.append(reader.format.container.rawValue, to: &bytes)
    if let isBigEndian = reader.format.isBigEndian {
      JSONText.raw(",\"byte_order\":", to: &bytes)
      JSONText.append(isBigEndian ? "big" : "little", to: &bytes)
    }
    if let resolution = reader.format.resolution {
      JSONText.raw(",\"resolution\":", to: &bytes)
      JSONText.append(resolution.rawValue, to: &bytes)
    }
    if reader.isCompressed { JSONText.raw(",\"compression\":\"gzip\"", to: &bytes) }
    JSONText.raw(",\"linktype\":", to: &bytes)
    JSONText.append(Int(reader.linkType), to: &bytes)
    JSONText.raw(",\"linktype_name\":", to: &bytes)
    JSONText.append(LinkType(rawValue: reader.linkType).description, to: &bytes)
    JSONText.raw(",\"snaplen\":", to: &bytes)
    JSONText.append(reader.snapLength, to: &bytes)
    if packets { JSONText.raw(",\"packet_list\":[", to: &bytes) }
  }

  static func end(_ summary: CaptureSummary, damage: CaptureError?, packets: Bool, to bytes: inout [UInt8]) {
    if packets { bytes.append(UInt8(ascii: "]")) }
    JSONText.raw(",\"packets\":", to: &bytes)
    JSONText.append(summary.packets, to: &bytes)
    JSONText.raw(",\"bytes\":", to: &bytes)
    JSONText.append(summary.bytes, to: &bytes)
    JSONText.raw(",\"captured_bytes\":", to: &bytes)
    JSONText.append(summary.capturedBytes, to: &bytes)
    if let first = summary.firstTimestamp, let last = summary.lastTimestamp {
      JSONText.raw(",\"first_timestamp\":", to: &bytes)
      JSONText.append(timestamp: first, to: &bytes)
      JSONText.raw(",\"last_timestamp\":", to: &bytes)
      JSONText.append(timestamp: last, to: &bytes)
    }
    appendCounts(summary, to: &bytes)
    for (key, value) in [
      ("arp", summary.arp), ("truncated", summary.truncated), ("malformed", summary.malformed),
      ("fragments", summary.fragments), ("vlan_tagged", summary.vlanTagged),
    ] {
      bytes.append(contentsOf: ",\"\(key)\":\(value)".utf8)
    }
    if let damage {
      JSONText.raw(",\"damage\":", to: &bytes)
      JSONText.append(damage.reason.description, to: &bytes)
    }
    appendFlows(summary.flows, to: &bytes)
    JSONText.raw("}\n", to: &bytes)
  }

  private static func appendCounts(_ summary: CaptureSummary, to bytes: inout [UInt8]) {
    JSONText.raw(",\"counts\":{", to: &bytes)
    var rows = summary.protocols.map { ("\($0.number)/v\($0.version)", $0.count) }
    if summary.withoutIP.packets > 0 { rows.append(("non-ip", summary.withoutIP)) }
    for (index, row) in rows.enumerated() {
      let comma = index == 0 ? "" : ","
      bytes.append(
        contentsOf: "\(comma)\"\(row.0)\":{\"packets\":\(row.1.packets),\"bytes\":\(row.1.bytes)}".utf8)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private static func appendFlows(_ table: FlowTable, to bytes: inout [UInt8]) {
    JSONText.raw(",\"flows_total\":", to: &bytes)
    JSONText.append(table.flows.count, to: &bytes)
    if table.unlistedPackets > 0 {
      JSONText.raw(",\"flows_unlisted_packets\":", to: &bytes)
      JSONText.append(table.unlistedPackets, to: &bytes)
    }
    JSONText.raw(",\"flows\":[", to: &bytes)
    for (index, flow) in table.flows.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(flow, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func append(_ flow: CaptureFlow, to bytes: inout [UInt8]) {
    JSONText.raw("{\"proto\":", to: &bytes)
    JSONText.append(Int(flow.key.protocolNumber), to: &bytes)
    JSONText.raw(",\"src\":", to: &bytes)
    JSONText.append(flow.source.address, to: &bytes)
    JSONText.raw(",\"sport\":", to: &bytes)
    JSONText.append(flow.source.port, to: &bytes)
    JSONText.raw(",\"dst\":", to: &bytes)
    JSONText.append(flow.destination.address, to: &bytes)
    JSONText.raw(",\"dport\":", to: &bytes)
    JSONText.append(flow.destination.port, to: &bytes)
    bytes.append(
      contentsOf: """
        ,"packets":\(flow.packets),"bytes":\(flow.bytes),"reverse_packets":\(flow.reversePackets),\
        "reverse_bytes":\(flow.reverseBytes),"first_frame":\(flow.firstFrame),"last_frame":\(flow.lastFrame),\
        "tcp_flags_or":\(flow.tcpFlags)}
        """.utf8)
  }
}
