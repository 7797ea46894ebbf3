#if canImport(Glibc)
  import Glibc
#endif

/// A fixed number of trivial values in memory of its own, freed with its owner.
///
/// An `Array` would cost the packet loop a uniqueness check per write and a reference count where it is passed on. In
/// exchange there is no bounds check in release builds: every index used on it is masked to a power-of-two size, or
/// was checked when the tables were built; each use says which.
struct FixedBuffer<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  /// From this size on a buffer is reached through more pages than the processor remembers: large ones are asked for.
  private static var hugePage: Int { 2 << 20 }

  /// Aligned to a pair of cache lines, so that elements of 64 or 128 bytes never straddle one more than they must.
  init(repeating element: Element, count: Int) {
    let size = max(count, 1) * MemoryLayout<Element>.stride
    let isLarge = size >= Self.hugePage
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isLarge ? Self.hugePage : 128)
    #if canImport(Glibc)
      // A hint: where the kernel has no large pages it changes nothing.
      if isLarge { _ = madvise(bytes, size, Int32(MADV_HUGEPAGE)) }
    #endif
    base = bytes.initializeMemory(as: Element.self, repeating: element, count: count)
    self.count = count
  }

  /// - Parameter spare: places of `padding` behind the elements.
  init(_ elements: [Element], padding: Element, spare: Int = 0) {
    self.init(repeating: padding, count: elements.count + spare)
    for (index, element) in elements.enumerated() { base[index] = element }
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count)
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count)
      base[index] = newValue
    }
  }
}

/// Shared between threads only inside `LookupTables`, which is never written after it is built but by a `LookupEditor`,
/// whose tables belong to one thread.
extension FixedBuffer: @unchecked Sendable where Element: Sendable {}
