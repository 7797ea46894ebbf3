import Testing

@testable import Packet

@Suite struct TransportTests {
  private func dissect(_ number: Int, _ transport: [UInt8]) -> PacketHeaders {
    Frame.dissect(Frame.ipv4(number, transport), .rawIP)
  }

  @Test func tcpFlagsAndPayload() {
    let headers = dissect(6, Frame.tcp(flags: 0x118, words: 8, [1, 2, 3]))
    #expect(headers.tcpFlags == 0x118)
    #expect(headers.payloadEnd - headers.payloadOffset == 3)
  }

  @Test func tcpWithAnImpossibleOffsetKeepsItsPorts() {
    let short = dissect(6, Frame.tcp(words: 4))
    #expect(short.flags.contains(.transportMalformed))
    #expect(short.tuple == LinkLayerTests.tuple4)
    let long = dissect(6, Array(Frame.tcp(words: 15).prefix(24)))
    #expect(long.flags.contains(.transportTruncated))
    #expect(long.tuple == LinkLayerTests.tuple4)
    #expect(long.payloadOffset == long.payloadEnd)
  }

  @Test(arguments: [(6, 20), (17, 8), (132, 12)])
  func portsNeedFourBytesAndNoMore(number: Int, headerLength: Int) {
    for count in 0...headerLength {
      let transport = Array((Frame.tcp() + Frame.tcp()).prefix(count))
      let headers = Frame.dissect(Frame.ipv4(number, transport), .rawIP)
      #expect(headers.flags.contains(.hasPorts) == (count >= 4))
      #expect(headers.flags.contains(.transportTruncated) == (count < headerLength))
    }
  }

  @Test func udpLengthBoundsThePayload() {
    let headers = dissect(17, Frame.udp([1, 2, 3, 4, 5], length: 10))
    #expect(headers.payloadEnd - headers.payloadOffset == 2)
    let malformed = dissect(17, Frame.udp(length: 7))
    #expect(malformed.flags.contains(.transportMalformed))
    #expect(malformed.flags.contains(.hasPorts))
  }

  @Test(arguments: [0, 8])
  func icmpEchoHasAnIdentifier(type: Int) {
    let headers = dissect(1, Frame.echo(type))
    #expect(headers.flags.contains(.hasICMP))
    #expect(!headers.flags.contains(.hasPorts))
    #expect((Int(headers.icmpType), headers.icmpIdentifier) == (type, 77))
  }

  @Test("an echo message cut behind its identifier still has it", arguments: 2...8)
  func icmpEchoMayBeCut(length: Int) {
    let headers = dissect(1, Array(Frame.echo(8).prefix(length)))
    #expect(headers.icmpIdentifier == (length >= 6 ? 77 : 0))
    #expect(headers.flags.contains(.transportTruncated) == (length < 8))
  }

  @Test func icmpErrorsHaveNone() {
    let headers = dissect(1, [3, 4, 0, 0, 5, 6, 7, 8] + Frame.ipv4(6, Frame.tcp()))
    #expect((headers.icmpType, headers.icmpCode, headers.icmpIdentifier) == (3, 4, 0))
    #expect(headers.tuple == "1 10.0.0.1 > 10.0.0.2")
  }

  @Test func icmpv6EchoTypesAreItsOwn() {
    let request = Frame.dissect(Frame.ipv6(58, Frame.echo(128)), .rawIP)
    #expect((request.icmpType, request.icmpIdentifier) == (128, 77))
    #expect(Frame.dissect(Frame.ipv6(58, Frame.echo(8)), .rawIP).icmpIdentifier == 0)
  }
}
