/// Handing bytes on, and telling of breaks.
extension StreamReassembler {
  /// Hands on bytes that continue their direction; `length` counts those too that were not captured.
  @inline(__always)
  mutating func deliver<Consumer: StreamConsumer & ~Copyable>(
    _ payload: RawSpan, length: Int, _ side: inout StreamSide, _ place: inout StreamPlace, to consumer: inout Consumer
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
    _ bytes: RawSpan, _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
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
  mutating func offerTail<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
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
    _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
  ) {
    guard max(store.count(side.tail), Int(side.needed)) > limits.bytesPerDirection else { return }
    counters.overflows += 1
    breakOff(&side, place, .overflow, to: &consumer)
  }

  mutating func exhaust<Consumer: StreamConsumer & ~Copyable>(
    _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
  ) {
    counters.exhaustions += 1
    breakOff(&side, place, .overflow, to: &consumer)
    stop(&side)
  }

  // MARK: - Breaks

  /// `count` bytes that come next are missing for good.
  mutating func lose<Consumer: StreamConsumer & ~Copyable>(
    _ count: Int, _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
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
    _ side: inout StreamSide, _ place: StreamPlace, _ reason: StreamBreak, to consumer: inout Consumer
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
    _ side: inout StreamSide, _ place: StreamPlace, to consumer: inout Consumer
  ) {
    guard !side.flags.contains(.done) else { return }
    breakOff(&side, place, .end, to: &consumer)
    stop(&side)
  }

  /// Reads no more of a direction and frees what it held.
  mutating func stop(_ side: inout StreamSide) {
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
}
