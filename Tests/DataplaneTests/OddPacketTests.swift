import Dataplane
import Packet
import Rules
import Tables
import Testing

/// `cilium-policy.md` §14: what is dropped whatever the policy says.
@Suite struct OddPacketTests {
  static let web = "198.51.100.7"

  static func fixture() -> Fixture {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress), .allow(.ingress)])
    return fixture
  }

  @Test("unknown transports are dropped even where everything is allowed", arguments: [2, 4, 47, 50, 89, 112, 132])
  func unknownTransport(number: UInt8) {
    var engine = Self.fixture().engine()
    let verdict = engine.judge(.ip("10.0.0.1", Self.web, protocolNumber: number))
    #expect(verdict.reason == .unknownTransport && verdict.egress.isPresent)
    #expect(engine.judge(.ip(Self.web, "10.0.0.1", protocolNumber: number)).ingress.reason == .unknownTransport)
    #expect(engine.judge(.ip(Self.web, "10.0.0.9", protocolNumber: number)).verdict == .unjudged)
  }

  @Test("ICMP of the other family is an unknown transport")
  func crossedICMP() {
    var engine = Self.fixture().engine()
    #expect(engine.judge(.ip("10.0.0.1", Self.web, protocolNumber: 58)).reason == .unknownTransport)
    #expect(engine.judge(.ip("fd00::1", "2001:db8::1", protocolNumber: 1)).reason == .unknownTransport)
  }

  @Test("extended protocols: judged with port 0, tracked by addresses")
  func extended() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 9), .allow(.ingress, 0, 112), .deny(.ingress, 4711)])
    fixture.tables.settings.extendedIPProtocols = true
    var engine = fixture.engine()
    #expect(engine.judge(.ip(Self.web, "10.0.0.1", protocolNumber: 112)).ingress.matchType == .protocolOnly)
    #expect(engine.judge(.ip(Self.web, "10.0.0.1", protocolNumber: 47)).reason == .policyDenied)
    #expect(engine.judge(.ip("10.0.0.1", Self.web, protocolNumber: 47)).verdict == .forwarded)
    #expect(engine.judge(.ip(Self.web, "10.0.0.1", protocolNumber: 47)).ingress.state == .reply)
  }

  @Test("a frame that is not opened counts as other, whatever is inside", arguments: [4, 6] as [UInt8])
  func unopened(version: UInt8) {
    var engine = Self.fixture().engine()
    var headers = PacketHeaders()
    headers.outcome = .otherProtocol
    headers.flags = .encapsulated
    headers.ipVersion = version
    headers.protocolNumber = 6
    #expect(engine.judge(headers).verdict == .unjudged)
    let kinds = engine.counters.kinds
    #expect(kinds.other == 1 && kinds.ipv4 == 0 && kinds.ipv6 == 0 && kinds.tcp == 0)
  }

  @Test("SCTP has ports once enabled")
  func sctp() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 132, 3868)])
    fixture.tables.settings.sctp = true
    var engine = fixture.engine()
    #expect(engine.judge(.ports(132, "10.0.0.1", 1, Self.web, 3868)).verdict == .forwarded)
    #expect(engine.judge(.ports(132, "10.0.0.1", 1, Self.web, 3869)).reason == .policyDenied)
  }

  @Test("unreadable headers are dropped where an endpoint would have met them, unjudged elsewhere")
  func unreadable() {
    for (outcome, reason) in [
      (PacketHeaders.Outcome.truncated, DropReason.invalidPacket), (.malformed, .invalidPacket),
      (.badExtensionHeader, .invalidExtensionHeader),
    ] {
      var engine = Self.fixture().engine()
      var headers = PacketHeaders.ip("10.0.0.1", Self.web, protocolNumber: 6)
      headers.outcome = outcome
      #expect(engine.judge(headers).egress.reason == reason)
      (headers.source, headers.destination) = (headers.destination, headers.source)
      #expect(engine.judge(headers).ingress.reason == reason)
      headers.ipVersion = 0
      #expect(engine.judge(headers).verdict == .unjudged)
      #expect(engine.counters.flows == 0)
    }
    for outcome in [PacketHeaders.Outcome.arp, .lengthField, .otherProtocol] {
      var engine = Self.fixture().engine()
      var headers = PacketHeaders()
      headers.outcome = outcome
      #expect(engine.judge(headers).verdict == .unjudged)
    }
  }

  @Test("a transport header cut before what tracking reads is refused")
  func truncatedTransport() {
    var engine = Self.fixture().engine()
    var tcp = PacketHeaders.tcp("10.0.0.1", 1, Self.web, 80)
    tcp.flags = [.transportTruncated]
    #expect(engine.judge(tcp).reason == .invalidTransportHeader)
    tcp.flags = [.transportTruncated, .hasPorts]
    tcp.payloadEnd = tcp.transportOffset + 13
    #expect(engine.judge(tcp).reason == .invalidTransportHeader)
    tcp.payloadEnd = tcp.transportOffset + 14
    #expect(engine.judge(tcp).verdict == .forwarded)
    var udp = PacketHeaders.udp("10.0.0.1", 1, Self.web, 80)
    udp.flags = [.transportTruncated, .hasPorts]
    #expect(engine.judge(udp).verdict == .forwarded)
    var icmp = PacketHeaders.icmp("10.0.0.1", Self.web, type: 8)
    icmp.flags = [.transportTruncated]
    #expect(engine.judge(icmp).reason == .invalidTransportHeader)
  }

  @Test("what the capture alone cut is judged by its ports, and not at all without them")
  func cutByCapture() {
    let frame = Wire.ethernet(Wire.ip("10.0.0.1", Self.web, 6, Wire.tcp(1, 80, TCP.syn)))
    for captured in 14...frame.count {
      func judge(wire: Int) -> PacketVerdict {
        var engine = Self.fixture().engine()
        return frame.prefix(captured).withUnsafeBytes {
          let headers = PacketHeaders(dissecting: $0, linkType: .ethernet, originalLength: UInt32(wire))
          return engine.judge(headers)
        }
      }
      let expected: Verdict = captured < 38 ? .unjudged : .forwarded
      #expect(judge(wire: frame.count).verdict == expected, "\(captured) bytes captured")
      // As short on the wire, it is the packet that is at fault.
      if captured >= 34, captured < 48 {
        #expect(judge(wire: captured).reason == .invalidTransportHeader, "\(captured) bytes sent")
      }
    }
  }

  @Test("a pod may not send to the overlay's port, others may, and replies come back from it")
  func tunnelPort() {
    var fixture = Self.fixture()
    fixture.tables.settings.tunnelPort = 8472
    var engine = fixture.engine()
    #expect(engine.judge(.udp("10.0.0.1", 1, Self.web, 8472)).reason == .encapsulationProhibited)
    #expect(engine.judge(.udp(Self.web, 1, "10.0.0.1", 8472)).verdict == .forwarded)
    #expect(engine.judge(.tcp("10.0.0.1", 1, Self.web, 8472)).verdict == .forwarded)
  }

  @Test("later fragments take the first one's ports, and are refused without it")
  func fragments() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 17, 53)])
    var engine = fixture.engine()
    let datagram = PacketHeaders.udp("10.0.0.1", 5000, Self.web, 53)
    #expect(engine.judge(datagram.fragment(1, first: false)).reason == .firstFragmentNotFound)
    #expect(engine.judge(datagram.fragment(1, first: true)).verdict == .forwarded)
    let later = engine.judge(datagram.fragment(1, first: false))
    #expect(later.verdict == .forwarded && later.egress.state == .established && later.egress.matchType == .l4Only)
    #expect(engine.judge(datagram.fragment(2, first: false)).reason == .firstFragmentNotFound)
    #expect(engine.counters.kinds.fragments == 4 && engine.counters.flows == 1)
    // The other direction's identifications are its own.
    #expect(engine.judge(datagram.reversed().fragment(1, first: false)).reason == .firstFragmentNotFound)
  }

  @Test("IPv6 fragments likewise")
  func fragmentsIPv6() {
    var engine = Self.fixture().engine()
    let datagram = PacketHeaders.udp("fd00::1", 5000, "2001:db8::1", 53)
    #expect(engine.judge(datagram.fragment(0xdead_beef, first: true)).verdict == .forwarded)
    #expect(engine.judge(datagram.fragment(0xdead_beef, first: false)).verdict == .forwarded)
    #expect(engine.judge(datagram.fragment(0xdead_beee, first: false)).reason == .firstFragmentNotFound)
  }

  @Test("any fragment of an ICMP packet is refused")
  func icmpFragments() {
    var engine = Self.fixture().engine()
    let echo = PacketHeaders.icmp("10.0.0.1", Self.web, type: 8)
    #expect(engine.judge(echo.fragment(1, first: true)).reason == .invalidPacket)
    #expect(engine.judge(echo.fragment(1, first: false)).reason == .invalidPacket)
  }

  @Test("without fragment tracking: none may leave, first ones may enter")
  func untracked() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress), .allow(.ingress, 0, 17, 53)])
    fixture.tables.settings.fragmentTrackingIPv4 = false
    var engine = fixture.engine()
    let out = PacketHeaders.udp("10.0.0.1", 5000, Self.web, 53)
    let into = PacketHeaders.udp(Self.web, 5000, "10.0.0.1", 53)
    #expect(engine.judge(out.fragment(1, first: true)).reason == .fragmentationNotSupported)
    #expect(engine.judge(out.fragment(1, first: false)).reason == .fragmentationNotSupported)
    #expect(engine.judge(into.fragment(1, first: true)).verdict == .forwarded)
    #expect(engine.judge(into.fragment(1, first: false)).reason == .fragmentationNotSupported)
    let refused = PacketHeaders.udp(Self.web, 5000, "10.0.0.1", 54)
    #expect(engine.judge(refused).reason == .policyDenied)
    #expect(engine.judge(refused.fragment(1, first: true)).reason == .fragmentationNotSupported)
    #expect(
      engine.judge(PacketHeaders.udp("fd00::1", 1, "2001:db8::1", 53).fragment(1, first: true)).verdict == .forwarded)
  }

  @Test("the fragment table is bounded and forgets the oldest")
  func fragmentEviction() {
    var options = EngineOptions()
    options.maximumFragments = 8
    var engine = Self.fixture().engine(options)
    let datagram = PacketHeaders.udp("10.0.0.1", 5000, Self.web, 53)
    for number in 0..<9 { _ = engine.judge(datagram.fragment(UInt32(number), first: true)) }
    #expect(engine.counters.fragmentsEvicted == 1)
    #expect(engine.judge(datagram.fragment(0, first: false)).reason == .firstFragmentNotFound)
    #expect(engine.judge(datagram.fragment(8, first: false)).verdict == .forwarded)
  }
}
