import Packet

/// A packet as a row of `packet_list`:
/// `[frame, time, length, captured, ip version, protocol, src, sport, dst, dport, extra]`.
struct PacketRow {
  var frame: Int
  var timestamp: Int64
  var length: Int
  var captured: Int
  var headers: PacketHeaders

  func write(to json: inout JSONWriter) {
    json.array { json in
      json.value(frame)
      json.value(CaptureTime.text(timestamp))
      json.value(length)
      json.value(captured)
      writeTuple(to: &json)
      json.object { writeExtra(to: &$0) }
    }
  }

  private func writeTuple(to json: inout JSONWriter) {
    guard headers.ipVersion != 0 else {
      for _ in 0..<6 { json.null() }
      return
    }
    let hasPorts = headers.flags.contains(.hasPorts)
    json.value(headers.ipVersion)
    json.value(headers.protocolNumber)
    json.value(headers.source)
    json.value(hasPorts ? headers.sourcePort : nil)
    json.value(headers.destination)
    json.value(hasPorts ? headers.destinationPort : nil)
  }

  /// `flags` (TCP), `icmp` [type, code], `frag` [identification, offset, more], `vlan` (the two outermost), and
  /// `outcome` where the packet is not plain IP.
  private func writeExtra(to json: inout JSONWriter) {
    func numbers(_ name: String, _ numbers: [UInt32], _ json: inout JSONWriter) {
      json.key(name)
      json.array(numbers) { $0.value($1) }
    }
    if headers.flags.contains(.hasPorts), headers.protocolNumber == 6 { json.field("flags", headers.tcpFlags) }
    if headers.flags.contains(.hasICMP) {
      numbers("icmp", [UInt32(headers.icmpType), UInt32(headers.icmpCode)], &json)
    }
    if headers.flags.contains(.fragment) {
      let more: UInt32 = headers.flags.contains(.moreFragments) ? 1 : 0
      numbers("frag", [headers.fragmentIdentification, UInt32(headers.fragmentOffset), more], &json)
    }
    if headers.vlanCount > 0 {
      let tags = [headers.outerVLAN, headers.innerVLAN].prefix(Int(headers.vlanCount))
      numbers("vlan", tags.map { UInt32($0) }, &json)
    }
    if headers.outcome != .ip { json.field("outcome", "\(headers.outcome)") }
  }
}
