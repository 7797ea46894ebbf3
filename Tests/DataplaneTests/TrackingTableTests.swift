import Dataplane
import Packet
import Rules
import Tables
import Testing

/// `cilium-policy.md` §9 and `kernel-datapath.md` §4, rule by rule: what a connection's packets meet, and when.
@Suite struct TrackingTableTests {
  /// A packet between a client and a server whose policy lets only the client open connections.
  enum Step {
    case syn, ack, fin, rst
    case synAck, replyAck, replyFin, replyRst
    case query, answer
    case echo, echoReply
    /// From the server to the client, and back.
    case error(UInt8), errorBack(UInt8)

    func packet(isIPv6: Bool) -> PacketHeaders {
      let (client, server) = isIPv6 ? ("fd00::2", "fd00::1") : ("10.0.0.2", "10.0.0.1")
      func tcp(_ flags: UInt16) -> PacketHeaders { .tcp(client, 4000, server, 80, flags) }
      return switch self {
      case .syn: tcp(TCP.syn)
      case .ack: tcp(TCP.ack)
      case .fin: tcp(TCP.fin | TCP.ack)
      case .rst: tcp(TCP.rst)
      case .synAck: tcp(0).reversed(TCP.syn | TCP.ack)
      case .replyAck: tcp(0).reversed(TCP.ack)
      case .replyFin: tcp(0).reversed(TCP.fin | TCP.ack)
      case .replyRst: tcp(0).reversed(TCP.rst)
      case .query: .udp(client, 5000, server, 53)
      case .answer: PacketHeaders.udp(client, 5000, server, 53).reversed()
      case .echo: .icmp(client, server, type: isIPv6 ? 128 : 8, identifier: 77)
      case .echoReply: .icmp(server, client, type: isIPv6 ? 129 : 0, identifier: 77)
      case .error(let type): .icmp(server, client, type: type)
      case .errorBack(let type): .icmp(client, server, type: type)
      }
    }
  }

  typealias Row = (rule: String, steps: [(second: Int64, step: Step, state: ConnectionState)])

  static let open: [(second: Int64, step: Step, state: ConnectionState)] = [
    (0, .syn, .new), (0, .synAck, .reply), (0, .ack, .established),
  ]

  static let rows: [Row] = [
    ("a SYN alone lives 60 s", [(0, .syn, .new), (60, .synAck, .reply)]),
    ("and no second more", [(0, .syn, .new), (61, .synAck, .new)]),
    ("a repeated SYN prolongs it by 60 s", [(0, .syn, .new), (60, .syn, .established), (120, .synAck, .reply)]),
    ("SYN and SYN-ACK live 60 s", [(0, .syn, .new), (1, .synAck, .reply), (62, .ack, .new)]),
    ("a packet without SYN makes it 8,000 s", open + [(8000, .replyAck, .reply)]),
    ("and no second more", open + [(8001, .replyAck, .new)]),
    ("every packet of either direction prolongs", open + [(8000, .replyAck, .reply), (16000, .ack, .established)]),
    ("creation needs no SYN", [(0, .ack, .new), (1, .replyAck, .reply)]),
    ("a connection met midway has 60 s for its next packet", [(0, .ack, .new), (61, .replyAck, .new)]),
    ("after that the long life", [(0, .ack, .new), (60, .ack, .established), (8060, .replyAck, .reply)]),
    ("one FIN ends nothing", open + [(1, .fin, .established), (8001, .replyAck, .reply)]),
    ("the other's FIN alone ends nothing", open + [(1, .replyFin, .reply), (8001, .ack, .established)]),
    ("two FINs leave 10 s", open + [(1, .fin, .established), (2, .replyFin, .reply), (12, .ack, .established)]),
    ("and no second more", open + [(1, .fin, .established), (2, .replyFin, .reply), (13, .ack, .new)]),
    (
      "packets of a closed connection do not prolong it",
      open + [(1, .fin, .established), (2, .replyFin, .reply), (10, .ack, .established), (13, .replyAck, .new)]
    ),
    ("a SYN on one that is closing is new", open + [(1, .fin, .established), (2, .syn, .new), (3, .synAck, .reply)]),
    (
      "a SYN on a closed one is new",
      open + [(1, .fin, .established), (1, .replyFin, .reply), (2, .syn, .new), (62, .synAck, .reply)]
    ),
    ("a SYN-ACK on one that is closing opens nothing", open + [(1, .fin, .established), (2, .synAck, .reply)]),
    ("a SYN on an open one is established", open + [(1, .syn, .established)]),
    ("RST before both SYNs closes both sides", [(0, .syn, .new), (0, .rst, .established), (11, .synAck, .new)]),
    ("the refusal of a SYN does too", [(0, .syn, .new), (0, .replyRst, .reply), (11, .ack, .new)]),
    ("until then it lives", [(0, .syn, .new), (0, .replyRst, .reply), (10, .ack, .established)]),
    ("RST after both SYNs closes its own side", open + [(1, .rst, .established), (8001, .replyAck, .reply)]),
    ("and with the other's both", open + [(1, .rst, .established), (2, .replyRst, .reply), (13, .ack, .new)]),
    ("a SYN after RST is new", open + [(1, .replyRst, .reply), (2, .syn, .new)]),
    ("UDP lives 60 s", [(0, .query, .new), (60, .answer, .reply), (120, .query, .established), (181, .answer, .new)]),
    (
      "echo likewise",
      [(0, .echo, .new), (60, .echoReply, .reply), (120, .echo, .established), (181, .echoReply, .new)]
    ),
    ("ICMP without a connection is new", [(0, .error(3), .new)]),
  ]

