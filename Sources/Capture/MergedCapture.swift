/// Several captures as one, in time order.
///
/// Of two packets with the same time, the one of the capture named first comes first. Within a capture the order is the
/// file's own, even where its clock went back.
public struct MergedCapture: ~Copyable {
  /// A reader and its packet that is yet to be handed out. A class, since arrays cannot hold what cannot be copied.
  private final class Source {
    var reader: CaptureReader
    var head: CapturedPacket?

    init(_ reader: consuming CaptureReader) { self.reader = reader }
  }

  /// A capture that needs no merging, for it is the only one, until it ends.
  private var only: CaptureReader?
  private var sources: [Source] = []
  /// The source whose head was handed out last: its bytes must live until the next call, so it is advanced only then.
  private var pending: Source?
  /// What was wrong with the captures that ended early, in the order in which they did.
  public private(set) var damage: [CaptureError] = []

  /// - Parameters:
  ///   - paths: files, or `-` for standard input.
  ///   - filter: an expression of pcap-filter(7) for all of them.
  public init(paths: [String], filter: String? = nil) throws(CaptureError) {
    if paths.count == 1 {
      only = try CaptureReader(path: paths[0], filter: filter)
      return
    }
    for path in paths { sources.append(Source(try CaptureReader(path: path, filter: filter))) }
    for source in sources { advance(source) }
    sources.removeAll { $0.head == nil }
  }

  /// The earliest packet not yet handed out; nil when all captures have ended.
  public mutating func next() -> CapturedPacket? {
    if only != nil { return nextOfOnly() }
    if let source = pending {
      advance(source)
      if source.head == nil { sources.removeAll { $0 === source } }
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

  @inline(__always)
  private mutating func nextOfOnly() -> CapturedPacket? {
    if let packet = only?.next() ?? nil { return packet }
    if let error = only?.damage { damage.append(error) }
    only = nil
    return nil
  }

  private mutating func advance(_ source: Source) {
    source.head = source.reader.next()
    if source.head == nil, let error = source.reader.damage { damage.append(error) }
  }
}
