import Addresses
import Dataplane
import Flow
import Packet
import Rules
import Tables

/// Who was refused by whom, counted by addresses: what a pair is called is looked up once, at the end.
struct DropTally {
  /// All that the names of a pair depend on, of the first of the packets that are counted together.
  private struct Row {
    var source: IPAddress
    var destination: IPAddress
    var destinationPort: UInt16
    var protocolNumber: UInt8
    var hasPorts: Bool
    var hasICMP: Bool
    var verdict: PacketVerdict
    /// Its place in the captures.
    var number: Int
    var count: UInt64 = 1
    /// What learnt names call its ends: an index into `names`, 0 without any.
    var names: Int32 = 0

    init(_ packet: PlainPacket, _ verdict: PacketVerdict, number: Int) {
      if packet.ipVersion == 6 {
        source = IPAddress(ipv6High: packet.sourceHigh, low: packet.sourceLow)
        destination = IPAddress(ipv6High: packet.destinationHigh, low: packet.destinationLow)
      } else {
        source = IPAddress(ipv4: UInt32(truncatingIfNeeded: packet.sourceLow))
        destination = IPAddress(ipv4: UInt32(truncatingIfNeeded: packet.destinationLow))
      }
      destinationPort = packet.destinationPort
      protocolNumber = packet.protocolNumber
      (hasPorts, hasICMP) = (true, false)
      self.verdict = verdict
      self.number = number
    }

    init(_ headers: PacketHeaders, _ verdict: PacketVerdict, number: Int) {
      (source, destination) = (headers.source, headers.destination)
      destinationPort = headers.destinationPort
      protocolNumber = headers.protocolNumber
      (hasPorts, hasICMP) = (headers.flags.contains(.hasPorts), headers.flags.contains(.hasICMP))
      self.verdict = verdict
      self.number = number
    }

    /// Mixed by hand: the standard library's hashing costs more than the rest of a packet.
    var hash: UInt64 {
      let prime: UInt64 = 0x9e37_79b9_7f4a_7c15
      var mixed = source.high ^ (source.low &* prime)
      mixed = (mixed ^ destination.high) &* prime ^ destination.low
      mixed = mixed &* prime ^ (UInt64(destinationPort) << 16 | UInt64(protocolNumber) << 8)
      mixed = (mixed ^ UInt64(verdict.reason.rawValue) ^ UInt64(UInt32(bitPattern: verdict.backend)) << 8) &* prime
      return mixed ^ mixed >> 32
    }

    func isSamePair(_ other: Row) -> Bool {
      source == other.source && destination == other.destination && destinationPort == other.destinationPort
        && protocolNumber == other.protocolNumber && hasPorts == other.hasPorts && hasICMP == other.hasICMP
        && names == other.names && verdict.reason == other.verdict.reason && verdict.service == other.verdict.service
        && verdict.backend == other.verdict.backend
        && verdict.flags.contains(.fromService) == other.verdict.flags.contains(.fromService)
    }
  }

  /// More different pairs of addresses than this are only counted.
  private static let limit = 1 << 16
  /// Rows looked at for a packet; pairs chosen to collide are only counted.
  private static let window = 64

  private var rows: [Row] = []
  /// Open addressing, at least half of it empty: the number of a row + 1; 0 empty.
  private var index = [Int32](repeating: 0, count: 1 << 10)
  private var others: UInt64 = 0
  /// What ends were called, each pair of lists once.
  private var names = [Names(source: [], destination: [])]
  private var nameNumbers: [Names: Int32] = [:]

  /// DNS names of a packet's ends.
  struct Names: Hashable {
    var source: [String]
    var destination: [String]

    var isEmpty: Bool { source.isEmpty && destination.isEmpty }
  }

  /// Counts a dropped packet.
  ///
  /// - Parameter number: its place in the captures.
  mutating func add(_ packet: CapturedPacket, _ verdict: PacketVerdict, _ lookup: LookupTables, number: Int) {
    if let plain = lookup.plain(packet) {
      add(Row(plain, verdict, number: number))
    } else {
      add(Row(lookup.view(of: packet).headers, verdict, number: number))
    }
  }

