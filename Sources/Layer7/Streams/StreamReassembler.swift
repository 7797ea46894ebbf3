internal import Addresses
internal import CPrefetch

/// Puts the byte streams of TCP connections together (RFC 9293, section 3.4) and hands them to a consumer.
///
/// Segments may come in any order, repeated, overlapping, from the middle of a connection on. Of bytes that arrive
/// twice the first arrival counts. A segment that continues its direction is handed on in place; only what the consumer
/// leaves, and what waits for a hole to be filled, is copied. Missing bytes are awaited until too much waits for them
/// (`StreamLimits`), or until the connection ends; the consumer then learns of the break. A RST changes nothing:
/// anybody may forge one.
public struct StreamReassembler: ~Copyable {
  /// Sequence numbers farther than this from the expected one belong to no window that is in use: the direction begins
  /// anew there.
  private static let plausibleDistance = 1 << 28
  /// How many connections are looked at for the one that was silent longest.
  private static let victims = 8

  public let limits: StreamLimits
  public internal(set) var counters = StreamCounters()
  var store: ByteStore
  var held = HeldSegments()
  private var connections = GrowingTable<StreamConnection>()
  private var index = StreamIndex()
  private var hand = 0
  private var last = -1

  public init(limits: StreamLimits = StreamLimits()) {
    self.limits = limits
    store = ByteStore(limit: limits.bytes)
  }

  /// Connections that are known.
  public var count: Int { connections.count }
  /// Bytes that are set aside for what waits.
  public var allocatedBytes: Int { store.allocated }

  /// Whether nothing that either end says in this connection is of interest any more.
  @inline(__always)
  public func isDone(_ number: Int) -> Bool {
    connections[number].ascending.flags.contains(.done) && connections[number].descending.flags.contains(.done)
  }

  /// Asks for the memory of a connection that will be looked at.
  @inline(__always)
  public func prefetch(_ number: Int) {
    guard number >= 0, number < connections.count else { return }
    let start = connections.address(number)
    weir_prefetch_for_writing(start)
    weir_prefetch_for_writing(start + 64)
    weir_prefetch_for_writing(start + 128)
  }

  /// Takes in one segment.
  ///
  /// - Parameters:
  ///   - payload: what was captured of it; at most `segment.length` bytes.
  ///   - known: what was returned for another segment between the same ends, or -1; spares the search.
  /// - Returns: the number of its connection, as in `StreamChunk.stream`.
  @discardableResult
  public mutating func add<Consumer: StreamConsumer & ~Copyable>(
    _ segment: TCPSegment, _ payload: RawSpan, known: Int = -1, to consumer: inout Consumer
  ) -> Int {
    counters.segments &+= 1
    let (key, isAscending) = StreamKey.of(segment)
    let number = connection(key, known, to: &consumer)
    if segment.flags.contains(.syn) { synchronize(number, isAscending, segment, to: &consumer) }
    touch(number, isAscending, segment)
    var side = isAscending ? connections[number].ascending : connections[number].descending
    let length = max(segment.length, payload.byteCount)
    guard !side.flags.contains(.done), length > 0 || segment.flags.contains(.fin) else {
      if length > 0 { connections[number].speaker = isAscending ? .ascending : .descending }
      return number
    }
    let sequence = segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence
    if !side.flags.contains(.started) {
      side.first = sequence
      side.next = sequence
      side.flags.insert(.started)
    }
    var place = StreamPlace(segment, stream: number, isAscending: isAscending)
    if length > 0 {
      let speaker: StreamConnection.Speaker = isAscending ? .ascending : .descending
      if connections[number].speaker != speaker, side.distance(to: sequence) >= 0 {
        side.flags.insert(.turn)
        connections[number].speaker = speaker
      }
      if side.next == sequence, side.held == HeldSegments.none {
        counters.inOrder &+= 1
        deliver(payload, length: length, &side, &place, to: &consumer)
      } else {
        resolve(sequence, payload, length, &side, &place, to: &consumer)
      }
    }
    if segment.flags.contains(.fin) {
      side.fin = sequence &+ UInt32(truncatingIfNeeded: length)
      side.flags.insert(.finished)
    }
    if side.flags.contains(.finished), side.fin == side.next { end(&side, place, to: &consumer) }
    write(side, number, isAscending)
    return number
  }

