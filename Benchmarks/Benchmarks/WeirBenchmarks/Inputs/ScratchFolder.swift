import Foundation

/// A folder for input files that benchmarks read, removed when the last user is gone.
final class ScratchFolder {
  private let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "weir-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file and returns its path.
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let file = url.appending(path: name)
    try Data(bytes).write(to: file)
    return file.path
  }
}

/// A file in a scratch folder of its own.
final class ScratchFile {
  let path: String
  let byteCount: Int
  private let folder: ScratchFolder

  init(_ name: String, _ bytes: [UInt8]) throws {
    folder = try ScratchFolder()
    path = try folder.write(name, bytes)
    byteCount = bytes.count
  }

  convenience init(_ name: String, _ text: String) throws { try self.init(name, Array(text.utf8)) }
}
