/// Reads the byte streams that a `StreamReassembler` puts together.
///
/// One consumer serves every stream: it keeps what it knows of each in tables of its own, indexed by `StreamChunk.side`.
/// The reassembler is generic over it, so that a call costs a call.
public protocol StreamConsumer: ~Copyable {
  /// Looks at the next bytes of one direction.
  ///
  /// `bytes` begins where the consumption ended that was reported last, and holds everything that has arrived since
  /// then without a hole. Where a message lies in one segment, they are that segment's own bytes. The consumer takes as
  /// many messages as there are; what it leaves comes again, in front of what arrives next.
  mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption

  /// The bytes after `bytes` will never come: they were lost, or this is the end. What can be told from a part of a
  /// message can be told now.
  ///
  /// - Parameter bytes: what was not consumed of what came before.
  /// - Returns: whether to go on with what follows the break.
  mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool

  /// A connection begins: whatever was known of both sides of `stream` belongs to an earlier one.
  mutating func begin(_ stream: Int)
}

/// Where the bytes that a consumer is shown come from.
public struct StreamChunk: Sendable {
  /// The number of the stream's connection: small and dense; used again when the connection is forgotten.
  public var stream: Int
  /// 6, or 132 for a stream of an SCTP association.
  public var protocolNumber: UInt8
  /// From the lower end of the tuple to the higher.
  public var isAscending: Bool
  public var source: StreamEnd
  public var destination: StreamEnd
  /// The packet that completed the bytes.
  public var frame: Int
  /// Of that packet, in nanoseconds since 1970.
  public var timestamp: Int64
  /// How many bytes at the front were shown before: a search for a message's end can go on behind them.
  public var seen: Int
  /// The other direction has said something since the last bytes of this one, or these are its first.
  public var isTurn: Bool
  /// The bytes follow lost ones.
  public var followsGap: Bool

  /// Bytes that are in order and were never shown, of a TCP connection.
  public init(
    stream: Int, isAscending: Bool, source: StreamEnd, destination: StreamEnd, frame: Int, timestamp: Int64 = 0
  ) {
    self.init(
      stream: stream, protocolNumber: 6, isAscending: isAscending, source: source, destination: destination,
      frame: frame, timestamp: timestamp, seen: 0, isTurn: false, followsGap: false)
  }

  init(
    stream: Int, protocolNumber: UInt8, isAscending: Bool, source: StreamEnd, destination: StreamEnd, frame: Int,
    timestamp: Int64, seen: Int, isTurn: Bool, followsGap: Bool
  ) {
    self.stream = stream
    self.protocolNumber = protocolNumber
    self.isAscending = isAscending
    self.source = source
    self.destination = destination
    self.frame = frame
    self.timestamp = timestamp
    self.seen = seen
    self.isTurn = isTurn
    self.followsGap = followsGap
  }

  /// A number for this direction alone: twice the stream's, and one more for the descending direction.
  public var side: Int { stream &* 2 &+ (isAscending ? 0 : 1) }
  /// The number of the opposite direction.
  public var otherSide: Int { side ^ 1 }
}

/// What a consumer made of the bytes that it was shown.
public struct Consumption: Sendable, Equatable {
  /// How many bytes are not to be shown again. May exceed what was shown: as many of those to come are passed over
  /// unseen, lost ones included.
  public var consumed: Int
  /// How many unconsumed bytes there have to be before another look is worth it.
  public var needed: Int
  /// Nothing in this direction is of interest any more.
  public var isDone: Bool

  /// - Parameters:
  ///   - consumed: bytes that are finished with.
  ///   - needed: how many bytes, from there on, the next message has at least.
  public init(consumed: Int, needed: Int = 0) {
    self.consumed = consumed
    self.needed = needed
    isDone = false
  }

  private init() {
    consumed = 0
    needed = 0
    isDone = true
  }

  /// Reads no more of this direction.
  public static let done = Consumption()
}

/// Why the bytes of one direction do not go on.
public enum StreamBreak: Sendable, Equatable {
  /// So many bytes are missing from the capture; nil when nobody can say how many.
  case lost(Int?)
  /// The message does not fit into the memory of one direction, or of all.
  case overflow
  /// The connection or the capture ends.
  case end
}