  /// The state at the end that judges the opener's packets, the server's.
  private func state(_ verdict: PacketVerdict) -> ConnectionState? {
    verdict.ingress.isPresent ? verdict.ingress.state : verdict.egress.isPresent ? verdict.egress.state : nil
  }

  private func check(_ row: Row, isIPv6: Bool) {
    var fixture = Fixture()
    fixture.setPolicy(
      0,
      [
        .allow(.ingress, Fixture.b, 6, 80), .allow(.ingress, Fixture.b, 17, 53), .allow(.ingress, Fixture.b, 1, 8),
        .allow(.ingress, Fixture.b, 58, 128), .allow(.egress, 4711),
      ])
    var engine = fixture.engine()
    for (number, (second, step, expected)) in row.steps.enumerated() {
      let verdict = engine.judge(step.packet(isIPv6: isIPv6), at: 100_000 + second)
      #expect(state(verdict) == expected, "\(row.rule): step \(number + 1)")
      // Replies and related packets pass without policy; nothing else leaves this server.
      if expected == .reply || expected == .related { #expect(verdict.verdict == .forwarded, "\(row.rule)") }
    }
  }

  @Test("states and lifetimes", arguments: 0..<rows.count, [false, true])
  func table(_ row: Int, isIPv6: Bool) { check(Self.rows[row], isIPv6: isIPv6) }

  @Test("the ICMP errors that are related, by type", arguments: 0...20 as ClosedRange<UInt8>)
  func relatedTypes(type: UInt8) {
    // Echo and its reply have their own entries, and a refused one is followed by nothing.
    guard type != 8, type != 0 else { return }
    func steps(_ state: ConnectionState) -> [(second: Int64, step: Step, state: ConnectionState)] {
      [(0, .query, .new), (1, .error(type), state), (1, .errorBack(type), state)]
    }
    check(("IPv4 \(type)", steps([3, 11, 12].contains(type) ? .related : .new)), isIPv6: false)
    check(("IPv6 \(type)", steps((1...4).contains(type) ? .related : .new)), isIPv6: true)
  }

  @Test("errors stay related for 60 s after the last of them, whatever the connection's own life")
  func relatedLifetime() {
    check(("60 s", [(0, .query, .new), (60, .error(3), .related), (120, .error(3), .related)]), isIPv6: false)
    check(("no more", [(0, .query, .new), (61, .error(3), .new)]), isIPv6: false)
  }
}
