import Addresses
import CPrefetch
import Dataplane
import Flow
import Packet
import Rules
import Tables

/// Who was refused by whom, counted by addresses: what a pair is called is looked up once, at the end.
struct DropTally {
  /// What tells one pair from another, of the packets that are counted together.
  private struct Row {
    var source: IPAddress
    var destination: IPAddress
    var destinationPort: UInt16
    var protocolNumber: UInt8
    var hasPorts: Bool
    var hasICMP: Bool
    var isFromService: Bool
    var reason: DropReason
    var service: Int32
    var backend: Int32
    var count: UInt64 = 1
    /// What learnt names call its ends: an index into `names`, 0 without any.
    var names: Int32 = 0

    init(_ packet: PlainPacket, _ verdict: PacketVerdict) {
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
      (reason, service, backend) = (verdict.reason, verdict.service, verdict.backend)
      isFromService = verdict.flags.contains(.fromService)
    }

    init(_ headers: PacketHeaders, _ verdict: PacketVerdict) {
      (source, destination) = (headers.source, headers.destination)
      destinationPort = headers.destinationPort
      protocolNumber = headers.protocolNumber
      (hasPorts, hasICMP) = (headers.flags.contains(.hasPorts), headers.flags.contains(.hasICMP))
      (reason, service, backend) = (verdict.reason, verdict.service, verdict.backend)
      isFromService = verdict.flags.contains(.fromService)
    }

    /// Mixed by hand: the standard library's hashing costs more than the rest of a packet.
    var hash: UInt64 {
      let prime: UInt64 = 0x9e37_79b9_7f4a_7c15
      var mixed = source.high ^ (source.low &* prime)
      mixed = (mixed ^ destination.high) &* prime ^ destination.low
      mixed = mixed &* prime ^ (UInt64(destinationPort) << 16 | UInt64(protocolNumber) << 8)
      mixed = (mixed ^ UInt64(reason.rawValue) ^ UInt64(UInt32(bitPattern: backend)) << 8) &* prime
      return mixed ^ mixed >> 32
    }

    func isSamePair(_ other: Row) -> Bool {
      source == other.source && destination == other.destination && destinationPort == other.destinationPort
        && protocolNumber == other.protocolNumber && hasPorts == other.hasPorts && hasICMP == other.hasICMP
        && reason == other.reason && service == other.service && backend == other.backend
        && isFromService == other.isFromService && names == other.names
    }
  }

  /// The first packet of a row: what it is named by.
  private struct First {
    var verdict: PacketVerdict
    /// Its place in the captures.
    var number: Int
  }

  /// A packet that was not looked for among the rows yet.
  private struct Waiting {
    var row: Row
    var hash: UInt64
    var first: First
  }

  /// As many packets wait for one another.
  private static let patience = 64
  /// More different pairs of addresses than this are only counted.
  private static let limit = 1 << 16
  /// Rows looked at for a packet; pairs chosen to collide are only counted.
  private static let window = 64

  private var rows: [Row] = []
  /// Of the row at the same place: apart, as it is not looked at again.
  private var firsts: [First] = []
  /// Open addressing, at least half of it empty: the upper half of a row's hash, then its number + 1; 0 empty.
  private var index = [UInt64](repeating: 0, count: 1 << 10)
  private var others: UInt64 = 0
  private var waiting: [Waiting] = []
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
      wait(Row(plain, verdict), First(verdict: verdict, number: number))
    } else {
      wait(Row(lookup.view(of: packet).headers, verdict), First(verdict: verdict, number: number))
    }
  }

  /// Counts a dropped packet.
  ///
  /// - Parameters:
  ///   - names: what its ends were known by when it was dropped.
  ///   - number: its place in the captures.
  mutating func add(_ headers: PacketHeaders, _ verdict: PacketVerdict, names: Names, number: Int) {
    var row = Row(headers, verdict)
    if !names.isEmpty { row.names = self.number(of: names) }
    wait(row, First(verdict: verdict, number: number))
  }

  private mutating func number(of names: Names) -> Int32 {
    if let known = nameNumbers[names] { return known }
    guard self.names.count < Self.limit else { return 0 }
    self.names.append(names)
    let number = Int32(self.names.count - 1)
    nameNumbers[names] = number
    return number
  }

  private mutating func wait(_ row: Row, _ first: First) {
    waiting.append(Waiting(row: row, hash: row.hash, first: first))
    if waiting.count == Self.patience { countWaiting() }
  }

  /// Counts those that wait: together, so that memory for one comes while others are looked for.
  private mutating func countWaiting() {
    index.withUnsafeBufferPointer { index in
      for packet in waiting { weir_prefetch(index.baseAddress.unsafelyUnwrapped + home(packet.hash)) }
    }
    rows.withUnsafeBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      for packet in waiting {
        // Most likely its row, where it has one.
        weir_prefetch(base + (Int(truncatingIfNeeded: index[home(packet.hash)] & ~Self.tag) - 1))
      }
    }
    for packet in waiting { count(packet) }
    waiting.removeAll(keepingCapacity: true)
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (index.count - 1) }

  private mutating func count(_ packet: Waiting) {
    var position = home(packet.hash)
    for _ in 0..<Self.window {
      let entry = index[position]
      if entry == 0 {
        guard rows.count < Self.limit else { break }
        rows.append(packet.row)
        firsts.append(packet.first)
        index[position] = packet.hash & Self.tag | UInt64(rows.count)
        if rows.count * 2 > index.count { grow() }
        return
      }
      if (entry ^ packet.hash) & Self.tag == 0 {
        let known = Int(truncatingIfNeeded: entry & ~Self.tag) - 1
        if rows[known].isSamePair(packet.row) {
          rows[known].count += 1
          return
        }
      }
      position = (position + 1) & (index.count - 1)
    }
    others += 1
  }

  private static let tag: UInt64 = 0xffff_ffff_0000_0000

  private mutating func grow() {
    index = [UInt64](repeating: 0, count: index.count * 4)
    for number in rows.indices {
      let hash = rows[number].hash
      var position = home(hash)
      while index[position] != 0 { position = (position + 1) & (index.count - 1) }
      index[position] = hash & Self.tag | UInt64(number + 1)
    }
  }

  /// The pairs by name, as if all packets had been counted in the order of the captures.
  static func pairs(_ tallies: [DropTally], _ tables: Tables) -> DeniedPairs {
    var directory = EndpointDirectory(tables)
    var pairs = DeniedPairs()
    let tallies = tallies.map { tally in
      var tally = tally
      tally.countWaiting()
      return tally
    }
    var rows = tallies.flatMap { tally in
      zip(tally.rows, tally.firsts).map { (row: $0, first: $1, names: tally.names[Int($0.names)]) }
    }
    if tallies.count > 1 { rows.sort { $0.first.number < $1.first.number } }
    pairs.reserveCapacity(rows.count)
    for (row, first, names) in rows {
      pairs.add(flow(row, first.verdict, names, &directory, tables), count: row.count)
    }
    pairs.addOthers(tallies.reduce(0) { $0 + $1.others })
    return pairs
  }

  /// The row's packet as far as the names of its ends depend on it.
  private static func flow(
    _ row: Row, _ verdict: PacketVerdict, _ names: Names, _ directory: inout EndpointDirectory, _ tables: Tables
  ) -> Flow {
    var flow = Flow()
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
