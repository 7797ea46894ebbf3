internal import Glibc

/// An opened input that begins like a capture.
struct CaptureInput: ~Copyable {
  var bytes: CaptureBytes
  let format: CaptureFormat
  let isCompressed: Bool

  static let standardInput = "-"

  /// Opens `path`, or standard input for `-`, and looks at the first bytes.
  static func open(_ path: String, _ access: CaptureReader.Access = .mapped) throws(CaptureError) -> CaptureInput {
    func failed(_ reason: CaptureError.Reason) -> CaptureError { CaptureError(file: displayName(path), reason: reason) }

    let descriptor = path == standardInput ? dup(STDIN_FILENO) : Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failed(reason(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw failed(reason(code))
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw failed(.isDirectory)
    }
    // A plain file can be looked at and read again from its start; a pipe cannot, nor what is compressed.
    if status.st_mode & S_IFMT == S_IFREG, lseek(descriptor, 0, SEEK_CUR) == 0 {
      let head = head(of: descriptor)
      if !ForeignFormat.isGzip(magic(head)), access == .mapped {
        return try plain(descriptor, size: Int(status.st_size), head: head, failed)
      }
    }
    return try inflated(descriptor, failed)
  }

  static func displayName(_ path: String) -> String { path == standardInput ? "<stdin>" : path }

  private static func plain(
    _ descriptor: Int32, size: Int, head: [UInt8], _ failed: (CaptureError.Reason) -> CaptureError
  ) throws(CaptureError) -> CaptureInput {
    switch recognise(head) {
    case .failure(let reason):
      close(descriptor)
      throw failed(reason.reason)
    case .success(let format):
      // Files that cannot be mapped, as those that the kernel makes up, can still be read.
      guard let file = MappedFile(descriptor: descriptor, size: size) else {
        return try inflated(descriptor, failed)
      }
      return CaptureInput(bytes: CaptureBytes(file), format: format, isCompressed: false)
    }
  }

  private static func inflated(
    _ descriptor: Int32, _ failed: (CaptureError.Reason) -> CaptureError
  ) throws(CaptureError) -> CaptureInput {
    guard let stream = InflatingStream(descriptor: descriptor) else { throw failed(.system("out of memory")) }
    let head = stream.peek(CaptureFormat.magicLength)
    switch recognise(head) {
    case .failure(let reason):
      if let failure = stream.failure { throw failed(stream.hasSystemFailure ? .system(failure) : .refused(failure)) }
      throw failed(reason.reason)
    case .success(let format):
      return CaptureInput(bytes: CaptureBytes(stream), format: format, isCompressed: stream.isCompressed)
    }
  }

  private struct Unrecognised: Error { let reason: CaptureError.Reason }

  private static func recognise(_ head: [UInt8]) -> Result<CaptureFormat, Unrecognised> {
    if head.isEmpty { return .failure(Unrecognised(reason: .empty)) }
    let magic = magic(head)
    if let format = CaptureFormat(magic: magic) { return .success(format) }
    if let name = ForeignFormat.compression(magic) {
      return .failure(Unrecognised(reason: .unsupportedCompression(name)))
    }
    return .failure(Unrecognised(reason: .notACapture(looksLike: ForeignFormat.kind(magic))))
  }

  private static func head(of descriptor: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: CaptureFormat.magicLength)
    let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
    return Array(bytes.prefix(max(got, 0)))
  }

  /// The first four bytes, big-endian; missing ones count as 0.
  private static func magic(_ head: [UInt8]) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<CaptureFormat.magicLength {
      value = value << 8 | (index < head.count ? UInt32(head[index]) : 0)
    }
    return value
  }

  private static func reason(_ code: Int32) -> CaptureError.Reason {
    switch code {
    case ENOENT, ENOTDIR: .missing
    case EACCES, EPERM: .notPermitted
    case EISDIR: .isDirectory
    default: .system(String(cString: strerror(code)))
    }
  }
}
