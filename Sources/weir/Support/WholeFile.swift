import Foundation

/// Files that are written whole or not at all.
enum WholeFile {
  /// Writes beside the target and renames: a reader never sees half a file, and a failure leaves the old one.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path), options: isRegular(path) ? .atomic : [])
  }

  /// False for devices and pipes, such as `/dev/stdout`, which cannot be replaced.
  private static func isRegular(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let type = attributes?[.type] as? FileAttributeType else { return true }
    return type == .typeRegular
  }
}
