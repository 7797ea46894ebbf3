/// The packet and the direction that bytes belong to.
struct StreamPlace {
  var stream: Int
  var channel: UInt32
  var isAscending: Bool
  var source: StreamEnd
  var destination: StreamEnd
  var frame: Int
  var timestamp: Int64

  /// The place of bytes that are told of when the connection is given up.
  init(_ connection: StreamConnection, stream: Int, isAscending: Bool) {
    self.stream = stream
    channel = connection.key.channel
    self.isAscending = isAscending
    source = isAscending ? connection.key.low : connection.key.high
    destination = isAscending ? connection.key.high : connection.key.low
    frame = connection.frame
    timestamp = connection.timestamp
  }

  @inline(__always)
  init(_ segment: TCPSegment, stream: Int, isAscending: Bool) {
    self.stream = stream
    channel = segment.channel
    self.isAscending = isAscending
    source = segment.source
    destination = segment.destination
    frame = segment.frame
    timestamp = segment.timestamp
  }

  @inline(__always)
  func chunk(_ side: StreamSide) -> StreamChunk {
    StreamChunk(
      stream: stream, protocolNumber: channel == 0 ? 6 : 132, isAscending: isAscending, source: source,
      destination: destination, frame: frame, timestamp: timestamp, seen: Int(side.seen),
      isTurn: side.flags.contains(.turn), followsGap: side.flags.contains(.gap))
  }
}
