internal import Glibc

/// The bytes of a capture from front to back: a mapped file, or a stream through a buffer that grows to the longest
/// record.
///
/// Parsers look at `[cursor, end)` and check against `end` before each read. The pointers are this value's own and change
/// only in `need`: what was handed out before stays valid for a mapped file, and for a stream until then.
struct CaptureBytes: ~Copyable {
  /// The next byte not yet used.
  private(set) var cursor: UnsafeRawPointer
  /// Where the bytes end that are in memory.
  private(set) var end: UnsafeRawPointer
  /// Beyond it, `keepResident` has something to do.
  private var mark: UnsafeRawPointer

  private var file: MappedFile?
  private var isCut = false
  private let stream: InflatingStream?
  private var buffer: UnsafeMutableRawBufferPointer

  /// A part of a processor's own cache.
  private static let bufferSize = 512 << 10

  init(_ file: consuming MappedFile) {
    cursor = file.base
    end = file.base + file.count
    mark = cursor
    self.file = consume file
    stream = nil
    buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  /// A part of a mapped file that somebody else owns.
  init(from cursor: UnsafeRawPointer, to end: UnsafeRawPointer) {
    self.cursor = cursor
    self.end = end
    mark = end
    file = nil
    stream = nil
    buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  init(_ stream: InflatingStream) {
    buffer = .allocate(byteCount: Self.bufferSize, alignment: 16)
    cursor = UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped)  // the size is not 0
    end = cursor
    mark = cursor
    file = nil
    self.stream = stream
  }

  deinit { buffer.deallocate() }

  /// Whether bytes handed out stay where they are until the end.
  var areStable: Bool { stream == nil }

  /// Why there are no more bytes although there should be.
  var failure: String? {
    if let stream { return stream.failure }
    return isCut || isShorter ? "the file was cut while it was read" : nil
  }

  private var isShorter: Bool {
    switch file {
    case .some(let file): file.isCut
    case nil: false
    }
  }

  /// Gives the mapped file away, and ends here; nil for a stream.
  mutating func takeFile() -> MappedFile? {
    guard let file = file.take() else { return nil }
    cursor = end
    mark = end
    return file
  }

  @inline(__always)
  var available: Int { end - cursor }

  /// - Parameter count: at most `available`.
  @inline(__always)
  mutating func skip(_ count: Int) { cursor += count }

  /// Moves the cursor to a place between itself and `end`.
  @inline(__always)
  mutating func move(to place: UnsafeRawPointer) { cursor = place }

  /// Whether `count` bytes are there; for a stream they are read if need be, which moves what is in memory.
  mutating func need(_ count: Int) -> Bool {
    available >= count || (stream != nil && fill(count))
  }

  /// Skips any number of bytes; false where the capture ends before.
  mutating func skipAcross(_ count: Int) -> Bool {
    var count = count
    while available < count {
      guard stream != nil else { return false }
      count -= available
      cursor = end
      guard fill(1) else { return false }
    }
    cursor += count
    return true
  }

  /// To be called now and then, between packets: see `MappedFile.prepare`.
  @inline(__always)
  mutating func keepResident() {
    if cursor >= mark, stream == nil { prepare() }
  }

  @inline(never)
  private mutating func prepare() {
    guard let base = file?.base, let count = file?.count else { return }
    file?.prepare(at: cursor - base)
    let next = file?.nextStep ?? count
    mark = base + min(max(next, 0), count)
    if mark <= cursor { mark = cursor + 1 }
    // Nothing beyond what is left of the file may be touched.
    isCut = file?.isGone ?? false
    if isCut { end = cursor }
  }

  /// Brings at least `count` bytes together at the front of the buffer.
  private mutating func fill(_ count: Int) -> Bool {
    guard let stream, let base = buffer.baseAddress else { return false }
    let kept = available
    if count > buffer.count {
      var size = buffer.count
      while size < count { size *= 2 }
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      larger.baseAddress?.copyMemory(from: cursor, byteCount: kept)
      buffer.deallocate()
      buffer = larger
    } else {
      memmove(base, cursor, kept)
    }
    var filled = kept
    while filled < count {
      let got = stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if got <= 0 { break }
      filled += got
    }
    cursor = UnsafeRawPointer(buffer.baseAddress.unsafelyUnwrapped)  // the size is not 0
    end = cursor + filled
    mark = cursor
    return filled >= count
  }
}

/// Words of a capture's headers, in its byte order. The caller has checked that they are there.
extension UnsafeRawPointer {
  @inline(__always)
  func word(_ offset: Int, swapped: Bool) -> UInt32 {
    let value = loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return swapped ? value.byteSwapped : value
  }

  @inline(__always)
  func half(_ offset: Int, swapped: Bool) -> UInt16 {
    let value = loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return swapped ? value.byteSwapped : value
  }
}
