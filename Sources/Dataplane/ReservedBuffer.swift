#if canImport(Glibc)
  import Glibc
#endif

/// Room for many trivial values of which memory is taken only as they are first touched; untouched ones are all zero.
///
/// A table in it grows in place: what would be copied, and for a moment held twice, stays where it is, and pointers into
/// it stay valid. As with `FixedBuffer`, each use says why its index is in range.
struct ReservedBuffer<Element: BitwiseCopyable>: ~Copyable {
  enum Pages {
    /// For tables that are reached at random. Memory then comes two megabytes at a time.
    case large
    /// For what is used from the front, and seldom to its end.
    case small
  }

  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let bytes: UnsafeMutableRawPointer
  private let size: Int

  private static var hugePage: Int { 2 << 20 }
  /// Neighbouring buffers of equal size would otherwise compete for the same lines of the caches.
  private static var offset: Int { 5 << 12 }

  init(count: Int, pages: Pages = .large) {
    let stride = count * MemoryLayout<Element>.stride
    size = stride + (pages == .large ? Self.hugePage : Self.offset)
    guard
      let bytes = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), bytes != MAP_FAILED
    else { fatalError("no address space for \(size) bytes") }
    self.bytes = bytes
    self.count = count
    guard pages == .large else {
      base = bytes.bindMemory(to: Element.self, capacity: count)
      return
    }
    let aligned = bytes.alignedUp(toMultipleOf: Self.hugePage)
    #if canImport(Glibc)
      // A hint: where the kernel has no large pages it changes nothing.
      if stride >= Self.hugePage { _ = madvise(aligned, stride, Int32(MADV_HUGEPAGE)) }
    #endif
    base = aligned.bindMemory(to: Element.self, capacity: count)
  }

  deinit { munmap(bytes, size) }
}
