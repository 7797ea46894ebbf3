import Manifest

/// HTTP rules whose regular expressions or headers do not mean what they seem to (§15 rows 22 to 27).
struct HTTPReview {
  func review(_ rule: L7Document.HTTP, _ list: inout WarningList) {
    if !rule.path.isEmpty { reviewPath(rule.path, rule.field["path"] ?? rule.field, &list) }
    if rule.method.utf8.contains(where: { $0.isLetter && $0 | 0x20 == $0 }), isPlain(rule.method) {
      list.add(
        .httpMethodCase, rule.field["method"] ?? rule.field,
        "methods are matched case-sensitively: \"\(rule.method)\" never matches", hint: rule.method.uppercased())
    }
    if !rule.host.isEmpty, isDomain(rule.host) {
      list.add(
        .httpHostRegex, rule.field["host"] ?? rule.field,
        "a regular expression in which each dot stands for any character, and \(rule.host):8080 does not match",
        hint: rule.host.replacing(".", with: "\\.") + "(:[0-9]+)?")
    }
    for header in rule.headers { reviewHeader(header, &list) }
  }

  private func reviewPath(_ path: String, _ field: Field, _ list: inout WarningList) {
    if path.hasSuffix("/*") || path.hasPrefix("*") {
      list.add(
        .httpPathGlob, field, "this is a regular expression, not a glob: `/*` matches any number of slashes only",
        hint: path.replacing("/*", with: "/.*"))
    } else if isPlain(path), path != "/" {
      list.add(
        .httpPathExact, field,
        "the whole target must match: neither \(path)/ nor \(path)?x=1 does", hint: "\(path)([/?].*)?")
    }
  }

  private func reviewHeader(_ header: Located<String>, _ list: inout WarningList) {
    guard let space = header.content.firstIndex(of: " ") else {
      guard let colon = header.content.firstIndex(of: ":"), colon > header.content.startIndex else { return }
      list.add(
        .headerLiteral, header.field,
        "without a space this demands a header named literally \"\(header.content)\"",
        hint: header.content.replacing(":", with: ": ", maxReplacements: 1))
      return
    }
    let value = header.content[header.content.index(after: space)...]
    let name = header.content[..<space].lowercased()
    if name == "content-type" || name == "content-type:", !value.contains(";") {
      list.add(
        .headerContentType, header.field,
        "values are compared letter for letter: \"\(value); charset=utf-8\" does not match")
    }
    if value.contains(".*") || value.contains("[^") || value.contains(".+") {
      list.add(
        .headerLiteralRegex, header.field,
        "header values are compared letter for letter, and \"\(value)\" looks like a regular expression")
    }
  }

  private func isPlain(_ text: String) -> Bool { !text.contains { "\\.*+?()[]{}|^$".contains($0) } }

  private func isDomain(_ text: String) -> Bool {
    text.contains(".") && text.utf8.allSatisfy { $0.isAlphanumeric || $0 == 0x2e || $0 == 0x2d }
  }
}
