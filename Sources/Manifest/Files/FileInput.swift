#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files and directories, straight from the system so that every failure keeps its reason.
///
/// The calls below take buffers of known size and strings that the system ends with a zero; nothing outlives a call.
enum FileInput {
  struct Failure: Error {
    var code: Int32

    var message: String { String(cString: strerror(code)) }

    var category: Diagnostic.Category {
      switch code {
      case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: .missing
      case EACCES, EPERM: .forbidden
      default: .unreadable
      }
    }
  }

  enum Kind {
    case directory, symbolicLink, regular
    /// A pipe, a device, a socket: reading one may never end.
    case other
  }

  static func kind(of path: String, followingLinks: Bool) throws(Failure) -> Kind {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    guard result == 0 else { throw Failure(code: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFLNK: return .symbolicLink
    case S_IFREG: return .regular
    default: return .other
    }
  }

  /// The names in a directory in byte order, the hidden ones left out.
  static func names(in directory: String) throws(Failure) -> [String] {
    guard let stream = opendir(directory) else { throw Failure(code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
      if !name.hasPrefix(".") { names.append(name) }
    }
    if errno != 0 { throw Failure(code: errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The bytes of a file, or of standard input for nil. Reads one byte more than `limit` at most, so that callers
  /// can tell a file that is too long.
  static func bytes(of path: String?, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? STDIN_FILENO
    guard descriptor >= 0 else { throw Failure(code: errno) }
    defer { if path != nil { close(descriptor) } }
    var status = stat()
    let expected = fstat(descriptor, &status) == 0 ? Int(clamping: status.st_size) : 0
    // The size is a guess only: pipes have none, and files grow.
    var capacity = max(1 << 16, min(expected + 1, limit + 1))
    var result: [UInt8] = []
    while true {
      let room = min(capacity, limit + 1 - result.count)
      var code: Int32 = 0
      var reachedEnd = false
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        filled = 0
        while filled < room, let base = buffer.baseAddress {
          let count = read(descriptor, base + filled, room - filled)
          if count < 0 && errno == EINTR { continue }
          if count < 0 { code = errno }
          if count == 0 { reachedEnd = true }
          if count <= 0 { return }
          filled += count
        }
      }
      guard code == 0 else { throw Failure(code: code) }
      if result.isEmpty { result = chunk } else { result += chunk }
      if reachedEnd || result.count > limit { return result }
      capacity = max(capacity, result.count)
    }
  }
}
