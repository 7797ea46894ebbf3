import Dataplane
import Latency
import Proxy
import Synchronization

/// Several threads that do one piece of work.
enum Threads {
  /// Closed while threads are being started: they wait for one another, so that all go or none.
  private final class Gate: Sendable {
    let isCalledOff = Mutex(false)
  }

  /// Runs `body` on `count` threads, one of which is the caller's, with numbers from 0, and waits for all.
  ///
  /// - Throws: when one of them could not be started; nothing was run then.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws(SystemThread.Failure) {
    let gate = Gate()
    var threads: [SystemThread] = []
    let failure = gate.isCalledOff.withLock { isCalledOff -> SystemThread.Failure? in
      do throws(SystemThread.Failure) {
        for number in 1..<max(count, 1) {
          threads.append(
            try SystemThread {
              guard !gate.isCalledOff.withLock({ $0 }) else { return }
              body(number)
            })
        }
        return nil
      } catch {
        isCalledOff = true
        return error
      }
    }
    if failure == nil { body(0) }
    for thread in threads { thread.join() }
    if let failure { throw failure }
  }
}

/// A place for each thread's result.
final class ResultBox: Sendable {
  private let results: Mutex<[Result?]>

  struct Result: Sendable {
    var counters: EngineCounters
    var proxies: ProxyCounters
    var drops: DropTally
    var latency: LatencyRecorder?
    /// As the first thread saw it.
    var order: CaptureOrder
  }

  init(count: Int) { results = Mutex([Result?](repeating: nil, count: count)) }

  func set(_ result: Result, at number: Int) { results.withLock { $0[number] = result } }

  var all: [Result] { results.withLock { $0.compactMap(\.self) } }
}
