import Dataplane
import Packet
import Rules
import Tables
import Testing

/// Tunnels between nodes are opened, and what is inside is judged; what pods send stays what it is.
@Suite struct TunnelTests {
  static let web = "198.51.100.7"

  /// Pods a and b, each on its own node; a may send to b's port 80 only, b takes it from a only.
  static func fixture() -> Fixture {
    var fixture = Fixture()
    fixture.addEndpoint("reserved:host", identity: ReservedIdentity.host, ["192.0.2.1", "2001:db8::1"])
    fixture.addEndpoint("reserved:host", identity: ReservedIdentity.host, ["192.0.2.2", "2001:db8::2"], node: "node2")
    fixture.setPolicy(0, [.allow(.egress, Fixture.b, 6, 80)])
    fixture.setPolicy(1, [.allow(.ingress, Fixture.a, 6, 80)])
    fixture.tables.identities = [Fixture.a, Fixture.b, 1003].map { Identity(id: $0, labels: []) }
    fixture.tables.settings.hasClusterIdentities = true
    return fixture
  }

  static let inner = Wire.ip("10.0.0.1", "10.0.0.2", 6, Wire.tcp(40000, 80))
  static let refused = Wire.ip("10.0.0.1", "10.0.0.2", 6, Wire.tcp(40001, 81))
  static let inner6 = Wire.ip("fd00::1", "fd00::2", 6, Wire.tcp(40000, 80))

  static func outer(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    Wire.ethernet(Wire.ip("192.0.2.1", "192.0.2.2", number, payload))
  }

  static func outer6(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    Wire.ethernet(Wire.ip("2001:db8::1", "2001:db8::2", number, payload))
  }

  /// Every way to carry a packet from node to node.
  static func carriers(_ packet: [UInt8]) -> [String: [UInt8]] {
    let frame = Wire.ethernet(packet, from: 7, to: 8)
    let version: UInt8 = packet[0] >> 4 == 6 ? 41 : 4
    let type = Wire.type(of: packet)
    return [
      "VXLAN on Linux's port": outer(17, Wire.vxlan(frame)),
      "VXLAN on its own": outer(17, Wire.vxlan(frame, port: 4789)),
      "VXLAN over IPv6": outer6(17, Wire.vxlan(frame)), "GENEVE": outer(17, Wire.geneve(frame)),
      "GENEVE with options": outer(17, Wire.geneve(frame, options: [UInt8](repeating: 1, count: 12))),
      "IP in IPv4": outer(version, packet), "IP in IPv6": outer6(version, packet),
      "GRE": outer(47, Wire.gre(0, type, packet)), "GRE with key": outer(47, Wire.gre(0x20, type, packet)),
      "GRE with all": outer(47, Wire.gre(0xb0, type, packet)),
      "GRE bridging": outer(47, Wire.gre(0, [0x65, 0x58], frame)),
      "ERSPAN I": outer(47, Wire.gre(0, [0x88, 0xbe], frame)),
      "ERSPAN II": outer(47, Wire.gre(0x10, [0x88, 0xbe], [UInt8](repeating: 0, count: 8) + frame)),
      "inner VLAN": outer(
        17, Wire.vxlan(Array(frame[..<12]) + [0x81, 0, 0, 5] + type + packet)),
      "twice": outer(17, Wire.vxlan(Wire.ethernet(Wire.ip("192.0.2.1", "192.0.2.2", version, packet)))),
    ]
  }

