import Glibc

/// How far writing to a descriptor came.
struct WriteOutcome: Sendable {
  /// Bytes handed to the descriptor.
  var bytes = 0
  /// Whether the reader closed its end.
  var readerIsGone = false
  /// The error that ended writing.
  var code: Int32?

  /// Whether nothing more can be written.
  var isEnd: Bool { readerIsGone || code != nil }
}

extension OutputBuffer {
  /// Writes everything, waiting where need be.
  borrowing func write(to descriptor: Int32) -> WriteOutcome {
    var outcome = WriteOutcome()
    while outcome.bytes < count, !outcome.isEnd {
      let start = outcome.bytes
      let written = withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start) }
      if written >= 0 {
        outcome.bytes += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Standard output may be a non-blocking descriptor that another process shares.
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&request, 1, -1) < 0, errno != EINTR { outcome.code = errno }
      case EPIPE: outcome.readerIsGone = true
      default: outcome.code = errno
      }
    }
    return outcome
  }
}
