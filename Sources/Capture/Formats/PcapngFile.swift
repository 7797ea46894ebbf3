internal import Packet

/// pcapng (draft-ietf-opsawg-pcapng): sections of blocks, each section with its byte order and interfaces.
///
/// Packets are taken from enhanced, simple and the old packet blocks; what else there is (names, statistics, secrets) is
/// skipped. Interfaces may differ in link type, snap length and unit of time.
struct PcapngFile: ~Copyable {
  private enum Block {
    static let section: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    static let packet: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6

    static let byteOrder: UInt32 = 0x1a2b_3c4d
    /// Type and length before the body, the length again after it.
    static let head = 8
    static let frame = 12
    /// Byte order, version, section length.
    static let sectionBody = 16
    /// Interface, time, the two lengths; in the old block the interface shares its word with a count of drops.
    static let packetBody = 20
    static let simpleBody = 4
    /// What is longer is damage: packets are not, and what may be is skipped without being read.
    static let longest: UInt32 = (128 << 20) + 4096
  }

  /// Of the first interface, which every capture has.
  private(set) var linkType: UInt32 = 0
  private(set) var snapLength: UInt32 = 0
  /// How many interfaces were described in a row at the beginning.
  private(set) var firstInterfaceCount = 1
  private var isSwapped = false
  /// Of this section.
  private var interfaces = PcapngInterfaces()

  /// Reads up to and including the first interface.
  mutating func begin(_ bytes: inout CaptureBytes) throws(FormatError) {
    while interfaces.count == 0 {
      guard let block = try nextBlock(&bytes) else { throw FormatError("there is no interface description in it") }
      guard !isPacket(block.type) else { throw FormatError("a packet comes before any interface description") }
      try take(block, &bytes)
    }
    linkType = interfaces.base[0].linkType
    let stated = interfaces.base[0].snapLength
    let longest = LinkNumber.longestPacket(linkType)
    snapLength = stated == 0 || stated > Int32.max ? longest : stated
    readFurtherInterfaces(&bytes)
  }

  /// Reads the interfaces that follow at once: programs that capture on several describe all of them first. What is
  /// wrong there is left to `read`.
  private mutating func readFurtherInterfaces(_ bytes: inout CaptureBytes) {
    while let block = try? nextBlock(&bytes), block.type == Block.interface {
      guard (try? take(block, &bytes)) != nil else { return }
    }
    firstInterfaceCount = interfaces.count
  }

  /// As `PcapFile.read`.
  mutating func read(
    _ bytes: inout CaptureBytes, into packets: UnsafeMutableBufferPointer<CapturedPacket>
  ) throws(FormatError) -> Int {
    guard let base = packets.baseAddress else { return 0 }
    var count = 0
    while count < packets.count {
      if let packet = nextInRow(&bytes) {
        base[count] = packet
        count &+= 1
        continue
      }
      // Looking for more may move what was handed out.
      if count > 0, !bytes.areStable { return count }
      do throws(FormatError) {
        let more = try readOther(&bytes)
        if more.isEnd { return count }
        guard let packet = more.packet else { continue }
        base[count] = packet
        count &+= 1
      } catch {
        // The cursor still stands where the damage is: it is reported when the packets before it are gone.
        if count > 0 { return count }
        throw error
      }
    }
    return count
  }

  /// The next packet when it is in memory, sound, and in an enhanced packet block, as nearly all are.
  @inline(__always)
  private func nextInRow(_ bytes: inout CaptureBytes) -> CapturedPacket? {
    guard bytes.available >= Block.frame else { return nil }
    let block = bytes.cursor
    let length = Int(block.word(4, swapped: isSwapped))
    guard block.word(0, swapped: isSwapped) == Block.enhancedPacket, length <= bytes.available, length & 3 == 0,
      length >= Block.frame + Block.packetBody, length <= Int(Block.longest),
      block.word(length - 4, swapped: isSwapped) == UInt32(length),
      let packet = enhancedPacket(block + Block.head, length - Block.frame)
    else { return nil }
    bytes.skip(length)
    return packet
  }

  /// One block of any kind.
  private mutating func readOther(
    _ bytes: inout CaptureBytes
  ) throws(FormatError) -> (packet: CapturedPacket?, isEnd: Bool) {
    guard let block = try nextBlock(&bytes) else { return (nil, true) }
    guard isPacket(block.type) else {
      try take(block, &bytes)
      return (nil, false)
    }
    let body = bytes.cursor + Block.head
    let size = block.length - Block.frame
    let packet: CapturedPacket? =
      switch block.type {
      case Block.simplePacket: simplePacket(body, size)
      case Block.packet: oldPacket(body, size)
      default: enhancedPacket(body, size)
      }
    guard let packet else { throw FormatError(packetFault(body, isOld: block.type == Block.packet)) }
    bytes.skip(block.length)
    return (packet, false)
  }

  private func isPacket(_ type: UInt32) -> Bool {
    type == Block.enhancedPacket || type == Block.simplePacket || type == Block.packet
  }

