import Glibc

/// Writes buffers to a descriptor on a thread of its own, in the order in which they are given: while the kernel copies
/// one, the next one is filled.
///
/// Unsafe where the compiler cannot see the protocol. Everything mutable is guarded by `lock`; the buffer that is being
/// written belongs to the thread alone. One buffer waits at most.
final class WriteThread: @unchecked Sendable {
  private let descriptor: Int32
  private let capacity: Int
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let change: UnsafeMutablePointer<pthread_cond_t>
  private var waiting: OutputBuffer
  /// What is yet to be told.
  private var outcome = WriteOutcome()
  private var isEnding = false
  private var isDone = false

  /// Nil where no thread can be started.
  init?(descriptor: Int32, capacity: Int) {
    self.descriptor = descriptor
    self.capacity = capacity
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
    change = .allocate(capacity: 1)
    change.initialize(to: pthread_cond_t())
    pthread_cond_init(change, nil)
    waiting = OutputBuffer(capacity: capacity)
    var thread = pthread_t()
    // Retained here, released by the thread, which starts exactly once or not at all.
    let start = Unmanaged.passRetained(self)
    let number = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<WriteThread>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, start.toOpaque())
    guard number == 0 else {
      start.release()
      return nil
    }
    pthread_detach(thread)
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(change)
    lock.deallocate()
    change.deallocate()
  }

  /// Takes over what is in `buffer`, which is empty then.
  ///
  /// - Returns: what became of what was given before.
  func give(_ buffer: inout OutputBuffer) -> WriteOutcome {
    pthread_mutex_lock(lock)
    while waiting.count > 0, !outcome.isEnd { pthread_cond_wait(change, lock) }
    swap(&waiting, &buffer)
    buffer.removeAll()
    return tell()
  }

  /// Waits until everything is written; the thread ends.
  func finish() -> WriteOutcome {
    pthread_mutex_lock(lock)
    isEnding = true
    pthread_cond_broadcast(change)
    while !isDone { pthread_cond_wait(change, lock) }
    return tell()
  }

  /// Lets the thread end when it has written what it was given.
  func abandon() {
    pthread_mutex_lock(lock)
    isEnding = true
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(lock)
  }

  /// Called with the lock, which is given up.
  private func tell() -> WriteOutcome {
    let result = outcome
    outcome.bytes = 0
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(lock)
    return result
  }

  private func run() {
    var own = OutputBuffer(capacity: capacity)
    pthread_mutex_lock(lock)
    while true {
      while waiting.count == 0, !isEnding { pthread_cond_wait(change, lock) }
      guard waiting.count > 0 else { break }
      swap(&waiting, &own)
      let isOver = outcome.isEnd
      pthread_cond_broadcast(change)
      pthread_mutex_unlock(lock)
      let result = isOver ? WriteOutcome() : own.write(to: descriptor)
      own.removeAll()
      pthread_mutex_lock(lock)
      outcome.bytes += result.bytes
      if result.readerIsGone { outcome.readerIsGone = true }
      if let code = result.code { outcome.code = code }
    }
    isDone = true
    pthread_cond_broadcast(change)
    pthread_mutex_unlock(lock)
  }
}
