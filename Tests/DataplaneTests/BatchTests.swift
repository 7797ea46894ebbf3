import Addresses
import Dataplane
import Latency
import Packet
import Rules
import Tables
import Testing

/// Packets judged together, by shortcuts and by several engines, fare as they do one by one.
@Suite struct BatchTests {
  /// Pods with and without policies, a redirect, denies, a service, addresses of nobody.
  private static func fixture(audit: Bool = false) -> Fixture {
    var fixture = ServiceTests.fixture()
    fixture.setPolicy(
      0, [.allow(.egress, 0, 6, 8080), .allow(.egress, Fixture.b, 17), .allow(.ingress, 0, 17), .allow(.egress, 0, 1)])
    fixture.setPolicy(
      1, [.redirect(.ingress, Fixture.a, 6, 8080), .allow(.ingress, Fixture.a, 17, 53), .deny(.ingress, 1003, 6, 53)])
    fixture.tables.settings.auditMode = audit
    return fixture
  }

  /// A few ends, ports and flags, so that packets meet again; time goes on, stands still, jumps and steps back.
  private static func traffic(_ count: Int, _ random: inout SplitMix) -> TestCapture {
    let addresses4 = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.96.0.1", "10.96.0.2", "192.0.2.1"]
    let addresses6 = ["fd00::1", "fd00::2", "fd01::1", "2001:db8::1"]
    let ports: [UInt16] = [53, 80, 8080, 40000, 40001]
    let flags: [UInt8] = [0x02, 0x12, 0x10, 0x18, 0x10, 0x11, 0x10, 0x04, 0x14, 0x02]
    let capture = TestCapture()
    var time: Int64 = 1_000_000_000_000
    for _ in 0..<count {
      switch Int.random(in: 0..<100, using: &random) {
      case 0: time += 70_000_000_000
      case 1: time += 9_000_000_000_000
      case 2: time -= 40_000_000_000
      case 3..<30: time += 500_000_000
      default: time += 1000
      }
      let addresses = Int.random(in: 0..<4, using: &random) == 0 ? addresses6 : addresses4
      let source = address(addresses.randomElement(using: &random) ?? "::")
      let destination = address(addresses.randomElement(using: &random) ?? "::")
      let (from, to) = (ports.randomElement(using: &random) ?? 0, ports.randomElement(using: &random) ?? 0)
      let flag = flags.randomElement(using: &random) ?? 0
      let kind = Int.random(in: 0..<20, using: &random)
      let payload: (number: UInt8, bytes: [UInt8], fragment: UInt16) =
        switch kind {
        case 0: (source.isIPv6 ? 58 : 1, TestCapture.icmp(source.isIPv6 ? 128 : 8), 0)
        case 1, 2: (source.isIPv6 ? 58 : 1, TestCapture.icmp(source.isIPv6 ? 1 : 3), 0)
        case 3: (17, TestCapture.udp(from, to), 0x2000)
        case 4: (17, [1, 2, 3, 4, 5, 6, 7, 8], 0x0001)
        case 5..<10: (17, TestCapture.udp(from, to), 0)
        case 10: (47, [0, 0, 8, 0], 0)
        default: (6, TestCapture.tcp(from, to, flag), 0)
        }
      capture.add(source, destination, payload.number, payload.bytes, fragment: payload.fragment, at: time)
    }
    return capture
  }

  private static let options: [EngineOptions] = {
    var allow = EngineOptions()
    allow.midstream = .allow
    var live = EngineOptions()
    live.followsRefusals = false
    // So small that connections lose their places.
    var small = EngineOptions()
    small.maximumConnections = 16
    return [EngineOptions(), allow, live, small]
  }()

