import Foundation
import Testing

/// A finished run of `weir`.
struct WeirRun {
  var status: Int32
  var output: String
  var errors: String

  var lines: [Substring] { output.split(separator: "\n") }

  /// The output as one JSON value.
  func json() throws -> [String: Any] { try JSON.object(output) }
}

/// The program under test.
enum Weir {
  static func run(_ arguments: [String], input: [UInt8]? = nil, in folder: URL? = nil) throws -> WeirRun {
    let path = try #require(WeirBinary.path, "weir is built along with its tests")
    let (status, output, errors) = try Subprocess.run(path, arguments, input: input.map { Data($0) }, in: folder)
    return WeirRun(status: status, output: output, errors: errors)
  }

  static func run(_ arguments: [String], input: String, in folder: URL? = nil) throws -> WeirRun {
    try run(arguments, input: Array(input.utf8), in: folder)
  }

  /// Runs a script in which `$WEIR` is the program; its first argument is `$1`.
  static func shell(_ script: String, _ arguments: [String] = [], in folder: URL? = nil) throws -> WeirRun {
    let path = try #require(WeirBinary.path, "weir is built along with its tests")
    let (status, output, errors) = try Subprocess.run(
      "/usr/bin/env", ["WEIR=\(path)", "bash", "-c", script, "bash"] + arguments, in: folder)
    return WeirRun(status: status, output: output, errors: errors)
  }
}

enum JSON {
  static func object(_ text: some StringProtocol) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }
}

/// A folder of its own for a test, gone with it.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  @discardableResult
  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  @discardableResult
  func write(_ text: String, as name: String) throws -> String { try write(Array(text.utf8), as: name) }
}
