/// What is known of one direction of an SCTP association.
struct SCTPDirection {
  /// Chunks that wait for those before them.
  static let maximumHeld = 64
  /// Streams that are read.
  static let maximumStreams = 1024
  /// More than any window of TCP: what follows such a jump does not continue what came before.
  private static let jump: UInt32 = 1 << 29

  private struct Chunk {
    var stream: UInt16
    /// On the wire, of which fewer bytes may have been captured.
    var length: Int
    var data: [UInt8]
    var segment: TCPSegment
  }

  /// The transmission sequence number that comes next; nil before the first chunk.
  private var next: UInt32?
  private var held: [UInt32: Chunk] = [:]
  /// How far each stream has come, as a sequence number of TCP.
  private var positions: [UInt16: UInt32] = [:]

  /// Takes in the body of an INIT or INIT ACK chunk (RFC 9260, section 3.3.2).
  mutating func begin(_ body: RawSpan) {
    var reader = ByteReader(body)
    guard reader.skip(12), let first = reader.uint32() else { return }
    if next != nil { interrupt() }
    held.removeAll()
    next = first
  }

  /// Takes in the body of a DATA chunk (RFC 9260, section 3.3.1).
  ///
  /// - Parameter segment: the packet's place.
  mutating func add<Consumer: StreamConsumer & ~Copyable>(
    _ body: RawSpan, wireLength: Int, _ segment: inout TCPSegment, into streams: inout StreamReassembler,
    to consumer: inout Consumer
  ) {
    var reader = ByteReader(body)
    guard let number = reader.uint32(), let stream = reader.uint16(), reader.skip(6) else { return }
    let distance = Int32(bitPattern: number &- (next ?? number))
    guard distance >= 0, held[number] == nil else { return }
    let data = body.extracting(droppingFirst: reader.position)
    let length = wireLength - reader.position
    guard distance > 0 else {
      deliver(stream, data, length: length, &segment, into: &streams, to: &consumer)
      next = number &+ 1
      return deliverHeld(into: &streams, to: &consumer)
    }
    let copy = data.withUnsafeBytes { [UInt8]($0) }
    held[number] = Chunk(stream: stream, length: length, data: copy, segment: segment)
    guard held.count > Self.maximumHeld, let next,
      let first = held.keys.min(by: { $0 &- next < $1 &- next })
    else { return }
    interrupt()
    self.next = first
    deliverHeld(into: &streams, to: &consumer)
  }

  /// What comes next in any stream does not continue it.
  private mutating func interrupt() { positions = positions.mapValues { $0 &+ Self.jump } }

  private mutating func deliverHeld<Consumer: StreamConsumer & ~Copyable>(
    into streams: inout StreamReassembler, to consumer: inout Consumer
  ) {
    while let number = next, let chunk = held.removeValue(forKey: number) {
      var segment = chunk.segment
      deliver(chunk.stream, chunk.data.span.bytes, length: chunk.length, &segment, into: &streams, to: &consumer)
      next = number &+ 1
    }
  }

  private mutating func deliver<Consumer: StreamConsumer & ~Copyable>(
    _ stream: UInt16, _ data: RawSpan, length: Int, _ segment: inout TCPSegment, into streams: inout StreamReassembler,
    to consumer: inout Consumer
  ) {
    guard positions.count < Self.maximumStreams || positions[stream] != nil else { return }
    segment.channel = 1 << 16 | UInt32(stream)
    segment.sequence = positions[stream, default: 0]
    segment.length = length
    positions[stream] = segment.sequence &+ UInt32(truncatingIfNeeded: length)
    streams.add(segment, data, to: &consumer)
  }
}