  /// Whether segments of a connection wait for bytes before them.
  public func isWaiting(_ number: Int) -> Bool {
    connections[number].ascending.held != HeldSegments.none || connections[number].descending.held != HeldSegments.none
  }

  /// Waits no longer for what is missing of one connection, which then has ended.
  public mutating func finish<Consumer: StreamConsumer & ~Copyable>(_ number: Int, _ consumer: inout Consumer) {
    close(number, to: &consumer)
  }

  /// Tells the consumer of everything that is still incomplete. To be called at the end of the capture.
  public mutating func finish<Consumer: StreamConsumer & ~Copyable>(_ consumer: inout Consumer) {
    for number in 0..<connections.count { close(number, to: &consumer) }
  }

  private mutating func write(_ side: StreamSide, _ number: Int, _ isAscending: Bool) {
    if isAscending { connections[number].ascending = side } else { connections[number].descending = side }
  }

  // MARK: - Connections

  @inline(__always)
  private mutating func connection<Consumer: StreamConsumer & ~Copyable>(
    _ key: StreamKey, _ known: Int, to consumer: inout Consumer
  ) -> Int {
    // Numbers are given to others only when connections are forgotten.
    if known >= 0, known < connections.count, counters.evictions == 0 || connections[known].key == key { return known }
    if last >= 0, connections[last].key == key { return last }
    let hash = key.hash
    let found = index.find(hash) { connections[$0].key == key }
    last = found >= 0 ? found : open(key, hash, to: &consumer)
    return last
  }

  private mutating func open<Consumer: StreamConsumer & ~Copyable>(
    _ key: StreamKey, _ hash: UInt64, to consumer: inout Consumer
  ) -> Int {
    let number: Int
    if connections.count < max(limits.streams, 1) {
      number = connections.count
      connections.append(StreamConnection(key: key))
    } else {
      number = victim()
      counters.evictions += 1
      close(number, to: &consumer)
      index.remove(connections[number].key.hash, number)
      connections[number] = StreamConnection(key: key)
    }
    // A connection that gave way in the index cannot be found again; its place is used when its turn comes.
    if index.insert(hash, number) >= 0 { counters.evictions += 1 }
    consumer.begin(number)
    return number
  }

  private mutating func victim() -> Int {
    var victim = hand
    for step in 0..<min(Self.victims, connections.count) {
      let number = (hand + step) % connections.count
      if connections[number].lastUse < connections[victim].lastUse { victim = number }
    }
    hand = (hand + Self.victims) % connections.count
    return victim
  }

  private mutating func close<Consumer: StreamConsumer & ~Copyable>(_ number: Int, to consumer: inout Consumer) {
    let connection = connections[number]
    for isAscending in [true, false] {
      var side = isAscending ? connection.ascending : connection.descending
      guard side.flags.contains(.started), !side.flags.contains(.done) else { continue }
      var place = StreamPlace(connection, stream: number, isAscending: isAscending)
      while side.held != HeldSegments.none { giveUpHole(&side, &place, to: &consumer) }
      end(&side, place, to: &consumer)
      write(side, number, isAscending)
    }
  }

  // MARK: - Sequence numbers

  /// A SYN with another number than the known one begins another connection between the same ends.
  private mutating func synchronize<Consumer: StreamConsumer & ~Copyable>(
    _ number: Int, _ isAscending: Bool, _ segment: TCPSegment, to consumer: inout Consumer
  ) {
    let first = segment.sequence &+ 1
    var side = isAscending ? connections[number].ascending : connections[number].descending
    if side.flags.contains(.started) {
      guard side.first != first else { return }
      let other = isAscending ? connections[number].descending : connections[number].ascending
      if isRepeatedAnswer(segment, side, to: other) {
        // What the other side has said so far stands.
      } else {
        close(number, to: &consumer)
        connections[number] = StreamConnection(key: connections[number].key)
        consumer.begin(number)
        side = StreamSide()
      }
    }
    side.first = first
    side.next = first
    side.flags.insert(.started)
    write(side, number, isAscending)
  }

