import CRE2

/// A compiled expression of RE2's dialect, which Hubble's filters are written in.
///
/// Matching is unanchored and takes time linear in the text.
final class RegularExpression: Sendable {
  // RE2 promises that matching with one expression from many threads is safe, and nothing else is done with it.
  private nonisolated(unsafe) let expression: OpaquePointer

  /// Throws RE2's reason when it refuses the pattern.
  init(_ pattern: String) throws(FlowFilterError) {
    var reason = [CChar](repeating: 0, count: 256)
    let text = Array(pattern.utf8CString)
    guard let expression = weir_re2_compile(text, text.count - 1, &reason, reason.count) else {
      let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw FlowFilterError("\"\(pattern)\" is not a regular expression: \(String(decoding: bytes, as: UTF8.self))")
    }
    self.expression = expression
  }

  deinit { weir_re2_free(expression) }

  func finds(in text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { weir_re2_finds(expression, $0.baseAddress, $0.count) }
    }
  }
}
