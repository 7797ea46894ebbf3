/// Segments that wait for a hole to be filled.
extension StreamReassembler {
  /// Delivers the held segments that continue the direction now.
  mutating func deliverHeld<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: inout StreamPlace, to consumer: inout Consumer
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
    buffer: Int32, _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
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
    _ side: inout StreamSide, _ place: inout StreamPlace, to consumer: inout Consumer
  ) {
    let first = held[side.held]
    let missing = side.distance(to: first.sequence)
    place.frame = first.frame
    place.timestamp = first.timestamp
    side.next = first.sequence
    if missing > 0 { lose(missing, &side, place, to: &consumer) }
    deliverHeld(&side, &place, to: &consumer)
  }

  mutating func removeFirstHeld(_ side: inout StreamSide) -> HeldSegments.Segment {
    let segment = held[side.held]
    held.remove(side.held)
    side.held = segment.next
    side.heldCount -= 1
    return segment
  }

  /// Keeps those bytes of a segment that have not arrived before. False when there is no memory for them.
  mutating func hold(
    _ sequence: UInt32, _ payload: RawSpan, _ length: Int, _ side: inout StreamSide, _ place: StreamPlace
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
    _ place: StreamPlace
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
