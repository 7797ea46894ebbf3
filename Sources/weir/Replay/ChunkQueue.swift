import CPrefetch
import Capture
import Dataplane
import Glibc
import Packet

/// Packets on their way from captures to several engines.
///
/// Every thread does all kinds of work: it reads a chunk, deals it out, and lets its engine judge what was dealt to it.
/// Engines take chunks in the order of the captures. Where the captures are one file that can be cut, chunks are its
/// segments and are read at once by all threads, from where their first records seem to begin; a chunk is given to the
/// engines when the one before has confirmed that. Other captures are read by one thread at a time.
///
/// Unsafe where the compiler cannot see the protocol. Everything mutable is guarded by `lock`, except: the capture, which
/// belongs to the thread that set `isReading`; and a chunk, which belongs to the thread that claimed it until it is
/// filled, then to the one that set `isConfirming`, and is only read from when it is ready until all engines have `taken`
/// it.
final class ChunkQueue: @unchecked Sendable {
  private final class Chunk {
    var packets: CapturedPackets
    var prepared: PreparedPackets
    /// The number of its first packet in the captures.
    var first = 0
    var isFilled = false
    /// Of a segment: the offsets where its records begin and end.
    var start: Int?
    var end = 0
    var damage: CaptureError?

    init(capacity: Int, engines: Int) {
      packets = CapturedPackets(capacity: capacity)
      prepared = PreparedPackets(capacity: capacity, engines: engines)
    }
  }

  /// Packets in a chunk at most: as many as a segment can have, of sixteen bytes each.
  static let chunk = CaptureSegments.length / 16
  /// Packets read before they are looked at, while the first-level cache holds them.
  private static let portion = 64
  /// Packets in a chunk that is no segment.
  private static let serialChunk = 512
  /// Chunks that may be ahead of the slowest engine: a thread that the kernel holds up, as for a page of two megabytes,
  /// does not hold up the others.
  private static let slack = 48
  /// Where one thread reads at a time: while fewer chunks than these wait for an engine, its thread rather reads another,
  /// for nobody else might.
  private static let ahead = 3
  /// How often a thread looks whether it can go on before it sleeps, which takes longer than most waiting.
  private static let patience = 200
  /// Segments whose memory is let go together.
  private static let released = (4 << 20) / CaptureSegments.length

  private var capture: MergedCapture
  private let segments: CaptureSegments?
  private let lookup: LookupTables
  /// Chunks that are in no use. The one used last is taken first: the caches still hold it.
  private var free: [Chunk]
  /// Where claimed chunks are, by their number modulo the number of all.
  private var places: [Chunk]
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let change: UnsafeMutablePointer<pthread_cond_t>
  private var isReading = false
  private var isConfirming = false
  /// How many chunks there are, when that is known.
  private var total: Int?
  /// Chunks that somebody fills or has filled, those of them that are ready for all engines, and of these the ones that
  /// each engine has judged.
  private var claimed = 0
  private var ready = 0
  private var taken: [Int]
  /// Chunks that all engines have judged and that were given back; those of them whose segments' memory was let go.
  private var freed = 0
  private var released = 0
  private var packetCount = 0
  /// Where the last ready segment ended.
  private var confirmed: Int?
  private(set) var damage: [CaptureError] = []

  init(_ capture: consuming MergedCapture, _ lookup: LookupTables, engines: Int) {
    var capture = capture
    segments = capture.takeSegments()
    self.capture = capture
    self.lookup = lookup
    total = segments?.count
    let capacity = segments == nil ? Self.serialChunk : Self.chunk
    free = (0..<engines + Self.slack).map { _ in Chunk(capacity: capacity, engines: engines) }
    places = free
    taken = [Int](repeating: 0, count: engines)
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
    change = .allocate(capacity: 1)
    change.initialize(to: pthread_cond_t())
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(change)
    lock.deallocate()
    change.deallocate()
  }