  /// Whether a server answers the same SYN once more, with a number of its own that differs: it has forgotten the first
  /// answer, or never gave it (SYN cookies).
  private func isRepeatedAnswer(_ segment: TCPSegment, _ side: StreamSide, to other: StreamSide) -> Bool {
    segment.flags.contains(.ack) && other.flags.contains(.started) && other.first == segment.acknowledgment
      && side.next == side.first && side.held == HeldSegments.none
  }

  /// Notes when the connection was used and what it acknowledges of the other direction.
  @inline(__always)
  private mutating func touch(_ number: Int, _ isAscending: Bool, _ segment: TCPSegment) {
    connections[number].lastUse = UInt64(counters.segments)
    connections[number].frame = segment.frame
    connections[number].timestamp = segment.timestamp
    guard segment.flags.contains(.ack) else { return }
    if isAscending {
      connections[number].descending.acknowledged = segment.acknowledgment
      connections[number].descending.flags.insert(.acknowledged)
    } else {
      connections[number].ascending.acknowledged = segment.acknowledgment
      connections[number].ascending.flags.insert(.acknowledged)
    }
  }

  /// A segment that does not simply continue its direction.
  private mutating func resolve<Consumer: StreamConsumer & ~Copyable>(
    _ sequence: UInt32, _ payload: RawSpan, _ length: Int, _ side: inout StreamSide, _ place: inout StreamPlace,
    to consumer: inout Consumer
  ) {
    let distance = side.distance(to: sequence)
    guard abs(distance) <= Self.plausibleDistance else {
      counters.restarts += 1
      return restart(at: sequence, payload, length, &side, &place, to: &consumer)
    }
    guard distance < 0 else { return arrange(sequence, payload, length, &side, &place, to: &consumer) }
    let known = min(-distance, length)
    counters.repeatedBytes &+= known
    compareWithTail(payload, distance: distance, side)
    guard known < length else { return }
    arrange(
      side.next, payload.extracting(droppingFirst: min(known, payload.byteCount)), length - known, &side, &place,
      to: &consumer)
  }

  /// Delivers a segment from `next` on, or holds it until its time has come.
  private mutating func arrange<Consumer: StreamConsumer & ~Copyable>(
    _ sequence: UInt32, _ payload: RawSpan, _ length: Int, _ side: inout StreamSide, _ place: inout StreamPlace,
    to consumer: inout Consumer
  ) {
    if side.next == sequence, side.held == HeldSegments.none {
      return deliver(payload, length: length, &side, &place, to: &consumer)
    }
    counters.outOfOrder &+= 1
    guard hold(sequence, payload, length, &side, place) else {
      return exhaust(&side, place, to: &consumer)
    }
    deliverHeld(&side, &place, to: &consumer)
    while side.held != HeldSegments.none, !side.flags.contains(.done), holdsTooMuch(side) {
      giveUpHole(&side, &place, to: &consumer)
    }
  }

  private func holdsTooMuch(_ side: StreamSide) -> Bool {
    let isLost = side.flags.contains(.acknowledged) && side.distance(to: side.acknowledged) > 0
    return Int(side.heldCount) > (isLost ? limits.heldSegmentsAcknowledged : limits.heldSegments)
  }

  private mutating func restart<Consumer: StreamConsumer & ~Copyable>(
    at sequence: UInt32, _ payload: RawSpan, _ length: Int, _ side: inout StreamSide, _ place: inout StreamPlace,
    to consumer: inout Consumer
  ) {
    while side.held != HeldSegments.none { giveUpHole(&side, &place, to: &consumer) }
    breakOff(&side, place, .lost(nil), to: &consumer)
    guard !side.flags.contains(.done) else { return }
    side.skip = 0
    side.next = sequence
    deliver(payload, length: length, &side, &place, to: &consumer)
  }
}
