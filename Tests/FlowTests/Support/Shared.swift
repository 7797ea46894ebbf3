import Foundation

@testable import Flow

/// The conformance data that may lie beside the package: what the real hubble CLI prints and keeps.
enum Shared {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/conformance/hubble")

  static var isThere: Bool {
    let found = FileManager.default.fileExists(atPath: folder.appending(path: "flows.jsonl").path)
    if !found { print("skipped: there is no shared/conformance/hubble beside the package") }
    return found
  }

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  static func events() throws -> [FlowEvent] {
    try text("flows.jsonl").split(separator: "\n").map { try FlowEvent(json: String($0)) }
  }
}

/// What a printer with `options` makes of `events`.
func printed(_ events: [FlowEvent], _ options: FlowPrintOptions) -> String {
  var printer = FlowPrinter(options)
  var bytes = OutputBuffer()
  for event in events { printer.print(event, to: &bytes) }
  printer.finish(to: &bytes)
  return bytes.text
}
