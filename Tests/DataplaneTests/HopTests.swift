import Dataplane
import Packet
import Rules
import Tables
import Testing

/// Which ends judge, and what the hops make together.
@Suite struct HopTests {
  static let web = "198.51.100.7"

  @Test("both ends judge a packet between two pods")
  func bothHops() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, Fixture.b, 6, 80)])
    fixture.setPolicy(1, [.allow(.ingress, Fixture.a)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("10.0.0.1", 4000, "10.0.0.2", 80))
    #expect(verdict.verdict == .forwarded)
    #expect(verdict.egress.isPresent && verdict.ingress.isPresent)
    #expect(verdict.egress.matchType == .l3L4 && verdict.egress.entry == 0)
    #expect(verdict.ingress.matchType == .l3Only && verdict.ingress.entry == 0)
    #expect(verdict.egress.flags.contains(.opensConnection))
    #expect(verdict.sourceIdentity == Fixture.a && verdict.destinationIdentity == Fixture.b)
    #expect(verdict.sourceEndpoint == 0 && verdict.destinationEndpoint == 1)
    #expect(verdict.flags.contains(.newFlow))
  }

  @Test("what egress drops never reaches the destination's policy")
  func egressDrop() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 6, 443)])
    fixture.setPolicy(1, [.allow(.ingress)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("10.0.0.1", 4000, "10.0.0.2", 80))
    #expect(verdict.verdict == .dropped && verdict.reason == .policyDenied)
    #expect(verdict.egress.verdict == .dropped && !verdict.ingress.isPresent)
  }

  @Test("a redirect at one hop and a plain allow at the other is a redirect; a drop beats it")
  func redirect() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.redirect(.egress, 0, 6, 80, to: 3)])
    fixture.setPolicy(1, [.allow(.ingress, 0, 6, 80), .deny(.ingress, 0, 6, 81)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("10.0.0.1", 4000, "10.0.0.2", 80))
    #expect(verdict.verdict == .redirected && verdict.egress.redirect == 3)
    #expect(verdict.ingress.verdict == .forwarded)
    let reply = engine.judge(.tcp("10.0.0.2", 80, "10.0.0.1", 4000, TCP.syn | TCP.ack))
    #expect(reply.verdict == .redirected && reply.ingress.redirect == 3 && reply.ingress.state == .reply)
    fixture.tables.policies[0].entries[0] = .redirect(.egress, 0, 6, 81, to: 3)
    var other = fixture.engine()
    let dropped = other.judge(.tcp("10.0.0.1", 4000, "10.0.0.2", 81))
    #expect(dropped.egress.verdict == .redirected && dropped.verdict == .dropped && dropped.reason == .policyDeny)
  }

  @Test("a direction that is not enforced still has its hop, marked as such")
  func notEnforced() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp(Self.web, 4000, "10.0.0.1", 80))
    #expect(verdict.verdict == .forwarded && verdict.ingress.matchType == .all)
    #expect(verdict.ingress.flags.contains(.notEnforced))
    #expect(!engine.judge(.tcp("10.0.0.1", 1, Self.web, 80)).egress.flags.contains(.notEnforced))
  }

  @Test("nobody judges between addresses without policy")
  func unjudged() {
    var engine = Fixture().engine()
    let verdict = engine.judge(.tcp(Self.web, 4000, "10.0.0.1", 80))
    #expect(verdict.verdict == .unjudged && !verdict.ingress.isPresent)
    #expect(verdict.destinationEndpoint == 0 && verdict.sourceIdentity == ReservedIdentity.worldIPv4)
    #expect(engine.counters.verdicts.unjudged == 1 && engine.counters.flowVerdicts.unjudged == 1)
  }

  @Test("another node's endpoint does not judge, even if the tables name a policy")
  func remote() {
    var fixture = Fixture()
    fixture.setPolicy(1, [.deny(.ingress)])
    fixture.tables.endpoints[1].isLocal = false
    var engine = fixture.engine()
    #expect(engine.judge(.udp("10.0.0.1", 1, "10.0.0.2", 53)).verdict == .unjudged)
  }

  @Test("a pod's packets to itself never leave it")
  func itself() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.deny(.egress), .deny(.ingress)])
    var engine = fixture.engine()
    let verdict = engine.judge(.tcp("10.0.0.1", 4000, "10.0.0.1", 80))
    #expect(verdict.verdict == .unjudged && verdict.flags.contains(.withinEndpoint))
  }

  @Test("the host is host to its own node's pods, a remote node to others; it is judged only with the host firewall")
  func host() {
    var fixture = Fixture()
    fixture.addEndpoint("reserved:host", identity: 1, ["192.168.0.1"])
    fixture.addEndpoint("reserved:host", identity: 1, ["192.168.0.2"], node: "node2")
    fixture.setPolicy(0, [.allow(.ingress, 1), .deny(.ingress, 6)])
    var engine = fixture.engine()
    let local = engine.judge(.tcp("192.168.0.1", 4000, "10.0.0.1", 80))
    #expect(local.verdict == .forwarded && local.sourceIdentity == 1 && !local.egress.isPresent)
    let remote = engine.judge(.tcp("192.168.0.2", 4000, "10.0.0.1", 80))
    #expect(remote.sourceIdentity == 6 && remote.reason == .policyDeny)
    fixture.setPolicy(2, [.allow(.egress, Fixture.b)])
    fixture.tables.settings.hostFirewall = true
    var firewalled = fixture.engine()
    #expect(firewalled.judge(.tcp("192.168.0.1", 4000, "10.0.0.1", 80)).egress.reason == .policyDenied)
  }

  @Test("IPv6 is judged as IPv4 is")
  func ipv6() {
    var fixture = Fixture()
    fixture.setPolicy(1, [.allow(.ingress, Fixture.a, 6, 80)])
    var engine = fixture.engine()
    #expect(engine.judge(.tcp("fd00::1", 4000, "fd00::2", 80)).verdict == .forwarded)
    #expect(engine.judge(.tcp("fd00::1", 4000, "fd00::2", 81)).reason == .policyDenied)
    let world = engine.judge(.tcp("2001:db8::1", 4000, "fd00::2", 80))
    #expect(world.sourceIdentity == ReservedIdentity.worldIPv6 && world.reason == .policyDenied)
    fixture.tables.settings.enableIPv6 = false
    var single = fixture.engine()
    #expect(single.judge(.tcp("fd00::1", 4000, "fd00::2", 80)).reason == .unsupportedNetworkProtocol)
  }

  @Test("audit mode lets pass what policy refuses, tracks it, and names the reason")
  func audit() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.deny(.ingress, Fixture.b), .redirect(.ingress, 0, 6, 80), .allow(.egress, 0, 6, 1)])
    fixture.tables.settings.auditMode = true
    var engine = fixture.engine()
    let denied = engine.judge(.tcp("10.0.0.2", 4000, "10.0.0.1", 80))
    #expect(denied.verdict == .audit && denied.ingress.reason == .policyDeny && denied.reason == .none)
    #expect(engine.judge(.tcp("10.0.0.1", 80, "10.0.0.2", 4000, 18)).verdict == .forwarded)
    #expect(engine.judge(.tcp("10.0.0.2", 4000, "10.0.0.1", 80, TCP.ack)).verdict == .audit)
    #expect(engine.judge(.udp(Self.web, 1, "10.0.0.1", 1)).ingress.reason == .policyDenied)
    #expect(engine.judge(.tcp(Self.web, 1, "10.0.0.1", 80)).verdict == .redirected)
    // What no policy decides is dropped as ever.
    #expect(engine.judge(.ip(Self.web, "10.0.0.1", protocolNumber: 47)).reason == .unknownTransport)
    #expect(engine.counters.verdicts.audit == 3 && engine.counters.flowVerdicts.audit == 2)
  }

  @Test("authentication is taken to succeed unless told otherwise")
  func authentication() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.ingress, Fixture.b, auth: .spire, explicit: true)])
    var engine = fixture.engine()
    let assumed = engine.judge(.tcp("10.0.0.2", 4000, "10.0.0.1", 80))
    #expect(assumed.verdict == .forwarded && assumed.ingress.authentication == .spire)
    var options = EngineOptions()
    options.assumeAuthenticated = false
    var strict = fixture.engine(options)
    let refused = strict.judge(.tcp("10.0.0.2", 4000, "10.0.0.1", 80))
    #expect(refused.reason == .authenticationRequired && refused.ingress.entry == 0)
    #expect(refused.ingress.authentication == .spire)
    fixture.tables.settings.auditMode = true
    var audited = fixture.engine(options)
    #expect(audited.judge(.tcp("10.0.0.2", 4000, "10.0.0.1", 80)).verdict == .audit)
  }

  @Test("what has no certificate, and what is made to fail, never authenticates")
  func impossibleAuthentication() {
    var fixture = Fixture()
    fixture.setPolicy(
      0,
      [
        .allow(.ingress, Fixture.b, auth: .testAlwaysFail, explicit: true),
        .allow(.ingress, fixture.tables.settings.worldIPv4, auth: .spire),
      ])
    var engine = fixture.engine()
    #expect(engine.judge(.tcp("10.0.0.2", 4000, "10.0.0.1", 80)).reason == .authenticationRequired)
    let world = engine.judge(.tcp(Self.web, 4000, "10.0.0.1", 80))
    #expect(world.reason == .authenticationRequired && world.ingress.authentication == .spire)
  }

  @Test("counters add up")
  func counters() {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.egress, 0, 17, 53)])
    var engine = fixture.engine()
    _ = engine.judge(.udp("10.0.0.1", 5000, Self.web, 53))
    _ = engine.judge(.udp(Self.web, 53, "10.0.0.1", 5000))
    _ = engine.judge(.tcp("10.0.0.1", 5000, Self.web, 80))
    _ = engine.judge(.tcp("10.0.0.1", 5000, Self.web, 80))
    _ = engine.judge(.icmp("fd00::1", "fd00::99", type: 135))
    var arp = PacketHeaders()
    arp.outcome = .arp
    _ = engine.judge(arp)
    let counters = engine.counters
    #expect(counters.packets == 6 && counters.bytes == 360)
    #expect(counters.verdicts.forwarded == 2 && counters.verdicts.dropped == 2 && counters.verdicts.unjudged == 2)
    #expect(counters.dropReasons[133] == 2)
    #expect(counters.flows == 3)
    #expect(counters.flowVerdicts.forwarded == 1 && counters.flowVerdicts.dropped == 1)
    #expect(counters.flowVerdicts.unjudged == 1)
    #expect(counters.kinds.ipv4 == 4 && counters.kinds.ipv6 == 1 && counters.kinds.arp == 1)
    #expect(counters.kinds.udp == 2 && counters.kinds.tcp == 2 && counters.kinds.icmp == 1)
  }
}