  @Test("together or one by one", arguments: 0..<options.count, [false, true])
  func together(_ option: Int, audit: Bool) {
    let tables = LookupTables(Self.fixture(audit: audit).tables)
    var random = SplitMix(state: UInt64(option) * 2 + (audit ? 1 : 0))
    for capacity in [1, 7, 64, 500] {
      let capture = Self.traffic(2500, &random)
      var single = Engine(sharing: tables, options: Self.options[option])
      var engine = Engine(sharing: tables, options: Self.options[option])
      var prepared = PreparedPackets(capacity: capacity)
      var reports = VerdictReports([.drops, .openings], capacity: capacity)
      capture.batches(of: capacity) { packets in
        var expected: [(UInt32, PacketVerdict)] = []
        for index in 0..<packets.count {
          let verdict = single.judge(
            capture.headers(packets[index]), at: packets[index].timestamp, length: packets[index].originalLength)
          if !verdict.kinds.isDisjoint(with: reports.wanted) { expected.append((UInt32(index), verdict)) }
        }
        prepared.prepare(packets, tables)
        engine.judge(packets, prepared, reports: &reports)
        #expect(reports.count == expected.count)
        for position in 0..<min(reports.count, expected.count) {
          #expect(reports[position].index == expected[position].0)
          #expect(reports[position].verdict == expected[position].1)
        }
        #expect(Totals(engine.counters) == Totals(single.counters))
      }
    }
  }

  @Test("timed or not", arguments: 0..<options.count, [1, 3])
  func timed(_ option: Int, interval: Int) {
    let tables = LookupTables(Self.fixture().tables)
    var random = SplitMix(state: 20 + UInt64(option))
    let capture = Self.traffic(6000, &random)
    var grouped = Engine(sharing: tables, options: Self.options[option])
    var timed = Engine(sharing: tables, options: Self.options[option])
    var prepared = PreparedPackets(capacity: 64)
    var expected = VerdictReports([.drops, .openings], capacity: 64)
    var reports = VerdictReports([.drops, .openings], capacity: 64)
    var timings = PacketTimings(capacity: 64, interval: interval)
    var (packetCount, timedCount) = (0, 0)
    capture.batches(of: 64) { packets in
      prepared.prepare(packets, tables)
      grouped.judge(packets, prepared, reports: &expected)
      if packetCount % 128 == 0 {
        timed.judge(packets, reports: &reports, timings: &timings)
      } else {
        timed.judge(packets, prepared, engine: 0, reports: &reports, timings: &timings)
      }
      #expect((0..<reports.count).map { reports[$0].index } == (0..<expected.count).map { expected[$0].index })
      #expect((0..<reports.count).map { reports[$0].verdict } == (0..<expected.count).map { expected[$0].verdict })
      #expect(Totals(timed.counters) == Totals(grouped.counters))
      packetCount += timings.packets
      timedCount += timings.count
      for position in 0..<timings.count {
        let marks = timings[position]
        let met = [marks.begin] + (0..<5).map { marks.hops[$0] }.filter { $0 != 0 } + [marks.end]
        #expect(met == met.sorted())
      }
    }
    #expect(packetCount == 6000)
    // Of 94 batches every third from the first on; the last one, with 48 packets, is one of them.
    #expect(timedCount == (interval == 1 ? 6000 : 31 * 64 + 48))
  }

  @Test("packets that were forgotten leave nothing behind")
  func forgotten() {
    let tables = LookupTables(Self.fixture().tables)
    var random = SplitMix(state: 31)
    let (first, second) = (Self.traffic(3000, &random), Self.traffic(3000, &random))
    var used = Engine(sharing: tables, options: Self.options[3])
    var fresh = Engine(sharing: tables, options: Self.options[3])
    func judge(_ capture: TestCapture, _ engine: inout Engine) {
      capture.batches(of: 100) { packets in
        for index in 0..<packets.count {
          _ = engine.judge(capture.headers(packets[index]), at: packets[index].timestamp, length: 60)
        }
      }
    }
    judge(first, &used)
    used.forgetPackets()
    #expect(Totals(used.counters) == Totals(EngineCounters()))
    judge(second, &used)
    judge(second, &fresh)
    #expect(Totals(used.counters) == Totals(fresh.counters))
  }

