import Glibc

/// Signals that the command takes note of when it is ready to, instead of being interrupted.
struct SignalQueue {
  private var set = sigset_t()

  /// From now on these signals only wait here, in all threads that are started later too.
  init(_ signals: [Int32]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The next that waits.
  func next() -> Int32? {
    var (set, now) = (set, timespec())
    let signal = sigtimedwait(&set, nil, &now)
    return signal > 0 ? signal : nil
  }
}
