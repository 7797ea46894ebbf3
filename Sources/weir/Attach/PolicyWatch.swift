import Glibc

/// Notices that files given with `-f` have changed, or that some came or went in a folder among them.
///
/// It looks at sizes and times, not at contents, and reports a change only once two looks in a row agree: files that are
/// just being written have settled then.
struct PolicyWatch {
  private struct Mark: Equatable {
    var path: String
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
    var inode: UInt64
  }

  private let paths: [String]
  /// What was last reported, or there at the beginning.
  private var known: [Mark]
  private var previous: [Mark]

  /// - Parameter paths: `-`, which cannot change, is passed over.
  init(_ paths: [String]) {
    self.paths = paths.filter { $0 != "-" }
    known = Self.look(at: self.paths)
    previous = known
  }

  /// Looks again.
  mutating func hasChanged() -> Bool {
    let marks = Self.look(at: paths)
    defer { previous = marks }
    guard marks == previous, marks != known else { return false }
    known = marks
    return true
  }

  private static func look(at paths: [String]) -> [Mark] {
    var marks: [Mark] = []
    for path in paths { look(at: path, depth: 0, &marks) }
    return marks
  }

  private static func look(at path: String, depth: Int, _ marks: inout [Mark]) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      // In folders, only such files are read.
      guard depth == 0 || [".yaml", ".yml", ".json"].contains(where: path.hasSuffix) else { return }
      marks.append(
        Mark(
          path: path, size: Int64(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
          inode: UInt64(status.st_ino)))
      return
    }
    // A link that leads back up would have no end.
    guard depth < 32, let stream = opendir(path) else { return }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
      if !name.hasPrefix(".") { names.append(name) }
    }
    for name in names.sorted() { look(at: "\(path)/\(name)", depth: depth + 1, &marks) }
  }
}
