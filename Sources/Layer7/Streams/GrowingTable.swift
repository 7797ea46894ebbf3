internal import Glibc

/// Trivial values, one after the other, in memory that is moved by its pages when it grows.
///
/// An `Array` would cost a look at its reference count for each write, and a copy of all when it grows. Unsafe, as memory
/// is asked for by its size: it is allocated, grown and freed here alone, `count` never exceeds what there is, and every
/// index is checked against it.
public struct GrowingTable<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  public private(set) var count = 0
  private var capacity: Int

  public init() {
    capacity = 64
    let size = capacity * MemoryLayout<Element>.stride
    guard let memory = malloc(size) else { fatalError("no memory for \(size) bytes") }
    base = memory.bindMemory(to: Element.self, capacity: capacity)
  }

  deinit { free(base) }

  @inlinable @inline(__always)
  public subscript(index: Int) -> Element {
    _read {
      precondition(index >= 0 && index < count)
      yield base[index]
    }
    _modify {
      precondition(index >= 0 && index < count)
      yield &base[index]
    }
  }

  public mutating func append(_ element: Element) {
    if count == capacity { grow() }
    base[count] = element
    count += 1
  }

  /// What is there now; valid until the next change.
  public var all: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

  /// Where a value lies; valid until the next change.
  @inlinable @inline(__always)
  public func address(_ index: Int) -> UnsafeRawPointer {
    precondition(index >= 0 && index < count)
    return UnsafeRawPointer(base + index)
  }

  private mutating func grow() {
    capacity *= 2
    let size = capacity * MemoryLayout<Element>.stride
    guard let memory = realloc(base, size) else { fatalError("no memory for \(size) bytes") }
    base = memory.bindMemory(to: Element.self, capacity: capacity)
  }
}