  /// Does one thread's part until the captures have ended and its engine has judged all packets dealt to it.
  ///
  /// - Parameter judge: is given a chunk, the number of its first packet, and where the bytes begin that this thread reads
  ///   next.
  func work(
    as engine: Int,
    _ judge: (borrowing CapturedPackets, borrowing PreparedPackets, Int, UnsafeRawPointer?) -> Void
  ) {
    var claim: Claim?
    var patience = Self.patience
    pthread_mutex_lock(lock)
    while true {
      let next = taken[engine]
      if claim == nil, mayClaim, segments != nil || ready - next < Self.ahead {
        claim = Claim(number: claimed)
        places[claimed % places.count] = free.removeLast()
        claimed += 1
        if segments == nil { isReading = true }
      }
      if next < ready, claim == nil || segments != nil {
        let chunk = places[next % places.count]
        pthread_mutex_unlock(lock)
        if let segments, claim != nil { claim?.prepare(in: segments) }
        judge(chunk.packets, chunk.prepared, chunk.first, claim?.upcoming)
        claim?.advance(chunk.prepared.count(of: engine))
        pthread_mutex_lock(lock)
        taken[engine] = next + 1
        pthread_cond_broadcast(change)
        letGo()
      } else if let number = claim?.number {
        claim = nil
        fill(number)
        confirm()
        pthread_cond_broadcast(change)
      } else if next == total {
        break
      } else if patience > 0 {
        patience -= 1
        pthread_mutex_unlock(lock)
        for _ in 0..<16 { weir_pause() }
        pthread_mutex_lock(lock)
        continue
      } else {
        pthread_cond_wait(change, lock)
      }
      patience = Self.patience
    }
    pthread_mutex_unlock(lock)
  }

  /// Whether there is a chunk to be filled, and room for it.
  private var mayClaim: Bool {
    !isReading && claimed < total ?? .max && !free.isEmpty
  }

  /// A chunk that a thread will fill.
  private struct Claim {
    let number: Int
    /// What of its bytes is yet to be asked for; nil as long as they are not resident.
    private(set) var upcoming: UnsafeRawPointer?

    init(number: Int) { self.number = number }

    mutating func prepare(in segments: CaptureSegments) {
      if upcoming == nil { upcoming = segments.prepare(number) }
    }

    /// Notes that asking went on while so many packets were judged.
    mutating func advance(_ count: Int) { upcoming = upcoming.map { $0 + Engine.lookahead(count) } }
  }

  // MARK: Filling, called with the lock, which is given up meanwhile

  private func fill(_ number: Int) {
    let chunk = places[number % places.count]
    if let segments {
      pthread_mutex_unlock(lock)
      chunk.start = segments.guess(number)
      if let start = chunk.start { read(segments, number, from: start, into: chunk) }
      pthread_mutex_lock(lock)
    } else {
      pthread_mutex_unlock(lock)
      chunk.packets.removeAll()
      chunk.prepared.removeAll()
      capture.next(&chunk.packets)
      pthread_mutex_lock(lock)
      isReading = false
      if chunk.packets.count == 0 {
        total = number
        damage = capture.damage
        return
      }
      pthread_cond_broadcast(change)
      pthread_mutex_unlock(lock)
      chunk.prepared.extend(chunk.packets, lookup)
      pthread_mutex_lock(lock)
    }
    chunk.isFilled = true
  }

  /// Reads a segment's records into its chunk.
  private func read(_ segments: CaptureSegments, _ number: Int, from start: Int, into chunk: Chunk) {
    chunk.packets.removeAll()
    chunk.prepared.removeAll()
    chunk.damage = nil
    chunk.end = start
    do throws(CaptureError) {
      while true {
        try segments.read(number, from: &chunk.end, into: &chunk.packets, atMost: Self.portion)
        guard chunk.packets.count > chunk.prepared.count else { break }
        chunk.prepared.extend(chunk.packets, lookup)
      }
    } catch {
      chunk.damage = error
    }
  }

  /// Makes chunks ready, in their order, as far as they are filled.
  private func confirm() {
    guard !isConfirming else { return }
    isConfirming = true
    while ready < min(claimed, total ?? .max), places[ready % places.count].isFilled {
      let chunk = places[ready % places.count]
      chunk.isFilled = false
      if let segments { confirm(chunk, in: segments) }
      chunk.first = packetCount
      packetCount += chunk.packets.count
      ready += 1
      if let error = chunk.damage {
        damage.append(error)
        total = ready
      }
    }
    isConfirming = false
  }

  /// Reads the segment anew where its records do not begin where those of the one before have ended.
  private func confirm(_ chunk: Chunk, in segments: CaptureSegments) {
    let number = ready
    let start = confirmed ?? segments.range(0).lowerBound
    guard number > 0, chunk.start != start else {
      confirmed = chunk.end
      return
    }
    pthread_mutex_unlock(lock)
    read(segments, number, from: start, into: chunk)
    pthread_mutex_lock(lock)
    confirmed = chunk.end
  }

  /// Frees the chunks that all engines have judged, and the memory of their segments.
  private func letGo() {
    let done = taken.min() ?? 0
    while freed < done {
      free.append(places[freed % places.count])
      freed += 1
    }
    guard let segments, done - released >= Self.released else { return }
    let range = released..<done
    released = done
    pthread_mutex_unlock(lock)
    segments.release(range)
    pthread_mutex_lock(lock)
  }
}
