import Explanation

/// The `explanation` key of a hop.
struct ExplanationJSON {
  private let explanation: Explanation

  init(_ explanation: Explanation) { self.explanation = explanation }

  func write(to json: inout JSONWriter) {
    json.key("explanation")
    json.object { json in
      json.field("basis", explanation.basis.rawValue)
      json.field("reason", explanation.reason)
      Self.write("rules", explanation.rules, to: &json)
      if explanation.basis == .denyRule { Self.write("overrides", explanation.overrides, to: &json) }
      Self.write("default_deny_by", explanation.defaultDenyBy, to: &json)
      json.key("nearest")
      json.array(explanation.nearest) { Self.write($1, to: &$0) }
      if let proxy = explanation.proxy { write(proxy, to: &json) }
      if let authentication = explanation.authentication { write(authentication, to: &json) }
      json.field("undecidable", explanation.undecidable)
      json.optional("reference_bug", explanation.referenceBugs.map(\.rawValue).joined(separator: ", "))
    }
  }

  /// Why a proxy decides as it does: fields of the `l7` key.
  static func write(_ explanation: L7Explanation, to json: inout JSONWriter) {
    json.field("reason", explanation.reason)
    write("rules", explanation.rules, to: &json)
    json.key("nearest")
    json.array(explanation.nearest) { write($1, to: &$0) }
  }

  private static func write(_ key: String, _ parts: [RulePart], to json: inout JSONWriter) {
    json.key(key)
    json.array(parts) { json, part in
      json.object { writeFields(of: part, to: &$0) }
    }
  }

  private static func writeFields(of part: RulePart, to json: inout JSONWriter) {
    json.field("policy", part.file.isEmpty ? "reserved/\(part.policy)" : part.policy)
    guard !part.file.isEmpty else { return }
    json.field("file", part.file)
    json.field("line", part.line)
    json.field("path", part.path)
  }

  private static func write(_ rule: NearRule, to json: inout JSONWriter) {
    json.object { json in
      writeFields(of: rule.part, to: &json)
      json.key("mismatches")
      json.array(rule.mismatches) { json, mismatch in
        json.object {
          $0.field("kind", mismatch.kind.rawValue)
          $0.field("message", mismatch.message)
        }
      }
    }
  }

  private func write(_ proxy: ProxyDemand, to json: inout JSONWriter) {
    json.key("proxy")
    json.object { json in
      json.field("name", proxy.proxy)
      json.field("checks", proxy.checks)
      json.field("unrestricted", proxy.isUnrestricted)
      if !proxy.liftedBy.isEmpty { Self.write("lifted_by", proxy.liftedBy, to: &json) }
    }
  }

  private func write(_ authentication: AuthenticationDemand, to json: inout JSONWriter) {
    json.key("authentication")
    json.object { json in
      json.field("mode", authentication.mode)
      json.field("derived", authentication.isDerived)
      Self.write("rules", authentication.rules, to: &json)
    }
  }
}
