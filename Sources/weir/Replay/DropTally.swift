import Addresses
import Dataplane
import Flow
import Packet
import Tables

/// Who was refused by whom, counted by addresses: what a pair is called is looked up once, at the end.
struct DropTally {
  /// All that the names of a pair depend on.
  private struct Key: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var destinationPort: UInt16
    var protocolNumber: UInt8
    var flags: UInt16
    var reason: UInt8
    var service: Int32
    var isFromService: Bool

    /// Mixed by hand into one word: hashing field by field costs more than the rest of a packet.
    func hash(into hasher: inout Hasher) {
      let prime: UInt64 = 0x9e37_79b9_7f4a_7c15
      var mixed = source.high ^ (source.low &* prime)
      mixed = (mixed ^ destination.high) &* prime ^ destination.low
      mixed = mixed &* prime ^ (UInt64(destinationPort) << 16 | UInt64(protocolNumber) << 8 | UInt64(reason))
      hasher.combine(mixed)
    }
  }

  /// The first of the packets that are counted together, and how many there were.
  private struct Row {
    var headers: PacketHeaders
    var verdict: PacketVerdict
    var timestamp: Int64
    /// Its place in the captures.
    var number: Int
    var count: UInt64
  }

  /// More different pairs of addresses than this are only counted.
  private static let limit = 1 << 16

  private var positions: [Key: Int32] = [:]
  private var rows: [Row] = []
  private var others: UInt64 = 0

  init() {
    positions.reserveCapacity(1 << 12)
    rows.reserveCapacity(1 << 12)
  }

  mutating func add(_ headers: PacketHeaders, _ verdict: PacketVerdict, at time: Int64, number: Int) {
    let key = Key(
      source: headers.source, destination: headers.destination, destinationPort: headers.destinationPort,
      protocolNumber: headers.protocolNumber, flags: headers.flags.rawValue, reason: verdict.reason.rawValue,
      service: verdict.service, isFromService: verdict.flags.contains(.fromService))
    if let position = positions[key] {
      rows[Int(position)].count += 1
    } else if rows.count < Self.limit {
      positions[key] = Int32(rows.count)
      rows.append(Row(headers: headers, verdict: verdict, timestamp: time, number: number, count: 1))
    } else {
      others += 1
    }
  }

  /// The pairs by name, as if all packets had been counted in the order of the captures.
  static func pairs(_ tallies: [DropTally], _ tables: Tables) -> DeniedPairs {
    var recorder = FlowRecorder(tables: tables, recordsEveryPacket: false)
    var pairs = DeniedPairs()
    for row in tallies.flatMap(\.rows).sorted(by: { $0.number < $1.number }) {
      recorder.record(row.headers, row.verdict, at: row.timestamp)
      for flow in recorder.flows where flow.eventType.type == Flow.EventType.Number.drop {
        pairs.add(flow, count: row.count)
      }
    }
    pairs.addOthers(tallies.reduce(0) { $0 + $1.others })
    return pairs
  }
}
