import Rules

/// Checks of the L7 rules of one `toPorts` element: V28 to V30 and V34 to V37. Only called when there is an L7 rule.
struct L7Sanitizer {
  var compatibility: Compatibility

  func check(_ rules: L7Document, hasPorts: Bool) throws(Refusal) {
    for rule in rules.http ?? [] { try check(rule) }
    for rule in rules.kafka ?? [] { try KafkaSanitizer.check(rule) }
    if let dns = rules.dns {
      guard hasPorts else { throw rules.field.refusal("port 53 must be specified for DNS rules") }  // V28
      for rule in dns { try NameSanitizer(compatibility: compatibility).check(rule) }
    }
    if rules.generic != nil, rules.parser.isEmpty {  // V30
      throw rules.field.refusal("'l7' may only be specified when a 'l7proto' is also specified")
    }
    for rule in rules.generic ?? [] where rule.pairs.keys.contains("") {
      throw rule.field.refusal("empty key not allowed in an l7 rule")
    }
    // An empty list counts as a kind here, as it does in Cilium.
    let kinds = [rules.http != nil, rules.kafka != nil, rules.dns != nil, !rules.parser.isEmpty].count { $0 }
    guard kinds <= 1 else {  // V29
      throw rules.field.refusal("multiple L7 protocol rule types specified in single rule")
    }
  }

  private func check(_ rule: L7Document.HTTP) throws(Refusal) {
    for (key, pattern) in [("path", rule.path), ("method", rule.method)] {  // V34
      if let fault = RegularExpression.fault(in: pattern) {
        throw (rule.field[key] ?? rule.field).refusal("error parsing regexp: \(fault)")
      }
    }
    for match in rule.headerMatches {  // V35
      if match.name.isEmpty { throw match.field.refusal("Header name missing") }
      if !match.mismatch.isEmpty, HTTPRule.HeaderMatch.Mismatch(rawValue: match.mismatch) == nil {
        throw (match.field["mismatch"] ?? match.field).refusal(
          "Invalid header action: \(match.mismatch)", hint: "LOG, ADD, DELETE or REPLACE")
      }
      if let secret = match.secret, secret.name.isEmpty {
        throw (match.field["secret"] ?? match.field).refusal("Secret name missing")
      }
    }
  }
}
