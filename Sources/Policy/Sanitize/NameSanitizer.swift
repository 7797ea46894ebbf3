/// Checks of DNS names and patterns in `toFQDNs` and `rules.dns` (V37).
struct NameSanitizer {
  var compatibility: Compatibility

  func check(_ name: NameDocument) throws(Refusal) {
    try check(name, "matchName", name.matchName, "MatchName", extra: "")
    try check(name, "matchPattern", name.matchPattern, "MatchPattern", extra: "*")
  }

  private func check(
    _ name: NameDocument, _ key: String, _ text: String, _ title: String, extra: String
  ) throws(Refusal) {
    guard !text.isEmpty else { return }
    let field = name.field[key] ?? name.field
    let allowed = text.utf8.allSatisfy { byte in
      byte.isAlphanumeric || "-_.".utf8.contains(byte) || extra.utf8.contains(byte)
    }
    guard allowed else {
      // R3: the release names the underscore too, which both accept.
      let underscore = compatibility == .snapshot ? "" : ", _"
      let star = extra.isEmpty ? "" : " and *"
      throw field.refusal(
        "Invalid characters in \(title): \"\(text)\". Only 0-9, a-z, A-Z\(underscore) and . and -\(star) are allowed")
    }
    guard text.utf8.count <= 255 else { throw field.refusal("\(title) must be no longer than 255 characters") }
  }
}
