internal import Addresses
public import Packet

/// Captured packets after the first look, dealt out to engines.
///
/// All packets of an address pair, whatever their direction, and of all addresses that services make one, go to the same
/// engine: connections, fragments and ICMP errors stay together. Which engine that is depends on nothing but the
/// addresses, the tables and the number of engines.
///
/// Unsafe for the packet loop. The memory is the value's own: one part of `capacity` packets for each engine, of which
/// the first `count(of:)` are set. What is never written to is never touched, so room costs nothing but addresses.
public struct PreparedPackets: ~Copyable {
  /// One engine's packets, in their order. Valid as long as the packets that it was made of, and until they change.
  struct Share: BitwiseCopyable {
    let base: UnsafeMutablePointer<PreparedPacket>
    var count: Int
  }

  private let packets: ReservedBuffer<PreparedPacket>
  private let dealt: FixedBuffer<Int>
  /// Packets before they are dealt out.
  private let looked: FixedBuffer<PreparedPacket>
  private var clock = CaptureClock()
  /// Of those that are plain, whichever engine has them.
  private(set) var counts = BatchCounts()
  /// How many packets were looked at.
  public private(set) var count = 0
  public let engines: Int
  public let capacity: Int

  private static var portion: Int { 64 }

  /// - Parameter capacity: how many packets are prepared together at most.
  public init(capacity: Int, engines: Int = 1) {
    precondition(capacity > 0 && capacity <= KindCounts.limit && engines > 0)
    self.capacity = capacity
    self.engines = engines
    packets = ReservedBuffer(count: capacity * engines, pages: .small)
    dealt = FixedBuffer(repeating: 0, count: engines)
    looked = FixedBuffer(repeating: PreparedPacket(), count: engines == 1 ? 0 : Self.portion)
  }

  public func count(of engine: Int) -> Int { dealt[engine] }

  func share(of engine: Int) -> Share {
    precondition(engine >= 0 && engine < engines)
    return Share(base: packets.base + engine * capacity, count: dealt[engine])
  }

  /// Replaces the contents by what `packets` are at a first look.
  public mutating func prepare(_ packets: borrowing CapturedPackets, _ tables: LookupTables) {
    removeAll()
    extend(packets, tables)
  }

  /// The earliest and the latest capture time of all of them; the first is later where there are none.
  public var times: (first: Int64, last: Int64) { (clock.first, clock.last) }

  public mutating func removeAll() {
    count = 0
    clock.beginAnew()
    counts = BatchCounts()
    for engine in 0..<engines { dealt[engine] = 0 }
  }

  /// Looks at those of `packets` that were added since the last time.
  public mutating func extend(_ captured: borrowing CapturedPackets, _ tables: LookupTables) {
    precondition(captured.count <= capacity && captured.count >= count)
    let all = captured.all
    if engines == 1 {
      look(at: all, from: count, to: all.count, tables, into: packets.base + count)
      dealt[0] = all.count
    } else {
      deal(all, captured.upcoming, tables)
    }
    count = all.count
  }

  /// What follows these packets is asked for once more: only a thread that also had as much to judge has done so already.
  ///
  /// In portions: a packet read back at once, in other pieces than it was written in, would have to wait for itself.
  private mutating func deal(
    _ captured: UnsafeBufferPointer<CapturedPacket>, _ upcoming: UnsafeRawPointer?, _ tables: LookupTables
  ) {
    var start = count
    while start < captured.count {
      let end = min(start &+ Self.portion, captured.count)
      if let upcoming {
        for index in start..<end { Lookahead.ask(upcoming, index &- count) }
      }
      look(at: captured, from: start, to: end, tables, into: looked.base)
      for index in start..<end {
        let packet = looked.base + (index &- start)
        let engine =
          packet.pointee.kind == .other
          ? Self.engine(of: captured[index], tables, engines) : Self.engine(of: packet.pointee.tuple, tables, engines)
        packets.base[engine &* capacity &+ dealt[engine]] = packet.pointee
        dealt[engine] &+= 1
      }
      start = end
    }
  }

  /// Writes what packets are at a first look.
  private mutating func look(
    at captured: UnsafeBufferPointer<CapturedPacket>, from start: Int, to end: Int, _ tables: LookupTables,
    into prepared: UnsafeMutablePointer<PreparedPacket>
  ) {
    // Loops of their own, for each needs most registers.
    var clock = clock
    for index in start..<end { prepared[index &- start].second = clock.read(captured[index].timestamp) }
    self.clock = clock
    counts.add(Self.look(at: captured, from: start, to: end, tables, into: prepared))
    if !tables.services.isEmpty {
      for position in 0..<end &- start where prepared[position].kind == .plain {
        tables.translate(&prepared[position], &counts)
      }
    }
  }

  @inline(never)
  private static func look(
    at captured: UnsafeBufferPointer<CapturedPacket>, from start: Int, to end: Int, _ tables: LookupTables,
    into prepared: UnsafeMutablePointer<PreparedPacket>
  ) -> BatchCounts {
    var counts = KindCounts()
    for index in start..<end {
      look(at: captured[index], index: index, tables, &counts, into: prepared + (index &- start))
    }
    return counts.all
  }

  @inline(__always)
  private static func look(
    at packet: CapturedPacket, index: Int, _ tables: LookupTables, _ counts: inout KindCounts,
    into prepared: UnsafeMutablePointer<PreparedPacket>
  ) {
    prepared.pointee.length = packet.originalLength
    prepared.pointee.index = UInt32(truncatingIfNeeded: index)
    var plain = PlainPacket()
    guard let network = PlainPacket.network(of: packet) else { return prepared.pointee.setOther() }
    // In two branches to the end: what is known of one family makes half of the work unnecessary.
    if network.isIPv4 {
      guard plain.readIPv4(network), !tables.mayOpen(plain) else { return prepared.pointee.setOther() }
      counts.count(length: packet.originalLength, isIPv4: true, isTCP: plain.protocolNumber == IPProtocol.tcp)
      prepared.pointee.set(plain, .plain)
    } else if network.isIPv6 {
      guard plain.readIPv6(network), !tables.mayOpen(plain) else { return prepared.pointee.setOther() }
      counts.count(length: packet.originalLength, isIPv4: false, isTCP: plain.protocolNumber == IPProtocol.tcp)
      prepared.pointee.set(plain, .plain)
    } else {
      prepared.pointee.setOther()
    }
  }

  @inline(__always)
  private static func engine(of tuple: ConnectionTuple, _ tables: LookupTables, _ engines: Int) -> Int {
    tables.engine(
      sourceHigh: tuple.firstHigh, sourceLow: tuple.firstLow, destinationHigh: tuple.secondHigh,
      destinationLow: tuple.secondLow, engines)
  }

  @inline(never)
  private static func engine(of packet: CapturedPacket, _ tables: LookupTables, _ engines: Int) -> Int {
    let headers = tables.view(of: packet).headers
    guard headers.ipVersion != 0 else { return 0 }
    return tables.engine(
      sourceHigh: headers.source.high, sourceLow: headers.source.low, destinationHigh: headers.destination.high,
      destinationLow: headers.destination.low, engines)
  }
}
