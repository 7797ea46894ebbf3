import Foundation

/// Files that are written whole or not at all.
enum WholeFile {
  /// Writes beside the target and renames: a reader never sees half a file, and a failure leaves the old one.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path), options: isRegular(path) ? .atomic : [])
  }

  /// The system's words for why writing failed.
  static func reason(_ error: any Error) -> String {
    var error = error as NSError
    while error.domain != NSPOSIXErrorDomain, let underlying = error.userInfo[NSUnderlyingErrorKey] as? any Error {
      error = underlying as NSError
    }
    return error.domain == NSPOSIXErrorDomain
      ? String(cString: strerror(Int32(error.code))) : error.localizedDescription
  }

  /// False for devices and pipes, such as `/dev/stdout`, which cannot be replaced.
  private static func isRegular(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let type = attributes?[.type] as? FileAttributeType else { return true }
    return type == .typeRegular
  }
}
