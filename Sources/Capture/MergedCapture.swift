public import Packet

/// Several captures as one, in time order.
///
/// Of two packets with the same time, the one of the capture named first comes first. Within a capture the order is the
/// file's own, even where its clock went back.
public struct MergedCapture: ~Copyable {
  /// A reader and its packet that is yet to be handed out. A class, since arrays cannot hold what cannot be copied.
  private final class Source {
    var reader: CaptureReader
    var head: CapturedPacket?

    /// The captures' place in `CapturedPacket.point`.
    let point: UInt16

    init(_ reader: consuming CaptureReader, number: Int) {
      self.reader = reader
      point = UInt16(min(number, 0xff)) << 8
    }
  }

  /// A capture that needs no merging, for it is the only one.
  private var only: CaptureReader?
  /// All of them until the end: packets of those that have ended may still be in use.
  private var sources: [Source] = []
  /// The source whose head was handed out last: its bytes must live until the next call, so it is advanced only then.
  private var pending: Source?
  /// Whether packets stay valid until the end, and not only until more are asked for.
  public let packetsAreStable: Bool
  /// Whether one packet may be in it several times, seen at several points, and why.
  public let points: CapturePoints
  /// What was wrong with the captures that ended early, in the order in which they did.
  public private(set) var damage: [CaptureError] = []

  /// - Parameters:
  ///   - paths: files, or `-` for standard input.
  ///   - filter: an expression of pcap-filter(7) for all of them.
  public init(paths: [String], filter: String? = nil) throws(CaptureError) {
    if paths.count == 1 {
      let reader = try CaptureReader(path: paths[0], filter: filter)
      packetsAreStable = reader.packetsAreStable
      points = CapturePoints(files: 1, interfaces: reader.interfaceCount, linkType: reader.linkType)
      only = consume reader
      return
    }
    for (number, path) in paths.enumerated() {
      sources.append(Source(try CaptureReader(path: path, filter: filter), number: number))
    }
    points = CapturePoints(files: paths.count, interfaces: 1, linkType: 0)
    packetsAreStable = sources.allSatisfy { $0.reader.packetsAreStable }
    for source in sources { advance(source) }
  }

  /// The same capture for several threads, where it is one file that can be cut; this one has then ended.
  public mutating func takeSegments() -> CaptureSegments? { only?.takeSegments() ?? nil }

  /// The earliest packet not yet handed out; nil when all captures have ended.
  public mutating func next() -> CapturedPacket? {
    if only != nil { return nextOfOnly() }
    if let source = pending {
      advance(source)
    }
    // Captures are few: looking at each beats keeping a heap.
    pending = nil
    for source in sources {
      guard let head = source.head else { continue }
      if let best = pending?.head, best.timestamp <= head.timestamp { continue }
      pending = source
    }
    return pending?.head
  }

  private mutating func nextOfOnly() -> CapturedPacket? {
    if let packet = only?.next() ?? nil { return packet }
    noteEndOfOnly()
    return nil
  }

  private mutating func noteEndOfOnly() {
    if damage.isEmpty, let error = only?.damage { damage.append(error) }
  }

  /// Whether the next packet is in memory already; a stream may have to be waited for.
  public var isAtHand: Bool {
    switch only {
    case .some(let reader): reader.isAtHand
    case nil: pending?.reader.isAtHand ?? true
    }
  }

  /// Replaces `packets` by the earliest ones not yet handed out; by none when all captures have ended.
  public mutating func next(_ packets: inout CapturedPackets) {
    if only != nil {
      only?.next(&packets)
      if packets.count == 0 { noteEndOfOnly() }
      return
    }
    packets.removeAll()
    // A stream moves its packets when it is asked for more.
    let limit = packetsAreStable ? packets.capacity : 1
    while packets.count < limit, let packet = next() { packets.append(packet) }
  }

  private mutating func advance(_ source: Source) {
    source.head = source.reader.next()
    source.head?.point |= source.point
    if source.head == nil, let error = source.reader.damage { damage.append(error) }
  }
}
