import CRE2

/// RE2's dialect, which is Go's too but for rare classes.
enum RegularExpression {
  /// Why `pattern` is no regular expression; nil when it is one.
  static func fault(in pattern: String) -> String? {
    var pattern = pattern
    var reason = [CChar](repeating: 0, count: 256)
    let isValid = pattern.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        weir_re2_is_valid(characters.baseAddress, characters.count, &reason, reason.count)
      }
    }
    guard !isValid else { return nil }
    return String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
