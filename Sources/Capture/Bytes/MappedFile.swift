internal import CPrefetch
internal import Glibc

/// A whole file in memory, of which only what is near the reader stays resident.
///
/// Unsafe because a mapping is a pointer: it is made and unmapped here alone, and nobody keeps it longer than the reader
/// that owns this value. Pages that were let go come back from the file when they are touched again, so packets handed
/// out stay valid. A file may be cut while it is read: its size is looked at now and then, and a loss is reported; what is
/// read of the missing pages before are zeros (`CutFiles`).
struct MappedFile: ~Copyable {
  let base: UnsafeRawPointer
  let count: Int
  /// Where resident pages end that were asked for, and where those begin that were not yet let go.
  private var prepared = 0
  private var released = 0
  /// The file lost its end since it was mapped.
  private(set) var isGone = false

  /// How much is asked for at a time, and how far behind the reader pages are let go: other threads may still be there.
  private static let step = 4 << 20
  private static let lag = 8 << 20
  /// What the kernel maps around a page that is missing.
  private static let faultAround = 64 << 10

  private let descriptor: Int32

  /// Takes over the descriptor. Nil, leaving it open, where it cannot be mapped, as a pipe or an empty file.
  init?(descriptor: Int32, size: Int) {
    guard size > 0, let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      return nil
    }
    self.descriptor = descriptor
    base = UnsafeRawPointer(address)
    count = size
    // Reading goes one way only.
    madvise(address, size, MADV_SEQUENTIAL)
    CutFiles.enter(base, count)
  }

  deinit {
    CutFiles.leave(base)
    munmap(UnsafeMutableRawPointer(mutating: base), count)
    close(descriptor)
  }

  /// The offset from which on `prepare` has something to do.
  var nextStep: Int { prepared - Self.step / 2 }

  /// Makes what follows `offset` resident and lets go what lies far behind it.
  mutating func prepare(at offset: Int) {
    let start = max(prepared, offset & ~(Self.step - 1))
    let length = min(Self.step, count - start)
    if isCut { isGone = true }
    if length > 0, !isGone { populate(start..<start + length) }
    prepared = start + Self.step
    let end = (offset - Self.lag) & ~(Self.step - 1)
    if end > released {
      release(released..<end)
      released = end
    }
  }

  /// Whether the file is shorter now than when it was mapped.
  var isCut: Bool {
    var status = stat()
    return fstat(descriptor, &status) != 0 || Int(status.st_size) < count
  }

  /// Prefetching needs pages that are mapped already.
  private func populate(_ range: Range<Int>) {
    let start = UnsafeMutableRawPointer(mutating: base + range.lowerBound)
    if madvise(start, range.count, Self.populateForReading) != 0 { touch(range) }
  }

  /// `MADV_POPULATE_READ`, of Linux 5.14 and later.
  private static let populateForReading: Int32 = 22

  /// Maps what the kernel maps around a page that is missing, one such piece after the other.
  func touch(_ range: Range<Int>) {
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: Self.faultAround) {
      weir_touch(base + offset)
    }
  }

  /// Lets go pages, which come back when they are touched again.
  func release(_ range: Range<Int>) {
    madvise(UnsafeMutableRawPointer(mutating: base + range.lowerBound), range.count, MADV_DONTNEED)
  }
}
