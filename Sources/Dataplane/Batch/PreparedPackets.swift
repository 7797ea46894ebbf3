internal import Addresses
public import Packet

/// Captured packets after the first look, dealt out to engines.
///
/// All packets of an address pair, whatever their direction, and of all addresses that services make one, go to the same
/// engine: connections, fragments and ICMP errors stay together. Which engine that is depends on nothing but the
/// addresses, the tables and the number of engines.
///
/// Unsafe for the packet loop. The memory is the value's own: room for `capacity` packets, of which the first `count` are
/// set, and where there are several engines, for each of them the places of its packets. What is never written to is
/// never touched, so room costs nothing but addresses.
public struct PreparedPackets: ~Copyable {
  /// One engine's packets, in their order. Valid as long as the packets that it was made of, and until they change.
  struct Share: BitwiseCopyable {
    fileprivate let base: UnsafeMutablePointer<PreparedPacket>
    /// Nil where all packets are this engine's.
    fileprivate let places: UnsafeMutablePointer<UInt32>?
    var count: Int

    /// - Parameter position: below `count`.
    @inline(__always)
    subscript(position: Int) -> UnsafeMutablePointer<PreparedPacket> {
      guard let places else { return base + position }
      return base + Int(places[position])
    }

    /// Puts one packet of the share in the place of another.
    @inline(__always)
    func move(from position: Int, to other: Int) {
      if let places {
        places[other] = places[position]
      } else {
        base[other] = base[position]
      }
    }
  }

  private let packets: ReservedBuffer<PreparedPacket>
  private let places: ReservedBuffer<UInt32>
  private let counts: FixedBuffer<Int>
  public private(set) var count = 0
  public let engines: Int
  public let capacity: Int

  /// - Parameter capacity: how many packets are prepared together at most.
  public init(capacity: Int, engines: Int = 1) {
    precondition(capacity > 0 && engines > 0)
    self.capacity = capacity
    self.engines = engines
    packets = ReservedBuffer(count: capacity, pages: .small)
    places = ReservedBuffer(count: engines > 1 ? capacity * engines : 1, pages: .small)
    counts = FixedBuffer(repeating: 0, count: engines)
  }

  public func count(of engine: Int) -> Int { engines == 1 ? count : counts[engine] }

  func share(of engine: Int) -> Share {
    precondition(engine >= 0 && engine < engines)
    return Share(
      base: packets.base, places: engines == 1 ? nil : places.base + engine * capacity, count: count(of: engine))
  }

  /// Replaces the contents by what `packets` are at a first look.
  public mutating func prepare(_ packets: borrowing CapturedPackets, _ tables: LookupTables) {
    removeAll()
    extend(packets, tables)
  }

  public mutating func removeAll() {
    count = 0
    for engine in 0..<engines { counts[engine] = 0 }
  }

  /// Looks at those of `packets` that were added since the last time.
  public mutating func extend(_ captured: borrowing CapturedPackets, _ tables: LookupTables) {
    precondition(captured.count <= capacity && captured.count >= count)
    let all = captured.all
    let base = packets.base
    if engines == 1 {
      for index in count..<all.count { Self.look(at: all[index], index: index, tables, into: base + index) }
    } else {
      for index in count..<all.count {
        let packet = base + index
        Self.look(at: all[index], index: index, tables, into: packet)
        let engine =
          packet.pointee.kind == .other
          ? Self.engine(of: all[index], tables, engines) : Self.engine(of: packet.pointee.plain, tables, engines)
        places.base[engine &* capacity &+ counts[engine]] = UInt32(truncatingIfNeeded: index)
        counts[engine] &+= 1
      }
    }
    count = all.count
  }

  @inline(__always)
  private static func look(
    at packet: CapturedPacket, index: Int, _ tables: LookupTables, into prepared: UnsafeMutablePointer<PreparedPacket>
  ) {
    prepared.pointee.timestamp = packet.timestamp
    prepared.pointee.length = packet.originalLength
    prepared.pointee.index = UInt32(truncatingIfNeeded: index)
    guard prepared.pointee.plain.read(packet), !tables.mayOpen(prepared.pointee.plain) else {
      prepared.pointee.kind = .other
      prepared.pointee.hash = 0
      return
    }
    prepared.pointee.kind = .plain
    if !tables.services.isEmpty { tables.translate(&prepared.pointee) }
    prepared.pointee.hash = prepared.pointee.key.hash
  }

  @inline(__always)
  private static func engine(of packet: PlainPacket, _ tables: LookupTables, _ engines: Int) -> Int {
    tables.engine(
      sourceHigh: packet.sourceHigh, sourceLow: packet.sourceLow, destinationHigh: packet.destinationHigh,
      destinationLow: packet.destinationLow, engines)
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
