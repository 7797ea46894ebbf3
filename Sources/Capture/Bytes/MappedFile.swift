internal import Glibc

/// A whole file in memory, of which only what is near the reader stays resident.
///
/// Unsafe because a mapping is a pointer: it is made and unmapped here alone, and nobody keeps it longer than the reader
/// that owns this value. Pages that were let go come back from the file when they are touched again, so packets handed
/// out stay valid. A file that is cut while it is read would end the process with a bus error where nothing is left to
/// map; pages are asked for ahead of the reader, and one that cannot be had is reported instead (`isGone`). What is cut
/// within the last megabytes before the reader remains a race, as it is for every program that maps files.
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
  /// `MADV_POPULATE_READ`, since Linux 5.14; older C libraries do not name it.
  private static let populateRead: Int32 = 22

  /// Nil where the descriptor cannot be mapped, as a pipe or an empty file.
  init?(descriptor: Int32, size: Int) {
    guard size > 0, let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      return nil
    }
    base = UnsafeRawPointer(address)
    count = size
    // Reading goes one way only.
    madvise(address, size, MADV_SEQUENTIAL)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), count) }

  /// The offset from which on `prepare` has something to do.
  var nextStep: Int { prepared - Self.step / 2 }

  /// Makes what follows `offset` resident and lets go what lies far behind it.
  mutating func prepare(at offset: Int) {
    let start = max(prepared, offset & ~(Self.step - 1))
    let length = min(Self.step, count - start)
    if length > 0, madvise(UnsafeMutableRawPointer(mutating: base + start), length, Self.populateRead) != 0,
      errno == EFAULT
    {
      isGone = true
    }
    prepared = start + Self.step
    let end = (offset - Self.lag) & ~(Self.step - 1)
    if end > released {
      madvise(UnsafeMutableRawPointer(mutating: base + released), end - released, MADV_DONTNEED)
      released = end
    }
  }
}
