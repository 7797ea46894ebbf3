internal import Glibc

/// Mapped files that may lose their ends while they are read.
///
/// Where nothing is left to map the kernel sends a bus error, which would end the process. Its handler puts zeros in the
/// place of what is gone; whoever reads learns from the file's size that they are none of its bytes (`MappedFile.isCut`).
///
/// Unsafe, as a signal handler must neither lock nor allocate: the ranges lie in a table that never moves and is written
/// under a lock. A thread can only fault in a mapping that was entered before, and words do not tear.
enum CutFiles {
  /// More files than that are read at once by nobody; further ones are not guarded.
  fileprivate static let limit = 256
  fileprivate nonisolated(unsafe) static let ranges: UnsafeMutablePointer<(start: UInt, end: UInt)> = {
    let ranges = UnsafeMutablePointer<(start: UInt, end: UInt)>.allocate(capacity: limit)
    ranges.initialize(repeating: (0, 0), count: limit)
    return ranges
  }()
  private nonisolated(unsafe) static let lock: UnsafeMutablePointer<pthread_mutex_t> = {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
    return lock
  }()

  fileprivate static let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))

  /// What was done on bus errors before, as that of the Swift runtime, which shows where the program was.
  fileprivate nonisolated(unsafe) static let previous: UnsafeMutablePointer<sigaction> = {
    let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 1)
    previous.initialize(to: sigaction())
    return previous
  }()

  /// Done once.
  private static let isInstalled: Bool = {
    // The handler must not be the first to ask for them.
    _ = (ranges, pageSize, previous)
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = replaceByZeros
    action.sa_flags = SA_SIGINFO
    return sigaction(SIGBUS, &action, previous) == 0
  }()

  static func enter(_ base: UnsafeRawPointer, _ count: Int) {
    guard isInstalled else { return }
    change(from: 0) { $0.pointee = (UInt(bitPattern: base), UInt(bitPattern: base) + UInt(count)) }
  }

  static func leave(_ base: UnsafeRawPointer) {
    change(from: UInt(bitPattern: base)) { $0.pointee = (0, 0) }
  }

  private static func change(from start: UInt, _ body: (UnsafeMutablePointer<(start: UInt, end: UInt)>) -> Void) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    for index in 0..<limit where ranges[index].start == start { return body(ranges + index) }
  }
}

private func replaceByZeros(
  _ signal: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?
) {
  let address = UInt(bitPattern: information?.pointee._sifields._sigfault.si_addr)
  for index in 0..<CutFiles.limit {
    let (start, end) = (CutFiles.ranges[index].start, CutFiles.ranges[index].end)
    guard start <= address, address < end else { continue }
    let page = address / CutFiles.pageSize * CutFiles.pageSize
    let zeros = mmap(
      UnsafeMutableRawPointer(bitPattern: page), Int(end - page), PROT_READ,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0)
    if zeros != MAP_FAILED { return }
  }
  // Not ours: it happens again at once, and is handled as before.
  sigaction(SIGBUS, CutFiles.previous, nil)
}
