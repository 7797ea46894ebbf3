import Glibc

/// Files that are read at once, or written whole or not at all.
enum WholeFile {
  /// Why a file could not be read or written.
  struct Failure: Error, CustomStringConvertible {
    /// Of the call that failed.
    var number: Int32

    /// The system's words.
    var description: String { String(cString: strerror(number)) }
  }

  /// What is in a file, or comes from standard input for nil.
  static func read(_ path: String?) throws(Failure) -> [UInt8] {
    let descriptor = path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? STDIN_FILENO
    guard descriptor >= 0 else { throw Failure(number: errno) }
    defer { if path != nil { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes += chunk[..<count]
      } else if count == 0 {
        return bytes
      } else if errno != EINTR {
        throw Failure(number: errno)
      }
    }
  }

  /// Writes beside the target and renames: a reader never sees half a file, and a failure leaves the old one.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    guard isReplaceable(path) else { return try write(bytes, open(path, O_WRONLY | O_CLOEXEC)) }
    let path = target(path)
    var template = Array("\(path).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    do throws(Failure) {
      try write(bytes, descriptor, mode: mode(path))
      guard rename(template, path) == 0 else { throw Failure(number: errno) }
    } catch {
      if descriptor >= 0 { unlink(template) }
      throw error
    }
  }

  /// Writes to an open file, and closes it.
  private static func write(_ bytes: [UInt8], _ descriptor: Int32, mode: mode_t? = nil) throws(Failure) {
    guard descriptor >= 0 else { throw Failure(number: errno) }
    defer { close(descriptor) }
    if let mode { fchmod(descriptor, mode) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw Failure(number: errno)
      }
    }
  }

  /// False for devices and pipes, such as `/dev/stdout`, and for directories.
  private static func isReplaceable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// The file that a path leads to, across symbolic links.
  private static func target(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The permissions of the file that is replaced, or those of a new one.
  private static func mode(_ path: String) -> mode_t {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & 0o7777 }
    let mask = umask(0)
    umask(mask)
    return 0o666 & ~mask
  }
}
