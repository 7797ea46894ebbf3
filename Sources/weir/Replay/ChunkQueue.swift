import Capture
import Dataplane
import Glibc
import Packet

/// Packets on their way from captures to several engines.
///
/// Every thread does all kinds of work: it reads a chunk, which one thread at a time may do, deals it out, which all may
/// do at once, and lets its engine judge what was dealt to it. Engines take chunks in the order in which they were read.
///
/// Unsafe where the compiler cannot see the protocol. Everything mutable is guarded by `lock`, except: the capture, which
/// belongs to the thread that set `isReading`; and a chunk, which belongs to the thread that fills it until it is
/// `isReady`, and is then only read until all engines have `taken` it.
final class ChunkQueue: @unchecked Sendable {
  private final class Chunk {
    var packets: CapturedPackets
    var prepared: PreparedPackets
    /// The number of its first packet in the captures.
    var first = 0
    var isReady = false

    init(engines: Int) {
      packets = CapturedPackets(capacity: ChunkQueue.chunk)
      prepared = PreparedPackets(capacity: ChunkQueue.chunk, engines: engines)
    }
  }

  /// Packets in a chunk: enough that handing them over costs nothing beside judging them, few enough for the caches.
  static let chunk = 1024

  /// While fewer chunks than these wait for an engine, its thread rather reads another: nobody else might.
  private static let ahead = 3

  private var capture: MergedCapture
  private let chunks: [Chunk]
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let change: UnsafeMutablePointer<pthread_cond_t>
  private var isReading = false
  private var hasEnded = false
  /// Chunks that were read, and of those the ones that each engine has judged.
  private var read = 0
  private var taken: [Int]
  private var packetCount = 0

  init(_ capture: consuming MergedCapture, engines: Int) {
    self.capture = capture
    chunks = (0..<engines + 6).map { _ in Chunk(engines: engines) }
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

  /// What was wrong with the captures; when all threads are done.
  var damage: [CaptureError] { capture.damage }

  /// Does one thread's part until the captures have ended and its engine has judged all packets dealt to it.
  func work(
    as engine: Int, _ tables: LookupTables,
    _ judge: (borrowing CapturedPackets, borrowing PreparedPackets, Int) -> Void
  ) {
    pthread_mutex_lock(lock)
    while true {
      let next = taken[engine]
      let chunk = chunks[next % chunks.count]
      let isReady = next < read && chunk.isReady
      let mayRead = !isReading && !hasEnded && read - (taken.min() ?? 0) < chunks.count
      if mayRead, !isReady || read - next < Self.ahead {
        fill(tables)
      } else if isReady {
        pthread_mutex_unlock(lock)
        judge(chunk.packets, chunk.prepared, chunk.first)
        pthread_mutex_lock(lock)
        taken[engine] = next + 1
        pthread_cond_broadcast(change)
      } else if hasEnded, next == read {
        break
      } else {
        pthread_cond_wait(change, lock)
      }
    }
    pthread_mutex_unlock(lock)
  }

  /// Reads the next chunk and deals it out. Called with the lock, which it gives up meanwhile.
  private func fill(_ tables: LookupTables) {
    isReading = true
    let chunk = chunks[read % chunks.count]
    chunk.isReady = false
    pthread_mutex_unlock(lock)
    capture.next(&chunk.packets)
    pthread_mutex_lock(lock)
    isReading = false
    guard chunk.packets.count > 0 else {
      hasEnded = true
      pthread_cond_broadcast(change)
      return
    }
    chunk.first = packetCount
    packetCount += chunk.packets.count
    read += 1
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(lock)
    chunk.prepared.prepare(chunk.packets, tables)
    pthread_mutex_lock(lock)
    chunk.isReady = true
    pthread_cond_broadcast(change)
  }
}
