/// A fixed number of trivial values in memory of its own, freed with its owner.
///
/// An `Array` would cost the packet loop a uniqueness check per write and a reference count where it is passed on. In
/// exchange there is no bounds check in release builds: every index used on it is masked to a power-of-two size, or
/// was checked when the tables were built; each use says which.
struct FixedBuffer<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  /// Aligned to a pair of cache lines, so that elements of 64 or 128 bytes never straddle one more than they must.
  init(repeating element: Element, count: Int) {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 128)
    base = bytes.initializeMemory(as: Element.self, repeating: element, count: count)
    self.count = count
  }

  init(_ elements: [Element], padding: Element) {
    self.init(repeating: padding, count: elements.count)
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

/// Shared between threads only inside `LookupTables`, which never writes after it is built.
extension FixedBuffer: @unchecked Sendable where Element: Sendable {}
