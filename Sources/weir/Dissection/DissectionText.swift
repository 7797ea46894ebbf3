import Addresses
import Capture
import Packet

/// What `weir dissect` tells people about one capture.
enum DissectionText {
  private static let topFlows = 10

  static func text(
    _ reader: borrowing CaptureReader, _ summary: borrowing CaptureSummary, _ messages: CaptureMessages,
    _ counts: ReassemblyCounts
  ) -> String {
    let compression = reader.isCompressed ? ", gzip" : ""
    var lines = ["\(reader.name)"]
    lines.append("  format      \(reader.format)\(compression)")
    lines.append("  link type   \(LinkType(rawValue: reader.linkType)) (\(reader.linkType))")
    lines.append("  packets     \(summary.packets), \(size(summary.bytes)) on the wire")
    if let first = summary.firstTimestamp, let last = summary.lastTimestamp {
      // Damaged captures can hold times that are centuries apart.
      let (duration, overflow) = last.subtractingReportingOverflow(first)
      let length = overflow ? "" : " + \(CaptureTime.text(duration)) s"
      lines.append("  time        \(CaptureTime.text(first))\(length)")
    }
    lines += protocolLines(summary) + oddities(summary) + flowLines(summary.flows.flows)
    lines += MessagesText.lines(messages) + counts.lines
    return lines.joined(separator: "\n") + "\n"
  }

  private static func protocolLines(_ summary: borrowing CaptureSummary) -> [String] {
    var rows = summary.protocols.map { ("\(ProtocolName.of($0.number)) over IPv\($0.version)", $0.count) }
    if summary.withoutIP.packets > 0 { rows.append(("not IP", summary.withoutIP)) }
    guard !rows.isEmpty else { return [] }
    let width = rows.map(\.0.count).max() ?? 0
    return ["  protocols"]
      + rows.map { "    \(padded($0.0, to: width))  \(leading($0.1.packets))  \(size($0.1.bytes))" }
  }

  private static func oddities(_ summary: borrowing CaptureSummary) -> [String] {
    let counts = [
      ("ARP", summary.arp), ("VLAN-tagged", summary.vlanTagged), ("fragments", summary.fragments),
      ("truncated", summary.truncated), ("malformed", summary.malformed),
    ].filter { $0.1 > 0 }
    guard !counts.isEmpty else { return [] }
    return ["  among them  " + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")]
  }

  private static func flowLines(_ flows: UnsafeBufferPointer<CaptureFlow>) -> [String] {
    guard !flows.isEmpty else { return [] }
    let top = flows.first(topFlows) {
      ($1.bytes &+ $1.reverseBytes, $0.firstFrame) < ($0.bytes &+ $0.reverseBytes, $1.firstFrame)
    }
    let title = top.count < flows.count ? "  flows       \(flows.count), the largest:" : "  flows"
    return [title]
      + top.map { flow in
        let ends = "\(end(flow.source)) → \(end(flow.destination))"
        return "    \(padded(ProtocolName.of(flow.key.protocolNumber), to: 6)) \(ends)  "
          + "\(flow.packets)+\(flow.reversePackets) packets, \(size(flow.bytes + flow.reverseBytes))"
      }
  }

  private static func end(_ end: FlowEnd) -> String {
    guard let port = end.port else { return end.address.description }
    return end.address.isIPv6 ? "[\(end.address)]:\(port)" : "\(end.address):\(port)"
  }

  private static func size(_ bytes: Int) -> String {
    var value = Double(bytes)
    var unit = 0
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(units[unit])"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private static func leading(_ count: Int) -> String {
    let digits = String(count)
    return String(repeating: " ", count: max(8 - digits.count, 0)) + digits
  }
}
