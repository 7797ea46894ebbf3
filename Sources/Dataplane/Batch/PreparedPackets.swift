internal import Addresses
public import Packet

/// Captured packets after the first look, dealt out to engines.
///
/// All packets of an address pair, whatever their direction, and of all addresses that services make one, go to the same
/// engine: connections, fragments and ICMP errors stay together. Which engine that is depends on nothing but the
/// addresses, the tables and the number of engines.
///
/// Unsafe for the packet loop. The memory is the value's own: one part of `capacity` packets for each engine, of which
/// the first `count(of:)` are set.
public struct PreparedPackets: ~Copyable {
  let base: UnsafeMutablePointer<PreparedPacket>
  private let counts: FixedBuffer<Int>
  /// Scratch of the engines: the connection of each packet, as far as it is known.
  private let numbers: FixedBuffer<Int32>
  public let engines: Int
  public let capacity: Int

  /// - Parameter capacity: how many packets are prepared together at most.
  public init(capacity: Int, engines: Int = 1) {
    precondition(capacity > 0 && engines > 0)
    self.capacity = capacity
    self.engines = engines
    base = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * engines * MemoryLayout<PreparedPacket>.stride, alignment: 64
    ).bindMemory(to: PreparedPacket.self, capacity: capacity * engines)
    counts = FixedBuffer(repeating: 0, count: engines)
    numbers = FixedBuffer(repeating: -1, count: capacity * engines)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  public func count(of engine: Int) -> Int { counts[engine] }

  func packets(of engine: Int) -> UnsafeMutablePointer<PreparedPacket> { base + engine * capacity }

  func numbers(of engine: Int) -> UnsafeMutablePointer<Int32> { numbers.base + engine * capacity }

  /// Replaces the contents by what `packets` are at a first look.
  public mutating func prepare(_ packets: borrowing CapturedPackets, _ tables: LookupTables) {
    precondition(packets.count <= capacity)
    if engines == 1 {
      let captured = packets.all
      for index in 0..<captured.count {
        Self.look(at: captured[index], index: index, tables, into: base + index)
      }
      counts[0] = captured.count
    } else {
      deal(packets, tables)
    }
  }

  private func deal(_ packets: borrowing CapturedPackets, _ tables: LookupTables) {
    for engine in 0..<engines { counts[engine] = 0 }
    let captured = packets.all
    for index in 0..<captured.count {
      var packet = PreparedPacket()
      Self.look(at: captured[index], index: index, tables, into: &packet)
      let engine =
        packet.kind == .other
        ? Self.engine(of: captured[index], tables, engines) : Self.engine(of: packet.plain, tables, engines)
      self.packets(of: engine)[counts[engine]] = packet
      counts[engine] += 1
    }
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
