import Dataplane
import Packet
import Rules
import Tables
import Testing

/// `cilium-policy.md` §9 and "Connection state" of `kernel-datapath.md` §4, seen at pod a, whom b may reach on TCP 80.
@Suite struct ConnectionTrackingTests {
  static func fixture() -> Fixture {
    var fixture = Fixture()
    fixture.setPolicy(0, [.allow(.ingress, Fixture.b, 6, 80), .allow(.ingress, Fixture.b, 17, 53), .allow(.egress, 9)])
    return fixture
  }

  static let syn = PacketHeaders.tcp("10.0.0.2", 4000, "10.0.0.1", 80)
  static let ack = PacketHeaders.tcp("10.0.0.2", 4000, "10.0.0.1", 80, TCP.ack)
  static let fin = PacketHeaders.tcp("10.0.0.2", 4000, "10.0.0.1", 80, TCP.fin | TCP.ack)
  static let rst = PacketHeaders.tcp("10.0.0.2", 4000, "10.0.0.1", 80, TCP.rst)
  static let synAck = syn.reversed(TCP.syn | TCP.ack)
  static let replyAck = syn.reversed(TCP.ack)
  static let replyFin = syn.reversed(TCP.fin | TCP.ack)

  @Test("new, then reply without policy, then established")
  func handshake() {
    var engine = Self.fixture().engine()
    #expect(engine.judge(Self.syn).ingress.state == .new)
    let reply = engine.judge(Self.synAck)
    #expect(reply.verdict == .forwarded && reply.egress.state == .reply && reply.egress.matchType == .none)
    #expect(!reply.egress.flags.contains(.policyAsked))
    let third = engine.judge(Self.ack)
    #expect(third.ingress.state == .established && third.ingress.flags.contains(.policyAsked))
    #expect(!third.ingress.flags.contains(.opensConnection))
    #expect(third.ingress.matchType == .l3L4)
    #expect(engine.counters.flows == 1)
  }

  @Test("without the request there is no reply")
  func unsolicited() {
    var engine = Self.fixture().engine()
    #expect(engine.judge(Self.synAck).reason == .policyDenied)
  }

