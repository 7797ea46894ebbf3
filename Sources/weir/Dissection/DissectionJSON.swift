import Capture
import Packet

/// Writes what `weir dissect` found in one capture as one JSON object on one line.
///
/// Packets are written while they are read; everything that is only known at the end follows them.
enum DissectionJSON {
  static func begin(_ reader: borrowing CaptureReader, packets: Bool, to bytes: inout [UInt8]) {
    JSONText.append("{\"file\":", to: &bytes)
    JSONText.append(reader.name, to: &bytes)
    JSONText.append(",\"format\":", to: &bytes)
    JSONText.append(reader.format.container.rawValue, to: &bytes)
    if let isBigEndian = reader.format.isBigEndian {
      JSONText.append(",\"byte_order\":", to: &bytes)
      JSONText.append(isBigEndian ? "big" : "little", to: &bytes)
    }
    if let resolution = reader.format.resolution {
      JSONText.append(",\"resolution\":", to: &bytes)
      JSONText.append(resolution.rawValue, to: &bytes)
    }
    if reader.isCompressed { JSONText.append(",\"compression\":\"gzip\"", to: &bytes) }
    JSONText.append(",\"linktype\":", to: &bytes)
    JSONText.append(Int(reader.linkType), to: &bytes)
    JSONText.append(",\"linktype_name\":", to: &bytes)
    JSONText.append(LinkType(rawValue: reader.linkType).description, to: &bytes)
    JSONText.append(",\"snaplen\":", to: &bytes)
    JSONText.append(reader.snapLength, to: &bytes)
    if packets { JSONText.append(",\"packet_list\":[", to: &bytes) }
  }

  static func end(_ summary: CaptureSummary, damage: CaptureError?, packets: Bool, to bytes: inout [UInt8]) {
    if packets { bytes.append(UInt8(ascii: "]")) }
    JSONText.append(",\"packets\":", to: &bytes)
    JSONText.append(summary.packets, to: &bytes)
    JSONText.append(",\"bytes\":", to: &bytes)
    JSONText.append(summary.bytes, to: &bytes)
    JSONText.append(",\"captured_bytes\":", to: &bytes)
    JSONText.append(summary.capturedBytes, to: &bytes)
    if let first = summary.firstTimestamp, let last = summary.lastTimestamp {
      JSONText.append(",\"first_timestamp\":", to: &bytes)
      JSONText.append(timestamp: first, to: &bytes)
      JSONText.append(",\"last_timestamp\":", to: &bytes)
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
      JSONText.append(",\"damage\":", to: &bytes)
      JSONText.append(damage.reason.description, to: &bytes)
    }
    appendFlows(summary.flows, to: &bytes)
    JSONText.append("}\n", to: &bytes)
  }

  private static func appendCounts(_ summary: CaptureSummary, to bytes: inout [UInt8]) {
    JSONText.append(",\"counts\":{", to: &bytes)
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
    JSONText.append(",\"flows_total\":", to: &bytes)
    JSONText.append(table.flows.count, to: &bytes)
    if table.unlistedPackets > 0 {
      JSONText.append(",\"flows_unlisted_packets\":", to: &bytes)
      JSONText.append(table.unlistedPackets, to: &bytes)
    }
    JSONText.append(",\"flows\":[", to: &bytes)
    for (index, flow) in table.flows.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(flow, to: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func append(_ flow: CaptureFlow, to bytes: inout [UInt8]) {
    JSONText.append("{\"proto\":", to: &bytes)
    JSONText.append(Int(flow.key.protocolNumber), to: &bytes)
    JSONText.append(",\"src\":", to: &bytes)
    JSONText.append(flow.source.address, to: &bytes)
    JSONText.append(",\"sport\":", to: &bytes)
    JSONText.append(flow.source.port, to: &bytes)
    JSONText.append(",\"dst\":", to: &bytes)
    JSONText.append(flow.destination.address, to: &bytes)
    JSONText.append(",\"dport\":", to: &bytes)
    JSONText.append(flow.destination.port, to: &bytes)
    bytes.append(
      contentsOf: """
        ,"packets":\(flow.packets),"bytes":\(flow.bytes),"reverse_packets":\(flow.reversePackets),\
        "reverse_bytes":\(flow.reverseBytes),"first_frame":\(flow.firstFrame),"last_frame":\(flow.lastFrame),\
        "tcp_flags_or":\(flow.tcpFlags)}
        """.utf8)
  }
}
