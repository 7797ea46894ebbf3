/// Kubernetes' syntax of label keys and values. Each check gives the fault, or nil.
enum LabelSyntax {
  /// A key: `name` or `prefix/name`.
  static func fault(inKey key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last else {
      return "a qualified name has at most one '/' between an optional DNS subdomain prefix and the name"
    }
    if parts.count == 2, let prefix = parts.first {
      if prefix.isEmpty { return "prefix part must be non-empty" }
      if prefix.utf8.count > 253 { return "prefix part must be no more than 253 characters" }
      if !isSubdomain(prefix) { return "prefix part must be a lower-case DNS subdomain" }
    }
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part must be no more than 63 characters" }
    if !isName(name) {
      return "name part must consist of alphanumeric characters, '-', '_' or '.', "
        + "and must start and end with an alphanumeric character"
    }
    return nil
  }

  static func fault(inValue value: String) -> String? {
    if value.utf8.count > 63 { return "a label value must be no more than 63 characters" }
    if !value.isEmpty, !isName(value[...]) {
      return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
        + "and must start and end with an alphanumeric character"
    }
    return nil
  }

  /// RFC 1123: lower-case labels of letters, digits and inner dashes, separated by dots.
  static func isSubdomain(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      guard let first = label.utf8.first, let last = label.utf8.last else { return false }
      return isLowerAlphanumeric(first) && isLowerAlphanumeric(last)
        && label.utf8.allSatisfy { isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return first.isAlphanumeric && last.isAlphanumeric
      && text.utf8.allSatisfy {
        $0.isAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
      }
  }

  private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
    byte.isDigit || (byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z"))
  }
}

extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

  var isLetter: Bool {
    let lower = self | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  var isAlphanumeric: Bool { isDigit || isLetter }
}