  @Test("the packet inside is judged, whatever carries it")
  func carried() {
    for (name, bytes) in Self.carriers(Self.inner).merging(
      Self.carriers(Self.inner6).map { ("IPv6 in " + $0.key, $0.value) }, uniquingKeysWith: { a, _ in a })
    {
      var capture = FieldCapture()
      capture.add(bytes)
      let verdict = capture.judge(Self.fixture()).verdicts[0]
      #expect(verdict?.verdict == .forwarded && verdict?.egress.isPresent == true, "\(name)")
      #expect(verdict?.ingress.isPresent == true && verdict?.sourceEndpoint == 0, "\(name)")
    }
    for (name, bytes) in Self.carriers(Self.refused) {
      var capture = FieldCapture()
      capture.add(bytes)
      let (verdicts, counters) = capture.judge(Self.fixture())
      #expect(verdicts[0]?.reason == .policyDenied, "\(name)")
      #expect(counters.kinds.tcp == 1 && counters.bytes == UInt64(bytes.count), "\(name)")
    }
  }

  @Test("between others than nodes a tunnel is a packet like others, except on the network between nodes")
  func strangers() {
    let datagram = Wire.vxlan(Wire.ethernet(Self.refused))
    var capture = FieldCapture()
    capture.add(Wire.ethernet(Wire.ip("203.0.113.1", "203.0.113.2", 17, datagram)))
    capture.add(Wire.ethernet(Wire.ip("192.0.2.1", "203.0.113.2", 17, datagram)))
    #expect(capture.judge(Self.fixture()).counters.verdicts.unjudged == 2)
    #expect(capture.judge(Self.fixture(), vantage: .overlay).counters.verdicts.dropped == 2)
    // Where no node is known, only pods are known not to be one.
    var nodeless = Fixture()
    nodeless.setPolicy(0, [.allow(.egress, Fixture.b, 6, 80)])
    #expect(capture.judge(nodeless).counters.verdicts.dropped == 2)
  }

  @Test("at a pod's device no tunnel is opened")
  func endpoint() {
    var capture = FieldCapture()
    capture.add(Self.outer(17, Wire.vxlan(Wire.ethernet(Self.refused))))
    #expect(capture.judge(Self.fixture(), vantage: .endpoint).counters.verdicts.unjudged == 1)
  }

