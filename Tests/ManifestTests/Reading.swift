import Foundation
import Testing

@testable import Manifest

/// What one text gives.
struct Reading {
  var objects: [ManifestObject] = []
  var diagnostics: [Diagnostic] = []

  init(_ text: String, file: String = "a.yaml", masks: KindMasks = .everything, limits: ManifestLimits = .init()) {
    var reader = ManifestReader(masks: masks, limits: limits)
    var objects: [ManifestObject] = []
    reader.read(text: text, file: file) { objects.append($0) }
    self.objects = objects
    diagnostics = reader.diagnostics
  }

  var errors: [String] { diagnostics.map(\.description) }
}

/// The documents of a text by one of the two YAML parsers, or the error.
func documents(
  _ text: String, scanner: Bool, mask: FieldMask = .everything, isJSON: Bool = false
) -> Result<[Value], SyntaxError> {
  var values: [Value] = []
  do throws(SyntaxError) {
    let source = try SourceText(Array(text.utf8))
    try DocumentReader(limits: ManifestLimits(), mask: mask, usesScanner: scanner).read(source, isJSON: isJSON) {
      if !$0.isNull { values.append($0) }
    }
    return .success(values)
  } catch {
    return .failure(error)
  }
}

/// The only document of a text.
func value(_ text: String) throws -> Value {
  try #require(try documents(text, scanner: true).get().first)
}

func fixture(_ name: String) throws -> String {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
  return try String(contentsOf: url, encoding: .utf8)
}

/// A generator whose numbers are the same on every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