  // MARK: Blocks

  /// The head of the next block; all of it is in memory if it is one of those that are read. Nil at the regular end.
  private mutating func nextBlock(_ bytes: inout CaptureBytes) throws(FormatError) -> (type: UInt32, length: Int)? {
    guard bytes.need(Block.frame) else {
      if bytes.available == 0 { return nil }
      throw FormatError("it ends within a block's header")
    }
    let type = bytes.cursor.word(0, swapped: isSwapped)
    if type == Block.section { isSwapped = try isSwapped(bytes.cursor.word(8, swapped: false)) }
    let length = bytes.cursor.word(4, swapped: isSwapped)
    guard length >= UInt32(Block.frame), length & 3 == 0 else {
      throw FormatError("a block says that it is \(length) bytes long")
    }
    guard type == Block.section || type == Block.interface || isPacket(type) else { return (type, Int(length)) }
    guard length <= Block.longest else { throw FormatError("a block says that it is \(length) bytes long") }
    guard bytes.need(Int(length)) else { throw FormatError("it ends within a block") }
    guard bytes.cursor.word(Int(length) - 4, swapped: isSwapped) == length else {
      throw FormatError("a block says that it is \(length) bytes long at its start, and something else at its end")
    }
    return (type, Int(length))
  }

  private func isSwapped(_ mark: UInt32) throws(FormatError) -> Bool {
    guard mark == Block.byteOrder || mark.byteSwapped == Block.byteOrder else {
      throw FormatError("a section's byte order cannot be told")
    }
    return mark != Block.byteOrder
  }

  /// Uses a block without a packet.
  private mutating func take(
    _ block: (type: UInt32, length: Int), _ bytes: inout CaptureBytes
  ) throws(FormatError) {
    switch block.type {
    case Block.section:
      guard block.length >= Block.frame + Block.sectionBody else { throw FormatError("a section header is cut short") }
      let major = bytes.cursor.half(12, swapped: isSwapped)
      guard major == 1 else { throw FormatError("version \(major) of the pcapng format is not known") }
      interfaces.removeAll()
      bytes.skip(block.length)
    case Block.interface:
      let body = UnsafeRawBufferPointer(start: bytes.cursor + Block.head, count: block.length - Block.frame)
      interfaces.append(try PcapngInterface(body, swapped: isSwapped))
      bytes.skip(block.length)
    default:
      guard bytes.skipAcross(block.length) else { throw FormatError("it ends within a block") }
    }
  }

  // MARK: Packets

  /// Nil when the block contradicts itself; `packetFault` says how.
  @inline(__always)
  private func enhancedPacket(_ body: UnsafeRawPointer, _ size: Int) -> CapturedPacket? {
    guard size >= Block.packetBody else { return nil }
    return packet(body, size, interface: body.word(0, swapped: isSwapped))
  }

  private func oldPacket(_ body: UnsafeRawPointer, _ size: Int) -> CapturedPacket? {
    guard size >= Block.packetBody else { return nil }
    return packet(body, size, interface: UInt32(body.half(0, swapped: isSwapped)))
  }

  @inline(__always)
  private func packet(_ body: UnsafeRawPointer, _ size: Int, interface number: UInt32) -> CapturedPacket? {
    let captured = Int(body.word(12, swapped: isSwapped))
    guard number < interfaces.count, captured <= size &- Block.packetBody else { return nil }
    let interface = interfaces.base + Int(number)
    let time = UInt64(body.word(4, swapped: isSwapped)) &<< 32 | UInt64(body.word(8, swapped: isSwapped))
    return CapturedPacket(
      timestamp: interface.pointee.timestamp(time), originalLength: body.word(16, swapped: isSwapped),
      linkType: interface.pointee.linkType, point: UInt16(min(number, 0xff)),
      bytes: UnsafeRawBufferPointer(start: body + Block.packetBody, count: captured))
  }

  /// Of the first interface, without a time; its captured length follows from the others.
  private func simplePacket(_ body: UnsafeRawPointer, _ size: Int) -> CapturedPacket? {
    guard size >= Block.simpleBody, interfaces.count > 0 else { return nil }
    let original = body.word(0, swapped: isSwapped)
    let limit = interfaces.base[0].snapLength
    let captured = Int(limit == 0 ? original : min(original, limit))
    guard captured <= size - Block.simpleBody else { return nil }
    return CapturedPacket(
      timestamp: 0, originalLength: original, linkType: interfaces.base[0].linkType,
      bytes: UnsafeRawBufferPointer(start: body + Block.simpleBody, count: captured))
  }

  private func packetFault(_ body: UnsafeRawPointer, isOld: Bool) -> String {
    let number = isOld ? UInt32(body.half(0, swapped: isSwapped)) : body.word(0, swapped: isSwapped)
    return number >= interfaces.count
      ? "a packet names an interface that the section does not describe" : "a packet is longer than its block"
  }
}
