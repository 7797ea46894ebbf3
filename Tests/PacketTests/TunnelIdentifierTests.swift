import Testing

@testable import Packet

@Suite struct TunnelIdentifierTests {
  private func tunnel(_ frame: [UInt8], port: UInt16 = 0) -> Tunnel? {
    let headers = PacketHeaders(
      dissecting: frame.span.bytes, linkType: .ethernet, originalLength: UInt32(frame.count))
    return Tunnel(headers, frame.span.bytes, port: port)
  }

  private func datagram(_ port: Int, _ payload: [UInt8]) -> [UInt8] {
    let header = Frame.big(50000) + Frame.big(port) + Frame.big(8 + payload.count) + [0, 0]
    return Frame.ethernet(0x0800, Frame.ipv4(17, header + payload))
  }

  private let inner = Frame.ethernet(0x0800, Frame.ipv4(6, Frame.tcp()))

  @Test("VXLAN on both ports and GENEVE carry their identifier")
  func identifier() {
    let header: [UInt8] = [8, 0, 0, 0, 1, 2, 3, 0]
    for port in [8472, 4789] {
      let found = tunnel(datagram(port, header + inner))
      #expect(found?.kind == .vxlan && found?.networkIdentifier == 0x010203 && found?.content.lowerBound == 50)
    }
    let found = tunnel(datagram(6081, [1, 0, 0x65, 0x58, 1, 2, 3, 0] + [0, 0, 0, 0] + inner))
    #expect(found?.kind == .geneve && found?.networkIdentifier == 0x010203 && found?.content.lowerBound == 54)
    #expect(tunnel(Frame.ethernet(0x0800, Frame.ipv4(4, Frame.ipv4(6, Frame.tcp()))))?.networkIdentifier == 0)
  }

  @Test("on the port that is registered for something else, only a plain header is VXLAN's")
  func otherUse() {
    #expect(tunnel(datagram(8472, [0, 0, 0, 0, 1, 2, 3, 0] + inner)) == nil)
    #expect(tunnel(datagram(8472, [8, 0, 0, 0, 1, 2, 3, 9] + inner)) == nil)
    #expect(tunnel(datagram(8472, [8, 0, 0])) == nil)
  }

  @Test("a port of one's own may be either")
  func ownPort() {
    #expect(tunnel(datagram(9999, [8, 0, 0, 0, 1, 2, 3, 0] + inner)) == nil)
    #expect(tunnel(datagram(9999, [8, 0, 0, 0, 1, 2, 3, 0] + inner), port: 9999)?.kind == .vxlan)
    #expect(tunnel(datagram(9999, [0, 0, 0x65, 0x58, 1, 2, 3, 0] + inner), port: 9999)?.kind == .geneve)
    #expect(tunnel(datagram(9999, [1, 2, 3]), port: 9999) == nil)
  }
}
