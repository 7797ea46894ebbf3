import Layer7
import Packet
import Testing

@Suite struct DatagramReassemblerTests {
  /// A fragment of a UDP datagram over IPv4 or IPv6, without a link layer.
  private func fragment(_ content: [UInt8], _ range: Range<Int>, isIPv6: Bool, identification: UInt8 = 7) -> [UInt8] {
    let more = range.upperBound < content.count
    let part = Array(content[range])
    if isIPv6 {
      let field = range.lowerBound | (more ? 1 : 0)
      return [0x60, 0, 0, 0] + HelloBytes.number(part.count + 8, 2) + [44, 64] + [UInt8](repeating: 1, count: 16)
        + [UInt8](repeating: 2, count: 16) + [17, 0] + HelloBytes.number(field, 2) + [0, 0, 0, identification] + part
    }
    let field = range.lowerBound / 8 | (more ? 0x2000 : 0)
    return [0x45, 0] + HelloBytes.number(part.count + 20, 2) + [0, identification] + HelloBytes.number(field, 2)
      + [64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + part
  }

  private func add(
    _ packet: [UInt8], to reassembler: inout DatagramReassembler, at timestamp: Int64 = 0
  ) -> [UInt8]? {
    let bytes = packet.span.bytes
    let headers = PacketHeaders(dissecting: bytes, linkType: .rawIP, originalLength: UInt32(packet.count))
    return reassembler.add(headers, bytes, timestamp: timestamp)
  }

  @Test(arguments: [false, true]) func fragmentsInAnyOrderMakeTheDatagram(isIPv6: Bool) throws {
    let body = (0..<92).map { UInt8($0) }
    let content = HelloBytes.number(4000, 2) + HelloBytes.number(53, 2) + HelloBytes.number(100, 2) + [0, 0] + body
    let pieces = [64..<100, 0..<32, 24..<72]
    var reassembler = DatagramReassembler()
    for piece in pieces.dropLast() {
      let whole = add(fragment(content, piece, isIPv6: isIPv6), to: &reassembler)
      #expect(whole == nil)
    }
    let whole = try #require(add(fragment(content, 24..<72, isIPv6: isIPv6), to: &reassembler))
    let headers = PacketHeaders(
      dissecting: whole.span.bytes, linkType: .rawIP, originalLength: UInt32(whole.count))
    #expect(headers.outcome == .ip)
    #expect(!headers.flags.contains(.fragment))
    #expect(headers.sourcePort == 4000)
    #expect(headers.destinationPort == 53)
    #expect(Array(whole[Int(headers.payloadOffset)..<Int(headers.payloadEnd)]) == body)
  }

  @Test func oldFragmentsAreNotJoinedToNewOnes() {
    let content = [UInt8](repeating: 1, count: 64)
    var reassembler = DatagramReassembler()
    let first = add(fragment(content, 0..<32, isIPv6: false), to: &reassembler)
    let late = add(
      fragment(content, 32..<64, isIPv6: false), to: &reassembler, at: DatagramReassembler.lifetime)
    #expect(first == nil)
    #expect(late == nil)
    let evictions = reassembler.evictions
    #expect(evictions == 1)
  }

  @Test func unfinishedDatagramsAreBounded() {
    let content = [UInt8](repeating: 1, count: 64)
    var reassembler = DatagramReassembler()
    for number in 0..<DatagramReassembler.maximumDatagrams + 10 {
      var packet = fragment(content, 0..<32, isIPv6: false, identification: UInt8(number & 0xff))
      packet[4] = UInt8(number >> 8)
      _ = add(packet, to: &reassembler)
    }
    let evictions = reassembler.evictions
    #expect(evictions == 10)
  }
}
