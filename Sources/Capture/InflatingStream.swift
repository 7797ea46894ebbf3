internal import CZlib
internal import Glibc

/// The bytes behind a descriptor, unpacked if they are gzip (RFC 1952, any number of members).
///
/// Memory is zlib's window and one buffer, whatever the size of the file. zlib's own `gzread` is not used: at damage it
/// keeps back what it had unpacked before it.
///
/// This file is unsafe because zlib's state is behind a pointer, since zlib remembers its address; the object owns it and
/// lets no one else have it.
final class InflatingStream {
  private enum Mode {
    case plain
    case insideMember
    case betweenMembers
    case ended
  }

  private let descriptor: Int32
  private let zlib: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  /// What of `input` is yet to be used.
  private var pending = 0..<0
  private var mode: Mode
  /// What was peeked at and not yet read.
  private var peeked: [UInt8] = []

  let isCompressed: Bool
  /// Why the stream ended before its end.
  private(set) var failure: String?
  /// Whether the system failed to read it, and not what was read is damaged.
  private(set) var hasSystemFailure = false

  private static let bufferSize = 256 << 10
  /// zlib's code for "the largest window, gzip framing only".
  private static let gzipWindow: Int32 = 15 + 16
  private static let gzipMagic: [UInt8] = [0x1f, 0x8b]

  /// Takes over the descriptor. Nil without memory.
  init?(descriptor: Int32) {
    self.descriptor = descriptor
    input = .allocate(byteCount: Self.bufferSize, alignment: 16)
    zlib = .allocate(capacity: 1)
    zlib.initialize(to: z_stream())
    guard inflateInit2_(zlib, Self.gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      zlib.deallocate()
      input.deallocate()
      close(descriptor)
      return nil
    }
    mode = .plain
    var head = 0..<0
    var error: Int32?
    while head.count < Self.gzipMagic.count, error == nil {
      let got = Self.fill(descriptor, UnsafeMutableRawBufferPointer(rebasing: input[head.upperBound...]))
      if got < 0 { error = errno }
      if got <= 0 { break }
      head = 0..<head.upperBound + got
    }
    pending = head
    isCompressed = head.count >= Self.gzipMagic.count && Array(input[..<Self.gzipMagic.count]) == Self.gzipMagic
    if isCompressed { mode = .insideMember }
    failure = error.map { String(cString: strerror($0)) }
    hasSystemFailure = failure != nil
  }

  deinit {
    inflateEnd(zlib)
    zlib.deallocate()
    input.deallocate()
    close(descriptor)
  }

  /// The first bytes, which will be read again.
  func peek(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    bytes.withUnsafeMutableBytes { buffer in
      while filled < count {
        let got = produce(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        if got == 0 { break }
        filled += got
      }
    }
    peeked = Array(bytes.prefix(filled))
    return peeked
  }

  /// Fills some of `buffer`, which is not empty; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard peeked.isEmpty else {
      let count = min(peeked.count, buffer.count)
      buffer.copyBytes(from: peeked[..<count])
      peeked.removeFirst(count)
      return count
    }
    return produce(into: buffer)
  }

  /// At least one byte, or 0 at the end. A damaged stream ends where the damage is: what was unpacked before it is a
  /// capture that breaks off.
  private func produce(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard !buffer.isEmpty else { return 0 }
    while failure == nil {
      switch mode {
      case .ended: return 0
      case .plain:
        // Nothing is between the descriptor and the reader once what was looked at first is used.
        if pending.isEmpty { return readPlain(into: buffer) }
        let count = min(pending.count, buffer.count)
        buffer.copyBytes(from: input[pending.prefix(count)])
        pending.removeFirst(count)
        return count
      case .betweenMembers:
        // What follows the last member and is no member is padding.
        guard refill(), input[pending.lowerBound] == Self.gzipMagic[0], inflateReset(zlib) == Z_OK else {
          mode = .ended
          continue
        }
        mode = .insideMember
      case .insideMember:
        guard refill() else {
          failure = failure ?? "the compressed data end early"
          return 0
        }
        let count = inflateSome(into: buffer)
        if count > 0 { return count }
      }
    }
    return 0
  }

  private func readPlain(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let got = Self.fill(descriptor, buffer)
    if got < 0 { noteSystemFailure() }
    return max(got, 0)
  }

  private func inflateSome(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let available = UInt32(clamping: pending.count)
    let room = UInt32(clamping: buffer.count)
    zlib.pointee.next_in = input.baseAddress?.advanced(by: pending.lowerBound).assumingMemoryBound(to: UInt8.self)
    zlib.pointee.avail_in = available
    zlib.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    zlib.pointee.avail_out = room
    let code = inflate(zlib, Z_NO_FLUSH)
    pending.removeFirst(Int(available - zlib.pointee.avail_in))
    switch code {
    case Z_STREAM_END: mode = .betweenMembers
    case Z_OK, Z_BUF_ERROR: break
    default: failure = zlib.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"
    }
    return Int(room - zlib.pointee.avail_out)
  }

  /// True when there is input to use.
  private func refill() -> Bool {
    guard pending.isEmpty else { return true }
    let got = Self.fill(descriptor, input)
    if got < 0 { noteSystemFailure() }
    pending = 0..<max(got, 0)
    return !pending.isEmpty
  }

  private func noteSystemFailure() {
    failure = String(cString: strerror(errno))
    hasSystemFailure = true
  }

  private static func fill(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if got >= 0 || errno != EINTR { return got }
    }
  }
}