  @Test("a denied packet makes no entry")
  func denied() {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.ingress, Fixture.b, 6, 81), .allow(.egress, 9)])
    var engine = fixture.engine()
    #expect(engine.judge(Self.syn).reason == .policyDenied)
    #expect(engine.judge(Self.synAck).reason == .policyDenied)
    #expect(engine.judge(Self.syn).ingress.state == .new)
  }

  @Test("between two judged pods each side has its own entry")
  func bothSides() {
    var fixture = Self.fixture()
    fixture.setPolicy(1, [.allow(.egress, Fixture.a), .deny(.ingress)])
    var engine = fixture.engine()
    let first = engine.judge(Self.syn)
    #expect(first.egress.state == .new && first.ingress.state == .new)
    let reply = engine.judge(Self.synAck)
    #expect(reply.egress.state == .reply && reply.ingress.state == .reply && reply.verdict == .forwarded)
    let third = engine.judge(Self.ack)
    #expect(third.egress.state == .established && third.ingress.state == .established)
  }

  @Test("UDP entries live 60 seconds after the last packet of either direction")
  func udpTimeout() {
    var engine = Self.fixture().engine()
    let query = PacketHeaders.udp("10.0.0.2", 5000, "10.0.0.1", 53)
    #expect(engine.judge(query, at: 100).verdict == .forwarded)
    #expect(engine.judge(query.reversed(), at: 160).verdict == .forwarded)
    #expect(engine.judge(query.reversed(), at: 220).verdict == .forwarded)
    #expect(engine.judge(query.reversed(), at: 281).reason == .policyDenied)
    #expect(engine.judge(query, at: 281).ingress.state == .new)
  }

  @Test("TCP lives 60 seconds until a packet without SYN, then 8,000")
  func tcpTimeout() {
    var engine = Self.fixture().engine()
    _ = engine.judge(Self.syn, at: 0)
    _ = engine.judge(Self.synAck, at: 1)
    #expect(engine.judge(Self.ack, at: 62).ingress.state == .new)
    _ = engine.judge(Self.syn, at: 1000)
    _ = engine.judge(Self.synAck, at: 1001)
    _ = engine.judge(Self.ack, at: 1002)
    #expect(engine.judge(Self.replyAck, at: 9002).egress.state == .reply)
    #expect(engine.judge(Self.replyAck, at: 17003).egress.state == .new)
  }

  @Test("lifetimes come from the settings")
  func configuredTimeout() {
    var fixture = Self.fixture()
    fixture.tables.settings.timeoutAny = 5
    var engine = fixture.engine()
    let query = PacketHeaders.udp("10.0.0.2", 5000, "10.0.0.1", 53)
    _ = engine.judge(query, at: 100)
    #expect(engine.judge(query.reversed(), at: 105).egress.state == .reply)
    #expect(engine.judge(query.reversed(), at: 111).egress.state == .new)
  }

  @Test("after FIN from both sides the entry lives 10 more seconds")
  func close() {
    var engine = Self.fixture().engine()
    for packet in [Self.syn, Self.synAck, Self.ack, Self.fin] { _ = engine.judge(packet, at: 100) }
    #expect(engine.judge(Self.replyAck, at: 200).egress.state == .reply)
    #expect(engine.judge(Self.replyFin, at: 300).egress.state == .reply)
    #expect(engine.judge(Self.ack, at: 310).ingress.state == .established)
    // The last acknowledgement did not prolong it.
    #expect(engine.judge(Self.ack, at: 311).ingress.state == .new)
  }

  @Test("an opening SYN on a closing connection is new")
  func reopen() {
    var engine = Self.fixture().engine()
    for packet in [Self.syn, Self.synAck, Self.ack, Self.fin] { _ = engine.judge(packet, at: 100) }
    let again = engine.judge(Self.syn, at: 101)
    #expect(again.ingress.state == .new && again.ingress.flags.contains(.opensConnection))
    // Reset to the SYN lifetime.
    #expect(engine.judge(Self.ack, at: 162).ingress.state == .new)
  }

  @Test("an opening SYN on a connection that is not closing is established")
  func repeatedSyn() {
    var engine = Self.fixture().engine()
    _ = engine.judge(Self.syn)
    #expect(engine.judge(Self.syn).ingress.state == .established)
  }

  @Test("RST before both SYNs closes both sides, after them only its own")
  func reset() {
    var engine = Self.fixture().engine()
    _ = engine.judge(Self.syn, at: 100)
    _ = engine.judge(Self.rst, at: 100)
    #expect(engine.judge(Self.replyAck, at: 111).egress.state == .new)
    var other = Self.fixture().engine()
    for packet in [Self.syn, Self.synAck, Self.ack, Self.rst] { _ = other.judge(packet, at: 100) }
    #expect(other.judge(Self.replyAck, at: 111).egress.state == .reply)
  }

  @Test("new tables cut the forward direction at once, replies pass until the entry dies")
  func policyChange() {
    var fixture = Self.fixture()
    var engine = fixture.engine()
    for packet in [Self.syn, Self.synAck, Self.ack] { _ = engine.judge(packet) }
    fixture.setPolicy(0, [.allow(.ingress, 4711), .allow(.egress, 4711)])
    engine.replaceTables(LookupTables(fixture.tables))
    let forward = engine.judge(Self.ack)
    #expect(forward.reason == .policyDenied && forward.ingress.state == .established)
    #expect(engine.judge(Self.replyAck).verdict == .forwarded)
  }

  @Test("a denied packet refreshes an entry that exists")
  func deniedRefresh() {
    var fixture = Self.fixture()
    var engine = fixture.engine()
    let query = PacketHeaders.udp("10.0.0.2", 5000, "10.0.0.1", 53)
    _ = engine.judge(query, at: 100)
    fixture.setPolicy(0, [.allow(.ingress, 4711), .allow(.egress, 4711)])
    engine.replaceTables(LookupTables(fixture.tables))
    #expect(engine.judge(query, at: 150).reason == .policyDenied)
    #expect(engine.judge(query.reversed(), at: 200).verdict == .forwarded)
  }

  @Test("a TCP packet in midstream is judged like any new flow")
  func midstreamJudge() {
    var engine = Self.fixture().engine()
    #expect(engine.judge(Self.replyAck).reason == .policyDenied)
    let forward = engine.judge(Self.ack)
    #expect(forward.ingress.state == .new && forward.verdict == .forwarded)
    #expect(engine.judge(Self.replyAck).egress.state == .reply)
  }

  @Test("with midstream allow, connections whose beginning is missing pass both ways without policy")
  func midstreamAllow() {
    var options = EngineOptions()
    options.midstream = .allow
    var engine = Self.fixture().engine(options)
    let first = engine.judge(.tcp("10.0.0.1", 5555, "10.0.0.2", 22, TCP.ack))
    #expect(first.verdict == .forwarded && first.egress.state == .established)
    #expect(first.egress.flags.isSuperset(of: [.midstream, .opensConnection]))
    #expect(!first.egress.flags.contains(.policyAsked))
    #expect(engine.judge(.tcp("10.0.0.2", 22, "10.0.0.1", 5555, TCP.ack)).verdict == .forwarded)
    #expect(engine.judge(.tcp("10.0.0.1", 5555, "10.0.0.2", 22, TCP.ack)).egress.flags.contains(.midstream))
    // A SYN is a beginning, and UDP has none.
    #expect(engine.judge(.tcp("10.0.0.1", 5556, "10.0.0.2", 22)).reason == .policyDenied)
    #expect(engine.judge(.udp("10.0.0.1", 5556, "10.0.0.2", 22)).reason == .policyDenied)
    #expect(engine.judge(.tcp("10.0.0.1", 5555, "10.0.0.2", 22)).reason == .policyDenied)
  }

  @Test("when the table is full the connection silent longest makes room, and is counted")
  func eviction() {
    var options = EngineOptions()
    options.maximumConnections = 16
    var engine = Self.fixture().engine(options)
    for port in 0..<16 { _ = engine.judge(.tcp("10.0.0.2", UInt16(port), "10.0.0.1", 80), at: 100 + Int64(port)) }
    #expect(engine.counters.connectionsEvicted == 0 && engine.counters.flows == 16)
    _ = engine.judge(.tcp("10.0.0.2", 99, "10.0.0.1", 80), at: 120)
    #expect(engine.counters.connectionsEvicted == 1)
    #expect(engine.judge(.tcp("10.0.0.1", 80, "10.0.0.2", 99, TCP.ack), at: 120).egress.state == .reply)
    #expect(engine.judge(.tcp("10.0.0.1", 80, "10.0.0.2", 15, TCP.ack), at: 120).egress.state == .reply)
    #expect(engine.judge(.tcp("10.0.0.1", 80, "10.0.0.2", 0, TCP.ack), at: 120).egress.state == .new)
  }

  @Test("expired connections make room without being counted")
  func reuse() {
    var options = EngineOptions()
    options.maximumConnections = 16
    var engine = Self.fixture().engine(options)
    for port in 0..<1000 {
      _ = engine.judge(.tcp("10.0.0.2", UInt16(port), "10.0.0.1", 80), at: Int64(port) * 100)
    }
    #expect(engine.counters.connectionsEvicted == 0 && engine.counters.flows == 1000)
  }

  @Test("the table grows and keeps what it holds")
  func growth() {
    var engine = Self.fixture().engine()
    for port in 0..<60000 { _ = engine.judge(.tcp("10.0.0.2", UInt16(port), "10.0.0.1", 80)) }
    for port in 0..<60000 {
      let reply = engine.judge(.tcp("10.0.0.1", 80, "10.0.0.2", UInt16(port), TCP.ack))
      #expect(reply.egress.state == .reply)
      if reply.egress.state != .reply { return }
    }
    #expect(engine.counters.flows == 60000 && engine.counters.connectionsEvicted == 0)
  }

  @Test("times before 1970, far in the future or running backwards do no harm")
  func oddTimes() {
    var engine = Self.fixture().engine()
    for nanoseconds in [Int64.min, -1, 0, .max, 5_000_000_000, 4_294_967_296_000_000_000] {
      _ = engine.judge(Self.syn, at: nanoseconds, length: .max)
      _ = engine.judge(Self.ack, at: nanoseconds, length: 0)
    }
    #expect(engine.counters.packets == 12)
  }
}
