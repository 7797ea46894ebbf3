import Packet
import Testing

/// What is found within tunnels.
@Suite struct TunnelTests {
  private let inner: [UInt8] =
    [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2] + [0x10, 0, 0, 53, 0, 8, 0, 0]
  private let ethernet: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
  private var innerIPv6: [UInt8] {
    [0x60, 0, 0, 0, 0, 8, 17, 64] + [UInt8](repeating: 1, count: 16) + [UInt8](repeating: 2, count: 16)
      + [0x10, 0, 0, 53, 0, 8, 0, 0]
  }

  private func ipv4(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length = 20 + payload.count
    return [0x45, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 0, 0, 0, 64, number, 0, 0, 9, 9, 9, 9, 8, 8, 8, 8]
      + payload
  }

  private func udp(_ port: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let length = 8 + payload.count
    return ipv4(
      17, [0x99, 0x99, UInt8(port >> 8), UInt8(port & 0xff), UInt8(length >> 8), UInt8(length & 0xff), 0, 0] + payload)
  }

  private func tunnel(_ packet: [UInt8]) -> (Tunnel, PacketHeaders)? {
    let bytes = packet.span.bytes
    let headers = PacketHeaders(dissecting: bytes, linkType: .rawIP, originalLength: UInt32(packet.count))
    guard let tunnel = Tunnel(headers, bytes) else { return nil }
    let content = bytes.extracting(tunnel.content)
    return (
      tunnel,
      PacketHeaders(dissecting: content, linkType: tunnel.linkType, originalLength: UInt32(content.byteCount))
    )
  }

  @Test func everyTunnelLeadsToTheInnerPacket() throws {
    let packets: [(String, [UInt8])] = [
      ("IP in IP", ipv4(4, inner)),
      ("IPv6 in IPv4", ipv4(41, innerIPv6)),
      ("GRE", ipv4(47, [0, 0, 8, 0] + inner)),
      ("GRE with checksum, key and number", ipv4(47, [0xb0, 0, 8, 0] + [UInt8](repeating: 0, count: 12) + inner)),
      ("Ethernet over GRE", ipv4(47, [0, 0, 0x65, 0x58] + ethernet + inner)),
      ("ERSPAN I", ipv4(47, [0, 0, 0x88, 0xbe] + ethernet + inner)),
      ("ERSPAN II", ipv4(47, [0x10, 0, 0x88, 0xbe] + [UInt8](repeating: 0, count: 12) + ethernet + inner)),
      ("VXLAN", udp(4789, [8, 0, 0, 0, 0, 0, 5, 0] + ethernet + inner)),
      ("GENEVE with an option", udp(6081, [1, 0, 0x65, 0x58, 0, 0, 5, 0, 0, 0, 0, 0] + ethernet + inner)),
      ("GTP-U", udp(2152, [0x30, 0xff, 0, 28, 0, 0, 0, 1] + inner)),
      ("GTP-U with an extension", udp(2152, [0x34, 0xff, 0, 36, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0] + inner)),
      ("Teredo with origin", udp(3544, [0, 0, 1, 1, 2, 2, 2, 2] + innerIPv6)),
    ]
    for (name, packet) in packets {
      let (_, headers) = try #require(tunnel(packet), "\(name)")
      #expect(headers.outcome == .ip, "\(name)")
      #expect(headers.destinationPort == 53, "\(name)")
    }
    #expect(tunnel(inner) == nil)
  }

  @Test func anyByteMayBeWrongOrMissing() {
    let packet = udp(2152, [0x34, 0xff, 0, 36, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0] + inner)
    for index in packet.indices {
      _ = tunnel(Array(packet.prefix(index)))
      for value: UInt8 in [0, 0x7f, 0xff] {
        var changed = packet
        changed[index] = value
        _ = tunnel(changed)
      }
    }
  }
}
