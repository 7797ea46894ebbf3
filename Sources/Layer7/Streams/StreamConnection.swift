internal import Addresses

/// Both ends of a connection in ascending order, the same for both directions.
struct StreamKey: Equatable {
  var low: StreamEnd
  var high: StreamEnd
  /// 0 for TCP; other streams between the same ends have numbers of their own.
  var channel: UInt32 = 0

  /// The key, and whether the segment's source is the lower end.
  @inline(__always)
  static func of(_ segment: TCPSegment) -> (key: StreamKey, isAscending: Bool) {
    let (source, destination) = (segment.source, segment.destination)
    return destination < source
      ? (StreamKey(low: destination, high: source, channel: segment.channel), false)
      : (StreamKey(low: source, high: destination, channel: segment.channel), true)
  }

  @inline(__always)
  static func == (a: StreamKey, b: StreamKey) -> Bool {
    // Ports and the low halves differ most often.
    a.low.port == b.low.port && a.high.port == b.high.port && a.low.address.low == b.low.address.low
      && a.high.address.low == b.high.address.low && a.low.address.high == b.low.address.high
      && a.high.address.high == b.high.address.high && a.low.address.isIPv6 == b.low.address.isIPv6
      && a.channel == b.channel
  }

  /// Unseeded, so that equal captures give equal output; the index bounds its probes instead of trusting the spread.
  @inline(__always)
  var hash: UInt64 {
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    var mixed = low.address.low ^ UInt64(low.port) &<< 32 ^ UInt64(high.port) &<< 48 ^ UInt64(channel)
    mixed = (mixed ^ mixed &>> 32) &* prime
    mixed ^= high.address.low ^ (low.address.high &+ high.address.high &* prime)
    mixed = (mixed ^ mixed &>> 29) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ mixed &>> 32
  }
}

/// What is known of one direction of a connection.
struct StreamSide {
  struct Flags: OptionSet {
    let rawValue: UInt8

    /// `next` is known.
    static let started = Flags(rawValue: 1 << 0)
    /// Nothing more is read.
    static let done = Flags(rawValue: 1 << 1)
    static let turn = Flags(rawValue: 1 << 2)
    static let gap = Flags(rawValue: 1 << 3)
    /// `fin` is known.
    static let finished = Flags(rawValue: 1 << 4)
    /// `acknowledged` is known.
    static let acknowledged = Flags(rawValue: 1 << 5)
  }

  /// The sequence number that the direction began with.
  var first: UInt32 = 0
  /// The next that is missing.
  var next: UInt32 = 0
  /// What the other side has acknowledged last.
  var acknowledged: UInt32 = 0
  /// Where the direction ends.
  var fin: UInt32 = 0
  /// Bytes to come that the consumer does not want to see.
  var skip = 0
  /// The buffer of what the consumer left.
  var tail = ByteStore.none
  /// The first of the segments that wait for a hole to be filled.
  var held = HeldSegments.none
  var heldCount: Int32 = 0
  var needed: Int32 = 0
  var seen: Int32 = 0
  var flags: Flags = []

  /// Where `sequence` lies from the next missing byte on, across the wrap.
  @inline(__always)
  func distance(to sequence: UInt32) -> Int { Int(Int32(bitPattern: sequence &- next)) }
}

/// One TCP connection.
struct StreamConnection {
  enum Speaker: UInt8 {
    case nobody
    case ascending
    case descending
  }

  var key: StreamKey
  var ascending = StreamSide()
  var descending = StreamSide()
  /// The number of the last segment; the smallest is forgotten first.
  var lastUse: UInt64 = 0
  /// Of that segment.
  var frame = 0
  var timestamp: Int64 = 0
  /// Who said something last.
  var speaker = Speaker.nobody
}
