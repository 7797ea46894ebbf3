import Dataplane
import Packet
import Rules
import Tables
import Testing

/// A packet seen at several points is one packet.
@Suite struct SightingTests {
  static let web = "198.51.100.7"

  static var options: EngineOptions {
    var options = EngineOptions()
    options.findsSightings = true
    return options
  }

  static func frame(
    _ source: String = "10.0.0.1", _ destination: String = "10.0.0.2", port: UInt16 = 80,
    source sourcePort: UInt16 = 40000,
    flags: UInt16 = TCP.syn, sequence: Int = 1, identification: Int = 7, hops: UInt8 = 64, from: UInt8 = 1
  ) -> [UInt8] {
    Wire.ethernet(
      Wire.ip(
        source, destination, 6, Wire.tcp(sourcePort, port, flags, sequence: sequence), identification: identification,
        hops: hops), from: from)
  }

  private func sightings(
    _ fixture: Fixture = TunnelTests.fixture(), _ vantage: Vantage = .node, _ fill: (inout FieldCapture) -> Void
  ) -> UInt64 {
    var capture = FieldCapture()
    fill(&capture)
    let counters = capture.judge(fixture, vantage: vantage, options: Self.options).counters
    #expect(counters.addUp && counters.packets == UInt64(capture.records.count))
    return counters.sightings
  }

  @Test("at the source's device, in the overlay, on the wire and at the destination's device it is one packet")
  func path() {
    for packet in [TunnelTests.inner, TunnelTests.inner6] {
      let isIPv6 = packet[0] >> 4 == 6
      var routed = packet
      routed[isIPv6 ? 7 : 8] = 63
      let count = sightings {
        $0.add(Wire.ethernet(packet), at: 1000, point: 0)
        $0.add(TunnelTests.outer(17, Wire.vxlan(Wire.ethernet(routed), identifier: 1001)), at: 1000, point: 1)
        $0.add(TunnelTests.outer(17, Wire.vxlan(Wire.ethernet(routed), identifier: 1001)), at: 1001, point: 2)
        $0.add(Wire.ethernet(routed), at: 1002, point: 3)
      }
      #expect(count == 3)
    }
  }

  @Test("what differs in content, or comes too late, is another packet")
  func others() {
    let first = Self.frame()
    func count(_ other: [UInt8], at time: Int64 = 1000, point: UInt16 = 1) -> UInt64 {
      sightings {
        $0.add(first, at: 1000)
        $0.add(other, at: time, point: point)
      }
    }
    #expect(count(first) == 1)
    #expect(count(first, at: 1100) == 1)
    #expect(count(first, at: 1101) == 0)
    #expect(count(first, point: 0) == 0)
    #expect(count(Self.frame(identification: 8)) == 0)
    #expect(count(Self.frame(sequence: 2)) == 0)
    #expect(count(Self.frame(flags: TCP.ack)) == 0)
    #expect(count(Self.frame(port: 81)) == 0)
    #expect(count(Self.frame("10.0.0.9")) == 0)
    #expect(count(first + []) == 1)
    // Lower limits were routed; higher ones were not, unless another file's clock is behind.
    #expect(count(Self.frame(hops: 63)) == 1)
    #expect(count(Self.frame(hops: 65)) == 0)
    #expect(count(Self.frame(hops: 65), point: 0x100) == 1)
    // The same interface, another link.
    #expect(count(Self.frame(from: 9), point: 0) == 1)
  }

