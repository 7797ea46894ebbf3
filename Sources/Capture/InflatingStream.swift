internal import CZlib
internal import Glibc

/// A stream of bytes read through zlib, which unpacks gzip and passes on anything else, as a C stream for libpcap.
///
/// Memory is zlib's window and one buffer, whatever the size of the file.
///
/// This file is unsafe for one reason: the C stream holds a pointer to the Swift object. It is retained when the stream
/// is made and released by the stream's close function, which C calls exactly once.
final class InflatingStream {
  private let file: gzFile
  /// What was peeked at and not yet read.
  private var peeked: [UInt8] = []
  /// What zlib said, once it failed.
  private(set) var failure: String?

  private static let bufferSize: UInt32 = 256 << 10

  /// Takes over the descriptor. Nil without memory.
  init?(descriptor: Int32) {
    guard let file = gzdopen(descriptor, "rb") else {
      close(descriptor)
      return nil
    }
    self.file = file
    gzbuffer(file, Self.bufferSize)
  }

  deinit { gzclose_r(file) }

  /// False where zlib passes the bytes on as they are. Known once something was read.
  var isCompressed: Bool { gzdirect(file) == 0 }

  /// The first bytes, which will be read again.
  func peek(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { inflate(into: $0) }
    peeked = Array(bytes.prefix(max(got, 0)))
    return peeked
  }

  /// A C stream that reads from this one and keeps it alive; nil without memory.
  func makeFile() -> UnsafeMutablePointer<FILE>? {
    let cookie = Unmanaged.passRetained(self)
    let functions = weir_stream_functions(
      read: { cookie, buffer, size in
        guard let cookie, let buffer else { return -1 }
        let stream = Unmanaged<InflatingStream>.fromOpaque(cookie).takeUnretainedValue()
        return stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
      },
      write: nil, seek: nil,
      close: { cookie in
        guard let cookie else { return -1 }
        Unmanaged<InflatingStream>.fromOpaque(cookie).release()
        return 0
      })
    guard let file = weir_open_stream(cookie.toOpaque(), "rb", functions) else {
      cookie.release()
      return nil
    }
    return file
  }

  private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard peeked.isEmpty else {
      let count = min(peeked.count, buffer.count)
      buffer.copyBytes(from: peeked[..<count])
      peeked.removeFirst(count)
      return count
    }
    return inflate(into: buffer)
  }

  /// A damaged stream ends where the damage is: what was unpacked before it is a capture that breaks off.
  private func inflate(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard failure == nil else { return 0 }
    let got = gzread(file, buffer.baseAddress, UInt32(clamping: min(buffer.count, Int(Int32.max))))
    var code: Int32 = 0
    let text = gzerror(file, &code)
    // A stream that breaks off is only reported once its last bytes have been handed out.
    if code != Z_OK { failure = text.map { String(cString: $0) } ?? "zlib error \(code)" }
    return max(Int(got), 0)
  }
}
