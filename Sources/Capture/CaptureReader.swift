public import Packet

/// Reads one capture from its first packet to its last.
///
/// Reading allocates nothing per packet, and of a large file only what is near the reader stays in memory. A capture that
/// is damaged in the middle ends where the damage is; `damage` then says what it was.
public struct CaptureReader: ~Copyable {
  /// How a plain file is brought into memory.
  public enum Access: Sendable {
    /// All of it is there at once, and packets stay valid until the reader ends.
    case mapped
    /// A part at a time, small enough for a processor's own cache: the cheaper way for one who looks at each packet once.
    case buffered
  }

  /// Of more packets than these, each reading asks for its bytes itself.
  static let few = 256

  /// As the user gave it; `<stdin>` for standard input.
  public let name: String
  public let format: CaptureFormat
  public let isCompressed: Bool
  /// The `LINKTYPE_` number of the first interface; in pcapng, packets may have others.
  public let linkType: UInt32
  /// The most bytes that a packet of the first interface was captured with.
  public let snapLength: Int
  /// Set when the capture ended before its end.
  public private(set) var damage: CaptureError?

  private var bytes: CaptureBytes
  /// Nil for pcapng.
  private let pcap: PcapFile?
  private var pcapng: PcapngFile
  private var filter: PacketFilter?

  /// - Parameters:
  ///   - path: a file, or `-` for standard input; pcap or pcapng, gzip-compressed or not.
  ///   - filter: an expression of pcap-filter(7); packets that it does not match are not handed out.
  ///   - access: how a plain file is brought into memory.
  public init(path: String, filter: String? = nil, access: Access = .mapped) throws(CaptureError) {
    let name = CaptureInput.displayName(path)
    let input = try CaptureInput.open(path, access)
    let (format, isCompressed) = (input.format, input.isCompressed)
    var bytes = input.bytes
    var pcap: PcapFile?
    var pcapng = PcapngFile()
    do throws(FormatError) {
      if format.container == .pcapng {
        try pcapng.begin(&bytes)
      } else {
        pcap = try PcapFile(&bytes, format: format)
      }
    } catch {
      throw CaptureError(file: name, reason: .refused(bytes.failure ?? error.reason))
    }
    let linkType = pcap?.linkType ?? pcapng.linkType
    self.filter = try Self.makeFilter(filter, linkType: linkType, format, name: name)
    self.linkType = linkType
    snapLength = Int(pcap?.snapLength ?? pcapng.snapLength)
    self.name = name
    self.format = format
    self.isCompressed = isCompressed
    self.bytes = bytes
    self.pcap = pcap
    self.pcapng = pcapng
    damage = nil
  }

  private static func makeFilter(
    _ expression: String?, linkType: UInt32, _ format: CaptureFormat, name: String
  ) throws(CaptureError) -> PacketFilter? {
    guard let expression else { return nil }
    do throws(FormatError) {
      return try PacketFilter(expression, linkType: linkType, isBigEndian: format.isBigEndian ?? false)
    } catch {
      throw CaptureError(file: name, reason: .badFilter(expression, error.reason))
    }
  }

  /// Whether packets stay valid until the reader ends, and not only until it is asked for more.
  public var packetsAreStable: Bool { bytes.areStable }

  /// Whether the next packet is in memory already, as far as its length tells.
  public var isAtHand: Bool {
    if bytes.areStable { return true }
    // A record's two lengths, or a block's one, in whichever byte order: the other reading is a large number.
    let (offset, head) = pcap == nil ? (4, 0) : (8, 16)
    guard bytes.available >= offset + 4 else { return false }
    let length = min(bytes.cursor.word(offset, swapped: false), bytes.cursor.word(offset, swapped: true))
    return bytes.available >= head + Int(length)
  }

  /// How many interfaces the capture describes at its beginning.
  public var interfaceCount: Int { pcap == nil ? pcapng.firstInterfaceCount : 1 }

  /// The same capture for several threads, where it can be cut; this reader has then ended.
  public mutating func takeSegments() -> CaptureSegments? {
    guard let pcap, filter == nil else { return nil }
    let first = bytes.cursor
    guard let file = bytes.takeFile() else { return nil }
    let offset = first - file.base
    return CaptureSegments(file, pcap, first: offset, name: name)
  }

  /// The next packet; nil at the end of the capture or where it is damaged.
  public mutating func next() -> CapturedPacket? {
    var packet: CapturedPacket?
    withUnsafeTemporaryAllocation(of: CapturedPacket.self, capacity: 1) { buffer in
      if read(into: buffer) == 1 { packet = buffer[0] }
    }
    return packet
  }

  /// Replaces `packets` by the next ones, as many as are at hand; by none at the end, or where the capture is damaged.
  public mutating func next(_ packets: inout CapturedPackets) {
    packets.refill { read(into: $0) }
    packets.upcoming = bytes.areStable && packets.capacity <= Self.few ? bytes.cursor : nil
  }

  private mutating func read(into packets: UnsafeMutableBufferPointer<CapturedPacket>) -> Int {
    while damage == nil {
      bytes.keepResident()
      do throws(FormatError) {
        let count = try readUnfiltered(into: packets)
        if count == 0 {
          if let failure = bytes.failure { throw FormatError(failure) }
          return 0
        }
        guard filter != nil else { return count }
        let matching = try select(packets, count)
        if matching > 0 { return matching }
      } catch {
        damage = CaptureError(file: name, reason: .damaged(bytes.failure ?? error.reason))
      }
    }
    return 0
  }

  @inline(__always)
  private mutating func readUnfiltered(
    into packets: UnsafeMutableBufferPointer<CapturedPacket>
  ) throws(FormatError) -> Int {
    if let pcap { return try pcap.read(&bytes, into: packets) }
    return try pcapng.read(&bytes, into: packets)
  }

  /// Keeps the packets that the filter matches.
  private mutating func select(
    _ packets: UnsafeMutableBufferPointer<CapturedPacket>, _ count: Int
  ) throws(FormatError) -> Int {
    var kept = 0
    for index in 0..<count {
      do throws(FormatError) {
        guard try filter?.matches(packets[index]) ?? true else { continue }
      } catch {
        throw FormatError("the filter means nothing for link type \(packets[index].linkType): \(error.reason)")
      }
      packets[kept] = packets[index]
      kept += 1
    }
    return kept
  }
}
