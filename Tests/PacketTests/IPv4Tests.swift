import Testing

@testable import Packet

@Suite struct IPv4Tests {
  private func dissect(_ packet: [UInt8], originalLength: Int? = nil) -> PacketHeaders {
    Frame.dissect(packet, .rawIP, originalLength: originalLength)
  }

  @Test func optionsMoveTheTransport() {
    let headers = dissect(Frame.ipv4(17, Frame.udp(), options: [1, 1, 1, 1]))
    #expect(headers.outcome == .ip)
    #expect(headers.flags.contains(.hasOptions))
    #expect(headers.transportOffset == 24)
    #expect(headers.tuple == "17 10.0.0.1:40000 > 10.0.0.2:53")
  }

  @Test func aFirstFragmentHasPorts() {
    let headers = dissect(Frame.ipv4(17, Frame.udp(), fragment: 0x2000))
    #expect(headers.flags.isSuperset(of: [.fragment, .moreFragments, .hasPorts]))
    #expect(!headers.flags.contains(.laterFragment))
    #expect(headers.fragmentIdentification == 0x1234)
  }

  @Test func aLaterFragmentHasNone() {
    let headers = dissect(Frame.ipv4(17, Frame.udp(), fragment: 185))
    #expect(headers.outcome == .ip)
    #expect(headers.flags.isSuperset(of: [.fragment, .laterFragment]))
    #expect(headers.tuple == "17 10.0.0.1 > 10.0.0.2")
    #expect(headers.fragmentOffset == 185)
    #expect(headers.transportOffset == 0)
    #expect(headers.payloadOffset == 20)
  }

  @Test func impossibleHeadersHaveNoAddresses() {
    #expect(Frame.dissect(Frame.ipv4(6, Frame.tcp(), version: 5), .ipv4).tuple == "-")
    for packet in [Frame.ipv4(6, Frame.tcp(), words: 4), Frame.ipv4(6, Frame.tcp(), total: 19)] {
      let headers = dissect(packet)
      #expect(headers.outcome == .malformed)
      #expect(headers.tuple == "-")
    }
  }

  @Test func aZeroLengthMeansTheFramesEnd() {
    let headers = dissect(Frame.ipv4(17, Frame.udp([1, 2, 3], length: 0), total: 0))
    #expect(headers.outcome == .ip)
    #expect(headers.payloadEnd - headers.payloadOffset == 3)
  }

  @Test func aLengthBeyondTheFrameIsFlagged() {
    let headers = dissect(Frame.ipv4(6, Frame.tcp(), total: 1500))
    #expect(headers.outcome == .ip)
    #expect(headers.flags.contains(.lengthExceedsFrame))
    #expect(headers.payloadEnd == 40)
    let cut = dissect(Frame.ipv4(6, Frame.tcp(), total: 1500), originalLength: 1500)
    #expect(!cut.flags.contains(.lengthExceedsFrame))
  }

  @Test func paddingAfterThePacketIsNoPayload() {
    let headers = dissect(Frame.ipv4(6, Frame.tcp()) + [0, 0, 0, 0, 0, 0])
    #expect(headers.payloadOffset == headers.payloadEnd)
  }

  @Test func portsBeyondTheTotalLengthAreNotRead() {
    let headers = dissect(Frame.ipv4(6, Frame.tcp(), total: 22))
    #expect(headers.tuple == "6 10.0.0.1 > 10.0.0.2")
    #expect(headers.flags.contains(.transportTruncated))
  }

  @Test func anIPv6PacketUnderIPv4sTypeIsMalformed() {
    let headers = Frame.dissect(Frame.ethernet(0x0800, LinkLayerTests.tcp6))
    #expect(headers.outcome == .malformed)
    #expect(headers.tuple == LinkLayerTests.tuple6)
  }

  @Test func authenticationIsLookedThroughOnRequestOnly() {
    let packet = Frame.ipv4(51, Frame.authentication(6, Frame.tcp()))
    let headers = dissect(packet)
    #expect(headers.tuple == "51 10.0.0.1 > 10.0.0.2")
    let inner = packet.withUnsafeBytes { headers.inspected($0) }
    #expect(inner.tuple == LinkLayerTests.tuple4)

    let tunnel = Frame.ipv4(51, Frame.authentication(47, [0, 0, 8, 0]))
    let unknown = dissect(tunnel)
    #expect(tunnel.withUnsafeBytes { unknown.inspected($0) } == unknown)
  }

  @Test func encryptedPayloadHasNoPorts() {
    #expect(dissect(Frame.ipv4(50, Frame.tcp())).tuple == "50 10.0.0.1 > 10.0.0.2")
  }
}
