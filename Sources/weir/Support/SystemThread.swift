import Glibc

/// A thread of the operating system. Tasks would share a pool with as many threads as there are cores, and ours wait for
/// one another.
struct SystemThread {
  /// None could be started.
  struct Failure: Error {
    /// As `errno`.
    let number: Int32

    var description: String { "a thread cannot be started: \(String(cString: strerror(number)))" }
  }

  private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  private let handle: pthread_t

  /// Starts it; either `join` or `detach` is then to be called, once.
  init(_ body: @escaping @Sendable () -> Void) throws(Failure) {
    var thread = pthread_t()
    // Retained here, released by the thread, which starts exactly once or not at all.
    let start = Unmanaged.passRetained(Start(body))
    let number = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, start.toOpaque())
    guard number == 0 else {
      start.release()
      throw Failure(number: number)
    }
    handle = thread
  }

  /// Waits for its end.
  func join() { pthread_join(handle, nil) }

  func detach() { pthread_detach(handle) }
}
