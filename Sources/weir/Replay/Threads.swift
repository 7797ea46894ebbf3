import Dataplane
import Glibc
import Latency
import Proxy
import Synchronization

/// Threads of the operating system. Tasks would share a pool with as many threads as there are cores, and ours wait for
/// one another.
enum Threads {
  private final class Start: Sendable {
    let number: Int
    let body: @Sendable (Int) -> Void

    init(_ number: Int, _ body: @escaping @Sendable (Int) -> Void) {
      self.number = number
      self.body = body
    }
  }

  /// Runs `body` on `count` threads, one of which is the caller's, with numbers from 0, and waits for all.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var threads: [pthread_t] = []
    for number in 1..<max(count, 1) {
      var thread = pthread_t()
      // Retained here, released by the thread, which starts exactly once or not at all.
      let start = Unmanaged.passRetained(Start(number, body))
      let code = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.body(start.number)
          return nil
        }, start.toOpaque())
      guard code == 0 else { fatalError("a thread cannot be started: \(String(cString: strerror(code)))") }
      threads.append(thread)
    }
    body(0)
    for thread in threads { pthread_join(thread, nil) }
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
  }

  init(count: Int) { results = Mutex([Result?](repeating: nil, count: count)) }

  func set(_ result: Result, at number: Int) { results.withLock { $0[number] = result } }

  var all: [Result] { results.withLock { $0.compactMap(\.self) } }
}
