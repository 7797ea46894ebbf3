/// The packet and the direction that bytes belong to.
struct Place {
  var stream: Int
  var isAscending: Bool
  var source: StreamEnd
  var destination: StreamEnd
  var frame: Int
  var timestamp: Int64

  /// The place of bytes that are told of when the connection is given up.
  init(_ connection: StreamConnection, stream: Int, isAscending: Bool) {
    self.stream = stream
    self.isAscending = isAscending
    source = isAscending ? connection.key.low : connection.key.high
    destination = isAscending ? connection.key.high : connection.key.low
    frame = connection.frame
    timestamp = connection.timestamp
  }

  @inline(__always)
  init(_ segment: TCPSegment, stream: Int, isAscending: Bool) {
    self.stream = stream
    self.isAscending = isAscending
    source = segment.source
    destination = segment.destination
    frame = segment.frame
    timestamp = segment.timestamp
  }

  @inline(__always)
  func chunk(_ side: StreamSide) -> StreamChunk {
    StreamChunk(
      stream: stream, isAscending: isAscending, source: source, destination: destination, frame: frame,
      timestamp: timestamp, seen: Int(side.seen), isTurn: side.flags.contains(.turn),
      followsGap: side.flags.contains(.gap))
  }
}

extension StreamReassembler {
  /// Hands on bytes that continue their direction; `length` counts those too that were not captured.
  @inline(__always)
  mutating func deliver<Consumer: StreamConsumer & ~Copyable>(
    _ payload: RawSpan, length: Int, _ side: inout StreamSide, _ place: inout Place, to consumer: inout Consumer
  ) {
    side.next &+= UInt32(truncatingIfNeeded: length)
    let passed = min(side.skip, length)
    side.skip -= passed
    if passed < payload.byteCount {
      offer(payload.extracting(droppingFirst: passed), &side, place, to: &consumer)
    }
    let missing = length - max(passed, payload.byteCount)
    if missing > 0 { lose(missing, &side, place, to: &consumer) }
  }

  private mutating func offer<Consumer: StreamConsumer & ~Copyable>(
    _ bytes: RawSpan, _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    guard side.tail == ByteStore.none else {
      guard store.append(bytes, to: side.tail) else { return exhaust(&side, place, to: &consumer) }
      return offerTail(&side, place, to: &consumer)
    }
    side.seen = 0
    let consumption = consumer.consume(bytes, place.chunk(side))
    guard let left = settle(consumption, of: bytes.byteCount, &side) else { return }
    guard left > 0 else { return }
    guard let tail = store.make(bytes.extracting(droppingFirst: bytes.byteCount - left)) else {
      return exhaust(&side, place, to: &consumer)
    }
    side.tail = tail
    checkSize(&side, place, to: &consumer)
  }