  @Test("everything is reported to whoever asks for it, and of redirected connections all packets")
  func reported() {
    let tables = LookupTables(Self.fixture().tables)
    var random = SplitMix(state: 9)
    let capture = Self.traffic(5000, &random)
    for wanted in [VerdictReports.Wanted.everything, .redirected] {
      var single = Engine(sharing: tables)
      var engine = Engine(sharing: tables)
      var prepared = PreparedPackets(capacity: 50)
      var reports = VerdictReports(wanted, capacity: 50)
      capture.batches(of: 50) { packets in
        var expected: [PacketVerdict] = []
        for index in 0..<packets.count {
          let verdict = single.judge(
            capture.headers(packets[index]), at: packets[index].timestamp, length: packets[index].originalLength)
          if wanted == .everything || verdict.verdict == .redirected { expected.append(verdict) }
        }
        prepared.prepare(packets, tables)
        engine.judge(packets, prepared, reports: &reports)
        #expect((0..<reports.count).map { reports[$0].verdict } == expected)
      }
    }
  }

  @Test("the totals do not depend on the number of engines", arguments: [2, 3, 5])
  func severalEngines(_ count: Int) {
    let tables = LookupTables(Self.fixture().tables)
    var random = SplitMix(state: 4)
    let capture = Self.traffic(20_000, &random)
    var expected = EngineCounters()
    for engines in [1, count] {
      var sum = EngineCounters()
      var shares: [UInt64] = []
      for number in 0..<engines {
        var engine = Engine(sharing: tables)
        var prepared = PreparedPackets(capacity: 100, engines: engines)
        var reports = VerdictReports(.drops, capacity: 100)
        capture.batches(of: 100) { packets in
          prepared.prepare(packets, tables)
          engine.judge(packets, prepared, engine: number, reports: &reports)
        }
        sum.add(engine.counters)
        shares.append(engine.counters.packets)
      }
      if engines == 1 { expected = sum } else { #expect(shares.filter { $0 > 0 }.count > 1) }
      #expect(Totals(sum) == Totals(expected))
    }
    #expect(expected.packets == 20_000)
  }

  @Test("other tables hold from the next packet on, also for connections with a shortcut")
  func otherTables() {
    var fixture = Fixture()
    fixture.setPolicy(1, [.allow(.ingress, Fixture.a)])
    var engine = fixture.engine()
    let capture = TestCapture()
    for flag in [0x02, 0x10, 0x10] as [UInt8] {
      capture.add(address("10.0.0.1"), address("10.0.0.2"), 6, TestCapture.tcp(40000, 80, flag), at: 1_000_000_000_000)
    }
    var reports = VerdictReports(.drops, capacity: 3)
    var prepared = PreparedPackets(capacity: 3)
    func judge(_ tables: LookupTables) {
      capture.batches(of: 3) {
        prepared.prepare($0, tables)
        engine.judge($0, prepared, reports: &reports)
      }
    }
    let before = LookupTables(fixture.tables)
    judge(before)
    #expect(engine.counters.verdicts.forwarded == 3)
    fixture.tables.policies[0].entries = [.deny(.ingress, Fixture.a)]
    let after = LookupTables(fixture.tables)
    engine.replaceTables(after)
    judge(after)
    #expect(engine.counters.verdicts.dropped == 3)
  }

  /// What of the counters can be compared: all but how full the tables became.
  struct Totals: Equatable {
    let numbers: [UInt64]
    let verdicts: EngineCounters.Verdicts
    let flowVerdicts: EngineCounters.FlowVerdicts
    let kinds: EngineCounters.Kinds
    let times: [Int64]

    init(_ counters: EngineCounters) {
      numbers = [counters.packets, counters.bytes, counters.flows] + (0..<256).map { counters.dropReasons[$0] }
      verdicts = counters.verdicts
      flowVerdicts = counters.flowVerdicts
      kinds = counters.kinds
      times = [counters.firstTimestamp, counters.lastTimestamp]
    }
  }
}
