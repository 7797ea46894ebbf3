import Foundation

/// The program under test, as built along with the tests.
enum WeirBinary {
  static var path: String? {
    // The test runner is in the folder of the build's products, or is a bundle in it.
    let candidates =
      [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent()]
      + CommandLine.arguments.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    for folder in candidates.compactMap({ $0 }) {
      for base in [folder, folder.deletingLastPathComponent()] {
        let path = base.appendingPathComponent("weir").path
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue {
          return path
        }
      }
    }
    return nil
  }
}

/// A finished program's exit status and output.
enum Subprocess {
  static func run(
    _ path: String, _ arguments: [String], input: Data? = nil, in workingFolder: URL? = nil
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let workingFolder { process.currentDirectoryURL = workingFolder }
    // Files rather than pipes: neither side can block, whatever the size of the output.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["input", "output", "errors"].map { folder.appendingPathComponent($0) }
    for file in files { try (file == files[0] ? input ?? Data() : Data()).write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    let texts = try files.dropFirst().map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return (process.terminationStatus, texts[0], texts[1])
  }
}
