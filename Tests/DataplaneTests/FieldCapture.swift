import Addresses
import Dataplane
import Packet

/// Packets as networks carry them: built layer by layer, recorded at any point.
enum Wire {
  static func big(_ value: Int, _ count: Int = 2) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ((count - 1 - $0) * 8)) }
  }

  static func bytes(_ address: IPAddress) -> [UInt8] {
    func octets(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(word >> (56 - 8 * UInt64($0)) & 0xff) } }
    return address.isIPv6 ? octets(address.high) + octets(address.low) : Array(octets(address.low).suffix(4))
  }

  static func ip(
    _ source: String, _ destination: String, _ number: UInt8, _ payload: [UInt8], identification: Int = 7,
    hops: UInt8 = 64, fragment: Int = 0
  ) -> [UInt8] {
    let (from, to) = (address(source), address(destination))
    if from.isIPv6 {
      return [0x60, 0] + big(identification) + big(payload.count) + [number, hops] + bytes(from) + bytes(to) + payload
    }
    return [0x45, 0] + big(20 + payload.count) + big(identification) + big(fragment) + [hops, number, 0, 0]
      + bytes(from) + bytes(to) + payload
  }

  static func tcp(
    _ source: UInt16, _ destination: UInt16, _ flags: UInt16 = TCP.syn, sequence: Int = 1, _ data: [UInt8] = []
  ) -> [UInt8] {
    big(Int(source)) + big(Int(destination)) + big(sequence, 4) + big(1, 4) + [0x50, UInt8(flags), 1, 0, 0, 0, 0, 0]
      + data
  }

  static func udp(_ source: UInt16, _ destination: UInt16, _ data: [UInt8] = []) -> [UInt8] {
    big(Int(source)) + big(Int(destination)) + big(8 + data.count) + [0, 0] + data
  }

  static func echo(_ identifier: Int = 5) -> [UInt8] { [8, 0, 0, 0] + big(identifier) + [0, 1] }

  /// The type follows from the version of what is inside.
  static func ethernet(_ packet: [UInt8], from source: UInt8 = 1, to destination: UInt8 = 2) -> [UInt8] {
    [2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, source] + type(of: packet) + packet
  }

  static func type(of packet: [UInt8]) -> [UInt8] { packet[0] >> 4 == 6 ? [0x86, 0xdd] : [8, 0] }

  static func vxlan(_ frame: [UInt8], identifier: Int = 0, port: UInt16 = 8472) -> [UInt8] {
    udp(50000, port, [8, 0, 0, 0] + big(identifier, 3) + [0] + frame)
  }

  static func geneve(_ frame: [UInt8], identifier: Int = 0, options: [UInt8] = []) -> [UInt8] {
    udp(50000, 6081, [UInt8(options.count / 4), 0, 0x65, 0x58] + big(identifier, 3) + [0] + options + frame)
  }

  /// - Parameter flags: which of checksum (0x80), key (0x20) and sequence number (0x10) are there.
  static func gre(_ flags: UInt8, _ type: [UInt8], _ payload: [UInt8]) -> [UInt8] {
    [flags, 0] + type + [UInt8](repeating: 9, count: 4 * (flags & 0xb0).nonzeroBitCount) + payload
  }
}

/// Records of captures, judged in groups as a replay does.
struct FieldCapture {
  struct Record {
    var bytes: [UInt8]
    var time: Int64
    var point: UInt16
    var linkType: UInt32
  }

  private(set) var records: [Record] = []

  mutating func add(_ bytes: [UInt8], at milliseconds: Int64 = 1000, point: UInt16 = 0, linkType: UInt32 = 1) {
    records.append(Record(bytes: bytes, time: milliseconds * 1_000_000, point: point, linkType: linkType))
  }

  /// Judges everything and gives each record's verdict; records that show a packet again have none.
  func judge(
    _ fixture: Fixture, vantage: Vantage = .node, options: EngineOptions = EngineOptions(), group: Int = 7
  ) -> (verdicts: [PacketVerdict?], counters: EngineCounters) {
    let tables = LookupTables(fixture.tables, vantage: vantage)
    var engine = Engine(sharing: tables, options: options)
    var verdicts = [PacketVerdict?](repeating: nil, count: records.count)
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: records.reduce(64) { $0 + $1.bytes.count }, alignment: 8)
    defer { memory.deallocate() }
    var packets = CapturedPackets(capacity: group)
    var prepared = PreparedPackets(capacity: group)
    var reports = VerdictReports(.everything, capacity: group)
    var offset = 0
    for start in stride(from: 0, to: records.count, by: group) {
      packets.removeAll()
      for record in records[start..<min(start + group, records.count)] {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + record.bytes.count])
        bytes.copyBytes(from: record.bytes)
        offset += record.bytes.count
        packets.append(
          CapturedPacket(
            timestamp: record.time, originalLength: UInt32(record.bytes.count), linkType: record.linkType,
            point: record.point, bytes: UnsafeRawBufferPointer(bytes)))
      }
      prepared.prepare(packets, tables)
      engine.judge(packets, prepared, reports: &reports)
      for position in 0..<reports.count {
        verdicts[start + Int(reports[position].index)] = reports[position].verdict
      }
    }
    return (verdicts, engine.counters)
  }
}

extension EngineCounters {
  /// Every record is counted exactly once.
  var addUp: Bool {
    packets == verdicts.forwarded + verdicts.dropped + verdicts.redirected + verdicts.audit + verdicts.unjudged
      + sightings
  }
}