  /// Shows the consumer what has gathered, if it is as much as the consumer asked for.
  private mutating func offerTail<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    let count = store.count(side.tail)
    guard count >= Int(side.needed) else { return }
    let consumption = consumer.consume(store.bytes(side.tail), place.chunk(side))
    guard let left = settle(consumption, of: count, &side) else { return }
    guard left > 0 else { return dropTail(&side) }
    if left < count { store.removeFirst(count - left, from: side.tail) }
    checkSize(&side, place, to: &consumer)
  }

  /// How many of `count` bytes are left, or nil when no more are wanted.
  @inline(__always)
  private mutating func settle(_ consumption: Consumption, of count: Int, _ side: inout StreamSide) -> Int? {
    side.flags.subtract([.turn, .gap])
    guard !consumption.isDone else {
      stop(&side)
      return nil
    }
    let left = count - max(consumption.consumed, 0)
    side.seen = Int32(truncatingIfNeeded: max(left, 0))
    side.needed = Int32(clamping: max(consumption.needed, left + 1))
    if left < 0 { side.skip = -left }
    return max(left, 0)
  }

  private mutating func checkSize<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    guard max(store.count(side.tail), Int(side.needed)) > limits.bytesPerDirection else { return }
    counters.overflows += 1
    breakOff(&side, place, .overflow, to: &consumer)
  }

  mutating func exhaust<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    counters.exhaustions += 1
    breakOff(&side, place, .overflow, to: &consumer)
    stop(&side)
  }

  // MARK: - Breaks

  /// `count` bytes that come next are missing for good.
  mutating func lose<Consumer: StreamConsumer & ~Copyable>(
    _ count: Int, _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    guard !side.flags.contains(.done) else { return }
    counters.gaps += 1
    counters.lostBytes &+= count
    let passed = min(side.skip, count)
    side.skip -= passed
    guard passed < count else { return }
    breakOff(&side, place, .lost(count - passed), to: &consumer)
  }

  mutating func breakOff<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: Place, _ reason: StreamBreak, to consumer: inout Consumer
  ) {
    let goesOn: Bool
    if side.tail == ByteStore.none {
      goesOn = consumer.breakOff(RawSpan(), place.chunk(side), reason)
    } else {
      goesOn = consumer.breakOff(store.bytes(side.tail), place.chunk(side), reason)
      dropTail(&side)
    }
    side.flags.insert(.gap)
    if !goesOn { stop(&side) }
  }

  mutating func end<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    guard !side.flags.contains(.done) else { return }
    breakOff(&side, place, .end, to: &consumer)
    stop(&side)
  }

  /// Reads no more of a direction and frees what it held.
  private mutating func stop(_ side: inout StreamSide) {
    dropTail(&side)
    while side.held != HeldSegments.none { store.release(removeFirstHeld(&side).buffer) }
    side.flags.insert(.done)
  }

  private mutating func dropTail(_ side: inout StreamSide) {
    if side.tail != ByteStore.none { store.release(side.tail) }
    side.tail = ByteStore.none
    side.needed = 0
    side.seen = 0
  }

  // MARK: - Held segments

  /// Delivers the held segments that continue the direction now.
  mutating func deliverHeld<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: inout Place, to consumer: inout Consumer
  ) {
    while side.held != HeldSegments.none, held[side.held].sequence == side.next {
      let segment = removeFirstHeld(&side)
      if segment.frame > place.frame {
        place.frame = segment.frame
        place.timestamp = segment.timestamp
      }
      side.next &+= UInt32(truncatingIfNeeded: segment.length)
      let passed = min(side.skip, segment.length)
      side.skip -= passed
      let captured = store.count(segment.buffer)
      store.removeFirst(passed, from: segment.buffer)
      offer(buffer: segment.buffer, &side, place, to: &consumer)
      let missing = segment.length - max(passed, captured)
      if missing > 0 { lose(missing, &side, place, to: &consumer) }
    }
  }

  /// Takes over a buffer of bytes that continue the direction.
  private mutating func offer<Consumer: StreamConsumer & ~Copyable>(
    buffer: Int32, _ side: inout StreamSide, _ place: Place, to consumer: inout Consumer
  ) {
    guard store.count(buffer) > 0 else { return store.release(buffer) }
    if side.tail == ByteStore.none {
      side.tail = buffer
      side.needed = 0
      side.seen = 0
    } else if !store.append(contentsOf: buffer, to: side.tail) {
      store.release(buffer)
      return exhaust(&side, place, to: &consumer)
    }
    offerTail(&side, place, to: &consumer)
  }

  /// Stops waiting for the bytes before the first held segment.
  mutating func giveUpHole<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: inout Place, to consumer: inout Consumer
  ) {
    let first = held[side.held]
    let missing = side.distance(to: first.sequence)
    place.frame = first.frame
    place.timestamp = first.timestamp
    side.next = first.sequence
    if missing > 0 { lose(missing, &side, place, to: &consumer) }
    deliverHeld(&side, &place, to: &consumer)
  }

  private mutating func removeFirstHeld(_ side: inout StreamSide) -> HeldSegments.Segment {
    let segment = held[side.held]
    held.remove(side.held)
    side.held = segment.next
    side.heldCount -= 1
    return segment
  }

  /// Keeps those bytes of a segment that have not arrived before. False when there is no memory for them.
  mutating func hold(
    _ sequence: UInt32, _ payload: RawSpan, _ length: Int, _ side: inout StreamSide, _ place: Place
  ) -> Bool {
    let origin = side.distance(to: sequence)
    var rest = origin..<origin + length
    var previous = HeldSegments.none
    var next = side.held
    var differs = false
    while next != HeldSegments.none, !rest.isEmpty {
      let segment = held[next]
      let start = side.distance(to: segment.sequence)
      let known = start..<start + segment.length
      if rest.lowerBound < start {
        let piece = rest.lowerBound..<min(rest.upperBound, start)
        guard insert(piece, payload, origin: origin, after: &previous, &side, place) else { return false }
        rest = piece.upperBound..<rest.upperBound
      }
      let common = rest.clamped(to: known)
      if !common.isEmpty {
        counters.repeatedBytes &+= common.count
        differs = differs || self.differs(payload, origin: origin, common, segment.buffer, from: start)
        rest = common.upperBound..<rest.upperBound
      }
      previous = next
      next = segment.next
    }
    if differs { counters.conflicts += 1 }
    return rest.isEmpty || insert(rest, payload, origin: origin, after: &previous, &side, place)
  }

  /// Puts a piece of a segment, counted from the next missing byte, behind `previous`, which then names the piece.
  private mutating func insert(
    _ piece: Range<Int>, _ payload: RawSpan, origin: Int, after previous: inout Int32, _ side: inout StreamSide,
    _ place: Place
  ) -> Bool {
    let captured = (piece.lowerBound - origin..<piece.upperBound - origin).clamped(to: 0..<payload.byteCount)
    guard let buffer = store.make(payload.extracting(captured)) else { return false }
    let next = previous == HeldSegments.none ? side.held : held[previous].next
    let number = held.add(
      HeldSegments.Segment(
        sequence: side.next &+ UInt32(truncatingIfNeeded: piece.lowerBound), length: piece.count, buffer: buffer,
        next: next, frame: place.frame, timestamp: place.timestamp))
    if previous == HeldSegments.none { side.held = number } else { held[previous].next = number }
    previous = number
    side.heldCount += 1
    return true
  }

  // MARK: - Conflicts

  /// Compares what arrives again with what the consumer has left of it.
  mutating func compareWithTail(_ payload: RawSpan, distance: Int, _ side: StreamSide) {
    guard side.tail != ByteStore.none else { return }
    let count = store.count(side.tail)
    let common = (distance..<distance + payload.byteCount).clamped(to: -count..<0)
    if differs(payload, origin: distance, common, side.tail, from: -count) { counters.conflicts += 1 }
  }

  /// Whether a segment, which begins at `origin`, and a buffer, which begins at `start`, say different things about
  /// `range`.
  private func differs(
    _ payload: RawSpan, origin: Int, _ range: Range<Int>, _ buffer: Int32, from start: Int
  ) -> Bool {
    let known = store.bytes(buffer)
    for position in range {
      guard position - origin < payload.byteCount, position - start < known.byteCount else { return false }
      if payload.unsafeLoad(fromByteOffset: position - origin, as: UInt8.self)
        != known.unsafeLoad(fromByteOffset: position - start, as: UInt8.self)
      {
        return true
      }
    }
    return false
  }
}
