import Testing

@testable import Packet

@Suite struct IPv6Tests {
  private func dissect(_ packet: [UInt8], originalLength: Int? = nil) -> PacketHeaders {
    Frame.dissect(packet, .rawIP, originalLength: originalLength)
  }

  @Test(arguments: [0, 43, 60])
  func extensionHeadersAreFollowed(kind: Int) {
    let headers = dissect(Frame.ipv6(kind, Frame.extensionHeader(6, units: 2, Frame.tcp())))
    #expect(headers.outcome == .ip)
    #expect(headers.tuple == LinkLayerTests.tuple6)
    #expect(headers.flags.contains(.hasOptions))
    #expect(headers.transportOffset == 56)
  }

  @Test func authenticationIsFollowedAndEncryptionIsNot() {
    #expect(dissect(Frame.ipv6(51, Frame.authentication(6, Frame.tcp()))).tuple == LinkLayerTests.tuple6)
    #expect(dissect(Frame.ipv6(50, Frame.tcp())).tuple == "50 2001::1 > 2001::2")
  }

  @Test func threeExtensionHeadersAreFollowedAndAFourthIsRefused() {
    var chain = Frame.tcp()
    chain = Frame.extensionHeader(6, chain)
    chain = Frame.extensionHeader(60, chain)
    chain = Frame.extensionHeader(60, chain)
    #expect(dissect(Frame.ipv6(60, chain)).outcome == .ip)
    chain = Frame.extensionHeader(60, chain)
    let refused = dissect(Frame.ipv6(60, chain))
    #expect(refused.outcome == .badExtensionHeader)
    #expect(refused.tuple == LinkLayerTests.tuple6)
  }

  @Test func noNextHeaderIsRefused() {
    let headers = dissect(Frame.ipv6(59, []))
    #expect(headers.outcome == .badExtensionHeader)
    #expect(headers.tuple == "59 2001::1 > 2001::2")
  }

  @Test func aFirstFragmentHasPortsAndALaterOneNot() {
    let first = dissect(Frame.ipv6(44, Frame.fragmentHeader(6, offset: 0, more: true, Frame.tcp())))
    #expect(first.tuple == LinkLayerTests.tuple6)
    #expect(first.flags.isSuperset(of: [.fragment, .moreFragments]))
    #expect(first.fragmentIdentification == 0xdead_beef)
    let later = dissect(Frame.ipv6(44, Frame.fragmentHeader(6, offset: 181, more: false, Frame.tcp())))
    #expect(later.outcome == .ip)
    #expect(later.tuple == "6 2001::1 > 2001::2")
    #expect(later.fragmentOffset == 181)
  }

  @Test func anAtomicFragmentIsMarkedAsFragmentButWhole() {
    let headers = dissect(Frame.ipv6(44, Frame.fragmentHeader(6, offset: 0, more: false, Frame.tcp())))
    #expect(headers.tuple == LinkLayerTests.tuple6)
    #expect(!headers.flags.contains(.moreFragments))
    #expect(!headers.flags.contains(.laterFragment))
  }

  @Test func aChainThatIsCutKeepsTheLastKnownProtocol() {
    let packet = Frame.ipv6(0, Frame.extensionHeader(17, units: 3, Frame.udp()))
    let headers = dissect(Array(packet.prefix(50)), originalLength: packet.count)
    #expect(headers.outcome == .truncated)
    #expect(headers.tuple == "17 2001::1 > 2001::2")
  }

  @Test func aVersionOtherThanSixIsMalformed() {
    let headers = Frame.dissect(Frame.ethernet(0x86dd, LinkLayerTests.tcp4))
    #expect(headers.outcome == .malformed)
    #expect(headers.tuple == "-")
  }

  @Test func jumbogramsTakeTheirLengthFromTheOption() {
    let payload = [UInt8](repeating: 7, count: 70_000)
    let udp = Frame.udp(payload, length: 0)
    let option: [UInt8] = [17, 0, 0xc2, 4] + Frame.big(8 + udp.count, 4)
    let headers = dissect(Frame.ipv6(0, option + udp, length: 0))
    #expect(headers.tuple == "17 2001::1:40000 > 2001::2:53")
    #expect(headers.payloadEnd - headers.payloadOffset == 70_000)
  }

  @Test func aZeroLengthWithoutOptionMeansTheFramesEndOrNothing() {
    #expect(dissect(Frame.ipv6(6, Frame.tcp(), length: 0)).tuple == LinkLayerTests.tuple6)
    #expect(dissect(Frame.ipv6(0, Frame.extensionHeader(6, Frame.tcp()), length: 0)).outcome == .truncated)
  }

  @Test func anOptionThatRunsOutOfThePacketHidesWhatFollowsFromInspectionOnly() {
    let overrun: [UInt8] = [6, 0, 0xca, 0x90, 0, 0, 0, 0]
    let packet = Frame.ipv6(60, overrun + Frame.tcp())
    let headers = dissect(packet)
    #expect(headers.outcome == .ip)
    #expect(headers.tuple == LinkLayerTests.tuple6)
    let inspected = packet.withUnsafeBytes { headers.inspected($0) }
    #expect(inspected.outcome == .malformed)
    #expect(inspected.tuple == "6 2001::1 > 2001::2")
    // Beyond its header but within the packet, an option is taken for what it is not; no one can tell.
    let lenient = Frame.ipv6(60, [6, 0, 0xca, 0x08, 0, 0, 0, 0] + Frame.tcp())
    #expect(lenient.withUnsafeBytes { dissect(lenient).inspected($0) }.tuple == LinkLayerTests.tuple6)
  }
}
