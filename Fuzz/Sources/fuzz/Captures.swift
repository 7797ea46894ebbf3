import Capture
import Glibc
import Packet

enum Captures {
  /// One file in memory for all inputs: a file of its own each time would be most of the work.
  private static let path = "/dev/shm/weir-fuzz-\(getpid())"
  private static let descriptor: CInt = {
    let descriptor = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
    precondition(descriptor >= 0)
    atexit { unlink(Captures.path) }
    return descriptor
  }()

  static func read(_ bytes: RawSpan) {
    ftruncate(descriptor, 0)
    let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    precondition(written == bytes.byteCount)
    guard var reader = try? CaptureReader(path: path) else { return }
    var packets = 0
    while let packet = reader.next() {
      packets += 1
      // Every byte that is handed out must be there.
      _ = packet.bytes.reduce(0) { $0 ^ $1 }
      _ = PacketHeaders(
        dissecting: packet.bytes, linkType: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength)
      precondition(packets <= bytes.byteCount, "more packets than bytes")
    }
  }
}