  @Test("a checksum that the device fills in does not matter, and ARP is never looked at")
  func checksums() {
    var filled = Self.frame()
    (filled[50], filled[51], filled[24], filled[25]) = (0xab, 0xcd, 1, 2)
    #expect(
      sightings {
        $0.add(Self.frame())
        $0.add(filled, point: 1)
      } == 1)
    let arp: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 6] + [UInt8](repeating: 0, count: 28)
    #expect(
      sightings {
        $0.add(arp)
        $0.add(arp, point: 1)
      } == 0)
  }

  @Test("a repetition by the sender is a packet of its own at every point, also when one was lost on the way")
  func repetitions() {
    // Even with the identification that Linux gives to SYN-ACKs: 0.
    let packet = Self.frame(identification: 0)
    for order in [[0, 1, 0, 1], [0, 0, 1, 1], [0, 1, 1, 0]] {
      #expect(
        sightings { capture in for point in order { capture.add(packet, point: UInt16(point)) } } == 2, "\(order)")
    }
    #expect(sightings { capture in for point: UInt16 in [0, 0, 1] { capture.add(packet, point: point) } } == 1)
    #expect(sightings { capture in for point: UInt16 in [0, 0, 0] { capture.add(packet, point: point) } } == 0)
  }

  @Test("masqueraded on its way out, it is still the pod's packet")
  func masquerade() {
    let count = sightings {
      $0.add(Self.frame("10.0.0.1", Self.web))
      $0.add(Self.frame("192.0.2.1", Self.web, source: 61000, hops: 63), point: 1)
    }
    #expect(count == 1)
    // Somebody else's packet is not.
    #expect(
      sightings {
        $0.add(Self.frame("10.0.0.1", Self.web))
        $0.add(Self.frame("203.0.113.9", Self.web, source: 61000, hops: 63), point: 1)
      } == 0)
  }

  @Test("an answer to a masqueraded packet is judged where it has the pod's address")
  func answer() {
    var capture = FieldCapture()
    capture.add(Self.frame("10.0.0.1", "10.0.0.2"))
    capture.add(Self.frame("203.0.113.9", "192.0.2.1", port: 61000, source: 80), point: 1)
    capture.add(Self.frame("203.0.113.9", "10.0.0.2", port: 40000, source: 80, hops: 63))
    let (verdicts, counters) = capture.judge(TunnelTests.fixture(), options: Self.options)
    #expect(verdicts[2]?.reason == .policyDenied)
    #expect(counters.sightings == 1 && counters.addUp && counters.verdicts.unjudged == 0)
  }

  @Test("before and after a service's address was translated, it is one packet")
  func service() {
    var fixture = TunnelTests.fixture()
    fixture.tables.backends = [ServiceBackend(address: address("10.0.0.2"), port: 80)]
    for (frontend, port) in [("10.96.0.1", 8000), ("192.0.2.1", 30080)] as [(String, UInt16)] {
      fixture.tables.services.append(
        ServiceFrontend(
          address: address(frontend), port: port, protocolNumber: 6, namespace: "default", name: "web", backends: 0..<1)
      )
    }
    for (frontend, port) in [("10.96.0.1", 8000), ("192.0.2.1", 30080)] as [(String, UInt16)] {
      var capture = FieldCapture()
      capture.add(Self.frame("10.0.0.1", frontend, port: port))
      capture.add(Self.frame("10.0.0.1", "10.0.0.2"), point: 1)
      let (verdicts, counters) = capture.judge(fixture, options: Self.options)
      #expect(verdicts[0]?.verdict == .forwarded && verdicts[0]?.ingress.isPresent == true)
      #expect(counters.sightings == 1 && counters.addUp)
    }
  }

  @Test("Linux's cooked headers tell coming from going")
  func cooked() {
    func record(_ way: UInt8) -> [UInt8] { [0, way, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0] + TunnelTests.inner }
    var capture = FieldCapture()
    for way in [0, 4, 0] as [UInt8] { capture.add(record(way), linkType: 113) }
    #expect(capture.judge(TunnelTests.fixture(), options: Self.options).counters.sightings == 1)
  }

  @Test("fragments and ICMP are found again too")
  func otherProtocols() {
    let packets = [
      Wire.ip("10.0.0.1", "10.0.0.2", 17, Wire.udp(1, 2, [1, 2, 3])), Wire.ip("10.0.0.1", "10.0.0.2", 1, Wire.echo()),
      Wire.ip("10.0.0.1", "10.0.0.2", 17, [1, 2, 3, 4, 5, 6, 7, 8], fragment: 3),
      Wire.ip("10.0.0.1", "10.0.0.2", 47, [0, 0, 8, 0]), Wire.ip("fd00::1", "fd00::2", 58, [128, 0, 0, 0, 0, 1, 0, 1]),
    ]
    let count = sightings { capture in
      for point: UInt16 in 0..<3 { for packet in packets { capture.add(Wire.ethernet(packet), point: point) } }
    }
    #expect(count == UInt64(2 * packets.count))
  }

  @Test("nothing is looked for unless asked")
  func off() {
    var capture = FieldCapture()
    for point: UInt16 in 0..<3 { capture.add(Self.frame(), point: point) }
    #expect(capture.judge(TunnelTests.fixture()).counters.sightings == 0)
  }

  @Test("traffic seen at many points has the verdicts of the same traffic seen at one", arguments: 0..<20)
  func property(seed: UInt64) {
    var random = SplitMix(state: seed)
    var (alone, everywhere) = (FieldCapture(), FieldCapture())
    for number in 0..<2000 {
      let isIPv6 = Bool.random(using: &random)
      let ends = isIPv6 ? ["fd00::1", "fd00::2"] : ["10.0.0.1", "10.0.0.2"]
      let isForward = Bool.random(using: &random)
      let ports: [UInt16] = [40000 + UInt16.random(in: 0..<8, using: &random), Bool.random(using: &random) ? 80 : 81]
      let flags: UInt16 = [TCP.syn, TCP.ack, TCP.ack, TCP.fin | TCP.ack].randomElement(using: &random) ?? 0
      let (from, to) = isForward ? (0, 1) : (1, 0)
      func packet(hops: UInt8) -> [UInt8] {
        // IPv6 has no identification: the sequence number tells repetitions apart.
        Wire.ip(
          ends[from], ends[to], 6, Wire.tcp(ports[from], ports[to], flags, sequence: number),
          identification: number & 0xffff, hops: hops)
      }
      let time = Int64(1000 + number * 5)
      alone.add(Wire.ethernet(packet(hops: 64)), at: time)
      let carriers = TunnelTests.carriers(packet(hops: 63)).values.sorted { $0.lexicographicallyPrecedes($1) }
      var hops: UInt8 = 64
      var points: [UInt16] = [0, 1, 2, 3, 4]
      points.removeLast(Int.random(in: 0..<5, using: &random))
      for point in points {
        let isCarried = point == 2 || point == 3
        if isCarried {
          everywhere.add(carriers[Int.random(in: 0..<carriers.count, using: &random)], at: time, point: point)
          hops = 63
        } else {
          everywhere.add(Wire.ethernet(packet(hops: hops)), at: time, point: point)
          if Bool.random(using: &random) { hops -= 1 }
          hops = max(hops, 63)
        }
      }
    }
    let expected = alone.judge(TunnelTests.fixture()).counters
    let found = everywhere.judge(
      TunnelTests.fixture(), options: Self.options, group: Int.random(in: 1..<100, using: &random)
    ).counters
    #expect(found.sightings == UInt64(everywhere.records.count - alone.records.count) && found.addUp)
    #expect(found.verdicts == expected.verdicts && found.flowVerdicts == expected.flowVerdicts)
    #expect(found.dropReasons[133] == expected.dropReasons[133] && found.flows == expected.flows)
  }
}
