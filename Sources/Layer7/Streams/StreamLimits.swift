/// How much a `StreamReassembler` remembers at most.
public struct StreamLimits: Sendable {
  /// Bytes of one direction that wait for a message's end. A little more than `KafkaParser.maximumRead`, the longest
  /// message that a parser waits for; what is larger is given up.
  public var bytesPerDirection = (1 << 20) + (1 << 16)
  /// Bytes that wait in all directions together.
  public var bytes = 1 << 28
  /// Connections that are followed at once, of about 200 bytes each. The one that was silent longest among a few is
  /// forgotten for a new one.
  public var streams = 1 << 20
  /// Segments of one direction that wait for the bytes before them.
  public var heldSegments = 256
  /// As many wait when the receiver has acknowledged the missing bytes: the capture then lacks them, unless it has the
  /// packets out of order.
  public var heldSegmentsAcknowledged = 32

  public init() {}
}

/// What a `StreamReassembler` met; nothing is given up without being counted here.
public struct StreamCounters: Sendable, Equatable {
  public var segments = 0
  /// Segments that were handed to the consumer in place.
  public var inOrder = 0
  public var outOfOrder = 0
  /// Bytes that had arrived before.
  public var repeatedBytes = 0
  /// Segments that say something else than what had arrived before of the same bytes and was still held; the first
  /// arrival counts.
  public var conflicts = 0
  /// Places where bytes were missing for good.
  public var gaps = 0
  public var lostBytes = 0
  /// Directions given up because they wait for more than `StreamLimits.bytesPerDirection`.
  public var overflows = 0
  /// Directions given up because all together wait for more than `StreamLimits.bytes`.
  public var exhaustions = 0
  /// Connections forgotten for others.
  public var evictions = 0
  /// Jumps of the sequence number that no window explains; the direction begins anew there.
  public var restarts = 0

  public init() {}
}