  @Test(
    "what pods send to a tunnel's port is a datagram; to the cluster's own it is refused", arguments: [true, false])
  func pods(isOverlay: Bool) {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.egress)])
    fixture.tables.settings.tunnelPort = 8472
    var capture = FieldCapture()
    let frame = Wire.ethernet(Self.inner)
    capture.add(Wire.ethernet(Wire.ip("10.0.0.1", Self.web, 17, Wire.vxlan(frame))))
    capture.add(Wire.ethernet(Wire.ip("10.0.0.1", Self.web, 17, Wire.vxlan(frame, port: 4789))))
    capture.add(Wire.ethernet(Wire.ip("10.0.0.1", "192.0.2.2", 4, Self.inner)))
    let verdicts = capture.judge(fixture, vantage: isOverlay ? .overlay : .node).verdicts
    #expect(verdicts[0]?.reason == .encapsulationProhibited)
    #expect(verdicts[1]?.verdict == .forwarded && verdicts[1]?.destinationIdentity == ReservedIdentity.worldIPv4)
    #expect(verdicts[2]?.reason == .unknownTransport)
  }

  @Test("the identity in the tunnel is the source's, where it is the cluster's and stands for a pod")
  func identity() {
    func source(_ identifier: Int, _ change: (inout Fixture) -> Void = { _ in }) -> UInt32? {
      var fixture = Self.fixture()
      change(&fixture)
      var capture = FieldCapture()
      capture.add(Self.outer(17, Wire.geneve(Wire.ethernet(Self.inner), identifier: identifier)))
      let verdict = capture.judge(fixture).verdicts[0]
      #expect(verdict?.verdict == (verdict?.sourceIdentity == Fixture.a ? .forwarded : .dropped))
      return verdict?.sourceIdentity
    }
    #expect(source(1003) == 1003)
    #expect(source(Int(Fixture.a)) == Fixture.a)
    for identifier in [0, 1, 2, 6, 7, 9, 10, 4711, 0xffffff] { #expect(source(identifier) == Fixture.a) }
    #expect(source(1003) { $0.tables.settings.hasClusterIdentities = false } == Fixture.a)
  }

  @Test("another identity in a later packet of a connection is judged anew")
  func identityChange() {
    var capture = FieldCapture()
    for (identifier, flags) in [(1001, TCP.syn), (1001, TCP.ack), (1003, TCP.ack), (1001, TCP.ack)] {
      let packet = Wire.ip("10.0.0.1", "10.0.0.2", 6, Wire.tcp(40000, 80, flags))
      capture.add(Self.outer(17, Wire.vxlan(Wire.ethernet(packet), identifier: identifier)))
    }
    let verdicts = capture.judge(Self.fixture()).verdicts
    #expect(verdicts.map { $0?.verdict } == [.forwarded, .forwarded, .dropped, .forwarded])
  }

  @Test("fragments inside a tunnel are fragments; of a fragmented tunnel the first is opened")
  func fragments() {
    var fixture = Self.fixture()
    fixture.setPolicy(0, [.allow(.egress, Fixture.b, 17, 53)])
    fixture.setPolicy(1, [.allow(.ingress, Fixture.a, 17, 53)])
    let datagram = Wire.udp(5000, 53, [UInt8](repeating: 1, count: 16))
    func part(_ bytes: ArraySlice<UInt8>, _ fragment: Int) -> [UInt8] {
      Wire.ethernet(Wire.ip("10.0.0.1", "10.0.0.2", 17, Array(bytes), fragment: fragment))
    }
    var capture = FieldCapture()
    capture.add(Self.outer(17, Wire.vxlan(part(datagram[16...], 2))))
    capture.add(Self.outer(17, Wire.vxlan(part(datagram[..<16], 0x2000))))
    capture.add(Self.outer(17, Wire.vxlan(part(datagram[16...], 2))))
    let whole = Wire.vxlan(
      Wire.ethernet(Wire.ip("10.0.0.1", "10.0.0.2", 17, Wire.udp(5001, 53, [UInt8](repeating: 1, count: 40)))))
    capture.add(Wire.ethernet(Wire.ip("192.0.2.1", "192.0.2.2", 17, Array(whole[..<64]), fragment: 0x2000)))
    capture.add(Wire.ethernet(Wire.ip("192.0.2.1", "192.0.2.2", 17, Array(whole[64...]), fragment: 8)))
    let verdicts = capture.judge(fixture).verdicts
    #expect(verdicts[0]?.reason == .firstFragmentNotFound)
    #expect(verdicts[1...3].allSatisfy { $0?.verdict == .forwarded && $0?.ingress.isPresent == true })
    #expect(verdicts[4]?.verdict == .unjudged)
  }

  @Test("more tunnels than any network has are not opened")
  func nesting() {
    var packet = Self.refused
    for _ in 0..<100 { packet = Wire.ip("192.0.2.1", "192.0.2.2", 4, packet) }
    var capture = FieldCapture()
    capture.add(Wire.ethernet(packet))
    #expect(capture.judge(Self.fixture()).verdicts[0]?.verdict == .unjudged)
  }

  @Test("MPLS is the network's own between nodes, and nothing that a pod may send elsewhere")
  func labels() {
    var capture = FieldCapture()
    capture.add([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47, 0, 1, 1, 64] + Self.refused)
    #expect(capture.judge(Self.fixture()).verdicts[0]?.verdict == .unjudged)
    #expect(capture.judge(Self.fixture(), vantage: .overlay).verdicts[0]?.reason == .policyDenied)
  }

  @Test("tunnels cut anywhere do no harm")
  func cut() {
    for bytes in Self.carriers(Self.inner).values {
      var capture = FieldCapture()
      for length in 0..<bytes.count { capture.add(Array(bytes[..<length])) }
      for vantage in [Vantage.node, .overlay] {
        var options = EngineOptions()
        options.findsSightings = true
        let counters = capture.judge(Self.fixture(), vantage: vantage, options: options).counters
        #expect(counters.packets == UInt64(bytes.count) && counters.addUp)
      }
    }
  }
}