  /// Counts a dropped packet.
  ///
  /// - Parameters:
  ///   - names: what its ends were known by when it was dropped.
  ///   - number: its place in the captures.
  mutating func add(_ headers: PacketHeaders, _ verdict: PacketVerdict, names: Names, number: Int) {
    var row = Row(headers, verdict, number: number)
    if !names.isEmpty { row.names = self.number(of: names) }
    add(row)
  }

  private mutating func number(of names: Names) -> Int32 {
    if let known = nameNumbers[names] { return known }
    guard self.names.count < Self.limit else { return 0 }
    self.names.append(names)
    let number = Int32(self.names.count - 1)
    nameNumbers[names] = number
    return number
  }

  private mutating func add(_ row: Row) {
    var position = Int(truncatingIfNeeded: row.hash) & (index.count - 1)
    for _ in 0..<Self.window {
      let known = Int(index[position]) - 1
      if known < 0 {
        guard rows.count < Self.limit else { break }
        rows.append(row)
        index[position] = Int32(rows.count)
        if rows.count * 2 > index.count { grow() }
        return
      }
      if rows[known].isSamePair(row) {
        rows[known].count += 1
        return
      }
      position = (position + 1) & (index.count - 1)
    }
    others += 1
  }

  private mutating func grow() {
    index = [Int32](repeating: 0, count: index.count * 4)
    for number in rows.indices {
      var position = Int(truncatingIfNeeded: rows[number].hash) & (index.count - 1)
      while index[position] != 0 { position = (position + 1) & (index.count - 1) }
      index[position] = Int32(number + 1)
    }
  }

  /// The pairs by name, as if all packets had been counted in the order of the captures.
  static func pairs(_ tallies: [DropTally], _ tables: Tables) -> DeniedPairs {
    var directory = EndpointDirectory(tables)
    var pairs = DeniedPairs()
    var rows = tallies.enumerated().flatMap { number, tally in tally.rows.map { (tally: number, row: $0) } }
    if tallies.count > 1 { rows.sort { $0.row.number < $1.row.number } }
    pairs.reserveCapacity(rows.count)
    for (number, row) in rows {
      let names = tallies[number].names[Int(row.names)]
      pairs.add(flow(row, names, &directory, tables), count: row.count)
    }
    pairs.addOthers(tallies.reduce(0) { $0 + $1.others })
    return pairs
  }

  /// The row's packet as far as the names of its ends depend on it.
  private static func flow(
    _ row: Row, _ names: Names, _ directory: inout EndpointDirectory, _ tables: Tables
  ) -> Flow {
    var flow = Flow()
    let verdict = row.verdict
    flow.ip = Flow.IP(source: row.source, destination: row.destination)
    flow.sharedSource = directory.end(endpoint: verdict.sourceEndpoint, identity: verdict.sourceIdentity)
    flow.sharedDestination = directory.end(endpoint: verdict.destinationEndpoint, identity: verdict.destinationIdentity)
    flow.dropReason = Flow.DropReason(rawValue: UInt32(verdict.reason.rawValue))
    flow.l4 =
      switch L4Protocol(rawValue: row.protocolNumber) {
      case .tcp where row.hasPorts: .tcp(.init(source: 0, destination: row.destinationPort, flags: []))
      case .udp where row.hasPorts: .udp(.init(source: 0, destination: row.destinationPort))
      case .sctp where row.hasPorts: .sctp(.init(source: 0, destination: row.destinationPort))
      case .icmp where row.hasICMP: .icmpv4(.init(type: 0, code: 0))
      case .icmpv6 where row.hasICMP: .icmpv6(.init(type: 0, code: 0))
      default: nil
      }
    if !names.source.isEmpty { flow.sourceNames = names.source }
    if !names.destination.isEmpty { flow.destinationNames = names.destination }
    flow.showService(of: verdict, at: verdict.egress.verdict == .dropped ? .egress : .ingress, in: tables)
    return flow
  }
}
