import Dataplane
import Packet
import Rules
import Tables
import Testing

@Suite struct ICMPTests {
  /// Pod a may send echo requests and open TCP 80, nothing may enter.
  static func fixture() -> Fixture {
    var fixture = Fixture()
    fixture.setPolicy(
      0,
      [
        .allow(.egress, 0, 1, 8), .allow(.egress, 0, 58, 128), .allow(.egress, 0, 6, 80), .allow(.ingress, 4711),
      ])
    return fixture
  }

  static let web = "198.51.100.7"

  @Test("echo is judged by its type, and its reply pairs by identifier")
  func echo() {
    var engine = Self.fixture().engine()
    let request = engine.judge(.icmp("10.0.0.1", Self.web, type: 8, identifier: 7))
    #expect(request.verdict == .forwarded && request.egress.matchType == .l4Only)
    let reply = engine.judge(.icmp(Self.web, "10.0.0.1", type: 0, identifier: 7))
    #expect(reply.verdict == .forwarded && reply.ingress.state == .reply)
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: 0, identifier: 8)).reason == .policyDenied)
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: 8, identifier: 7)).reason == .policyDenied)
    #expect(engine.judge(.icmp("10.0.0.1", Self.web, type: 13)).reason == .policyDenied)
  }

  @Test("ICMPv6 echo likewise")
  func echoIPv6() {
    var engine = Self.fixture().engine()
    #expect(engine.judge(.icmp("fd00::1", "2001:db8::1", type: 128, identifier: 7)).verdict == .forwarded)
    #expect(engine.judge(.icmp("2001:db8::1", "fd00::1", type: 129, identifier: 7)).ingress.state == .reply)
    #expect(engine.judge(.icmp("2001:db8::1", "fd00::1", type: 129, identifier: 9)).reason == .policyDenied)
  }

  @Test("errors between the addresses of a connection are related, a router's are new", arguments: [3, 11, 12])
  func related(type: UInt8) {
    var engine = Self.fixture().engine()
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: type)).reason == .policyDenied)
    _ = engine.judge(.tcp("10.0.0.1", 4000, Self.web, 80))
    let error = engine.judge(.icmp(Self.web, "10.0.0.1", type: type))
    #expect(error.verdict == .forwarded && error.ingress.state == .related)
    #expect(engine.judge(.icmp("10.0.0.1", Self.web, type: type)).egress.state == .related)
    #expect(engine.judge(.icmp("203.0.113.1", "10.0.0.1", type: type)).reason == .policyDenied)
  }

  @Test("ICMPv6 types 1 to 4 can be related, source quench cannot")
  func relatedTypes() {
    var engine = Self.fixture().engine()
    _ = engine.judge(.tcp("10.0.0.1", 4000, Self.web, 80))
    _ = engine.judge(.tcp("fd00::1", 4000, "2001:db8::1", 80))
    for type in 1...4 as ClosedRange<UInt8> {
      #expect(engine.judge(.icmp("2001:db8::1", "fd00::1", type: type)).ingress.state == .related)
    }
    #expect(engine.judge(.icmp("2001:db8::1", "fd00::1", type: 5)).reason == .policyDenied)
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: 4)).reason == .policyDenied)
  }

  @Test("the related entry lives as long as ICMP's")
  func relatedTimeout() {
    var engine = Self.fixture().engine()
    _ = engine.judge(.tcp("10.0.0.1", 4000, Self.web, 80), at: 100)
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: 11), at: 160).ingress.state == .related)
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: 11), at: 221).reason == .policyDenied)
  }

  @Test("ICMPv4 fragmentation needed always passes unless switched off; there is no such rule for ICMPv6")
  func fragmentationNeeded() {
    var fixture = Self.fixture()
    var engine = fixture.engine()
    let passed = engine.judge(.icmp("203.0.113.1", "10.0.0.1", type: 3, code: 4))
    #expect(passed.verdict == .forwarded && passed.ingress.matchType == .none && passed.ingress.entry == -1)
    #expect(engine.judge(.icmp("203.0.113.2", "10.0.0.1", type: 3, code: 3)).reason == .policyDenied)
    #expect(engine.judge(.icmp("2001:db8::9", "fd00::1", type: 2)).reason == .policyDenied)
    fixture.tables.settings.allowICMPFragNeeded = false
    var strict = fixture.engine()
    #expect(strict.judge(.icmp("203.0.113.1", "10.0.0.1", type: 3, code: 4)).reason == .policyDenied)
  }

  @Test("without ICMP rules the type is not compared")
  func withoutRules() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 1, 8)])
    fixture.tables.settings.icmpRules = false
    var engine = fixture.engine()
    #expect(engine.judge(.icmp("10.0.0.1", Self.web, type: 8)).reason == .policyDenied)
  }

  @Test("neighbour solicitation and advertisement are never judged, other discovery is")
  func neighbourDiscovery() {
    var engine = Self.fixture().engine()
    for type in [135, 136] as [UInt8] {
      let verdict = engine.judge(.icmp("fd00::1", "fd00::99", type: type))
      #expect(verdict.verdict == .unjudged && verdict.flags.contains(.neighbourDiscovery))
    }
    #expect(engine.judge(.icmp("fd00::1", "ff02::2", type: 133)).reason == .policyDenied)
  }

  @Test("decisions on one type are not kept for another")
  func typesShareAnEntry() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 1, 13)])
    var engine = fixture.engine()
    #expect(engine.judge(.icmp("10.0.0.1", Self.web, type: 13)).verdict == .forwarded)
    let other = engine.judge(.icmp("10.0.0.1", Self.web, type: 15))
    #expect(other.reason == .policyDenied && other.egress.state == .established)
    #expect(engine.judge(.icmp(Self.web, "10.0.0.1", type: 14)).ingress.state == .reply)
  }

  @Test("the host firewall's own ICMPv6 list")
  func hostFirewall() {
    var fixture = Fixture()
    fixture.addEndpoint("reserved:host", identity: 1, ["fd01::1"])
    fixture.setPolicy(2, [.allow(.ingress, 4711)])
    fixture.tables.settings.hostFirewall = true
    var engine = fixture.engine()
    #expect(engine.judge(.icmp("fd02::1", "fd01::1", type: 134)).verdict == .forwarded)
    #expect(engine.judge(.icmp("fd02::1", "fd01::1", type: 128)).reason == .policyDenied)
    #expect(engine.judge(.icmp("fd02::1", "fd01::1", type: 137)).reason == .forbiddenICMPv6)
  }
}
