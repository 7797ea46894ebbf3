import Packet

/// A packet as a row of `packet_list`:
/// `[frame, time, length, captured, ip version, protocol, src, sport, dst, dport, extra]`.
struct PacketRow {
  var frame: Int
  var timestamp: Int64
  var length: Int
  var captured: Int
  var headers: PacketHeaders

  func write(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "["))
    JSONText.append(frame, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(timestamp: timestamp, to: &bytes)
    for value in [length, captured] {
      bytes.append(UInt8(ascii: ","))
      JSONText.append(value, to: &bytes)
    }
    writeTuple(to: &bytes)
    bytes.append(UInt8(ascii: ","))
    writeExtra(to: &bytes)
    bytes.append(UInt8(ascii: "]"))
  }

  private func writeTuple(to bytes: inout [UInt8]) {
    guard headers.ipVersion != 0 else { return JSONText.raw(",null,null,null,null,null,null", to: &bytes) }
    let hasPorts = headers.flags.contains(.hasPorts)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(Int(headers.ipVersion), to: &bytes)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(Int(headers.protocolNumber), to: &bytes)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(headers.source, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(hasPorts ? headers.sourcePort : nil, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(headers.destination, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    JSONText.append(hasPorts ? headers.destinationPort : nil, to: &bytes)
  }

  /// `flags` (TCP), `icmp` [type, code], `frag` [identification, offset, more], `vlan` (the two outermost), and
  /// `outcome` where the packet is not plain IP.
  private func writeExtra(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    func begin(_ key: StaticString, _ bytes: inout [UInt8]) {
      if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
      JSONText.raw(key, to: &bytes)
    }
    if headers.flags.contains(.hasPorts), headers.protocolNumber == 6 {
      begin("\"flags\":", &bytes)
      JSONText.append(Int(headers.tcpFlags), to: &bytes)
    }
    if headers.flags.contains(.hasICMP) {
      begin("\"icmp\":", &bytes)
      bytes.append(contentsOf: "[\(headers.icmpType),\(headers.icmpCode)]".utf8)
    }
    if headers.flags.contains(.fragment) {
      begin("\"frag\":", &bytes)
      let more = headers.flags.contains(.moreFragments) ? 1 : 0
      bytes.append(contentsOf: "[\(headers.fragmentIdentification),\(headers.fragmentOffset),\(more)]".utf8)
    }
    if headers.vlanCount > 0 {
      begin("\"vlan\":", &bytes)
      let inner = headers.vlanCount > 1 ? ",\(headers.innerVLAN)" : ""
      bytes.append(contentsOf: "[\(headers.outerVLAN)\(inner)]".utf8)
    }
    if headers.outcome != .ip {
      begin("\"outcome\":", &bytes)
      JSONText.append("\(headers.outcome)", to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
