import CHint

/// The least that any program must do for each packet of a classic capture in memory: follow the records, read the
/// 5-tuple behind Ethernet and at most one VLAN tag, find its slot of 64 bytes in one open-addressing table, count.
///
/// Unsafe on purpose: a bounds check would be work that the floor is not about. Records are followed only as far as the
/// memory goes, and 64 bytes lie behind it.
final class Floor {
  private struct Key: BitwiseCopyable {
    var source: (UInt64, UInt64) = (0, 0)
    var destination: (UInt64, UInt64) = (0, 0)
    var ports: UInt32 = 0
    var number: UInt32 = 0

    @inline(__always)
    var hash: UInt64 {
      var mixed = source.0 &* 0x9E37_79B9_7F4A_7C15 ^ source.1 &* 0xC2B2_AE3D_27D4_EB4F
      mixed ^= destination.0 &* 0x1656_67B1_9E37_79F9 ^ destination.1 &* 0x27D4_EB2F_1656_67C5
      mixed ^= (UInt64(ports) &<< 8 ^ UInt64(number)) &* 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ mixed &>> 29) &* 0xBF58_476D_1CE4_E5B9
      return mixed ^ mixed &>> 32
    }

    @inline(__always)
    func equals(_ other: Key) -> Bool {
      (source.0 ^ other.source.0) | (source.1 ^ other.source.1) | (destination.0 ^ other.destination.0)
        | (destination.1 ^ other.destination.1) | UInt64(ports ^ other.ports) | UInt64(number ^ other.number) == 0
    }
  }

  private struct Slot: BitwiseCopyable {
    var key = Key()
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
  }

  private static let size = 1 << 20
  private let memory: UnsafeMutableRawBufferPointer
  private let count: Int
  private let slots: UnsafeMutablePointer<Slot>
  private let prefetches: Bool

  init(capture: [UInt8], prefetches: Bool) {
    count = capture.count
    memory = .allocate(byteCount: capture.count + 64, alignment: 64)
    memory.copyBytes(from: capture)
    slots = UnsafeMutableRawPointer.allocate(byteCount: Self.size * 64, alignment: 64)
      .bindMemory(to: Slot.self, capacity: Self.size)
    slots.initialize(repeating: Slot(), count: Self.size)
    self.prefetches = prefetches
  }

  deinit {
    memory.deallocate()
    slots.deallocate()
  }

  /// Goes over all packets; how many there were.
  func pass() -> Int { prefetches ? pass(prefetching: true) : pass(prefetching: false) }

  @inline(__always)
  private func pass(prefetching: Bool) -> Int {
    guard let base = memory.baseAddress else { return 0 }
    let (start, end, slots) = (UnsafeRawPointer(base), UnsafeRawPointer(base) + count, slots)
    var record = start + 24
    var packets = 0
    while record + 16 <= end {
      let length = Int(record.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
      guard length <= end - record - 16 else { break }
      if prefetching { for line in 0..<4 { prefetch(record + 1536 + 64 * line) } }
      var key = Key()
      if Self.read(record + 16, length, &key) {
        var index = Int(truncatingIfNeeded: key.hash) & (Self.size - 1)
        while slots[index].packets != 0, !slots[index].key.equals(key) { index = (index &+ 1) & (Self.size - 1) }
        if slots[index].packets == 0 { slots[index].key = key }
        slots[index].packets &+= 1
        slots[index].bytes &+= UInt64(length)
      }
      packets &+= 1
      record += 16 + length
    }
    return packets
  }

  @inline(__always)
  private static func read(_ frame: UnsafeRawPointer, _ length: Int, _ key: inout Key) -> Bool {
    guard length >= 34 else { return false }
    var network = frame + 14
    var type = UInt16(bigEndian: frame.loadUnaligned(fromByteOffset: 12, as: UInt16.self))
    if type == 0x8100 {
      type = UInt16(bigEndian: network.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
      network += 4
    }
    let end = frame + length
    var transport: UnsafeRawPointer?
    if type == 0x0800, network + 20 <= end {
      key.source.0 = UInt64(network.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
      key.destination.0 = UInt64(network.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
      key.number = UInt32(network.load(fromByteOffset: 9, as: UInt8.self))
      let isLater =
        network.load(fromByteOffset: 6, as: UInt8.self) & 0x1f | network.load(fromByteOffset: 7, as: UInt8.self)
      if isLater == 0 { transport = network + Int(network.load(as: UInt8.self) & 15) * 4 }
    } else if type == 0x86dd, network + 40 <= end {
      key.source.0 = network.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      key.source.1 = network.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      key.destination.0 = network.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
      key.destination.1 = network.loadUnaligned(fromByteOffset: 32, as: UInt64.self)
      key.number = UInt32(network.load(fromByteOffset: 6, as: UInt8.self))
      transport = network + 40
    } else {
      return false
    }
    if let transport, key.number == 6 || key.number == 17, transport + 4 <= end {
      key.ports = transport.loadUnaligned(as: UInt32.self)
    }
    return true
  }
}
