import Rules

/// L7 rules under the keys of Cilium's own API: `http`, `kafka`, `dns`, or `l7proto` with `l7`.
enum L7RulesJSON {
  static func write(_ rules: L7Rules, to json: inout JSONWriter) {
    switch rules {
    case .http(let rules):
      json.key("http")
      json.array(rules) { write($1, to: &$0) }
    case .kafka(let rules):
      json.key("kafka")
      json.array(rules) { json, rule in
        json.object {
          $0.optional("role", rule.role)
          $0.optional("apiKey", rule.apiKey)
          $0.optional("apiVersion", rule.apiVersion)
          $0.optional("clientID", rule.clientID)
          $0.optional("topic", rule.topic)
        }
      }
    case .dns(let rules):
      json.key("dns")
      json.array(rules) { json, rule in
        json.object {
          $0.optional("matchName", rule.matchName)
          $0.optional("matchPattern", rule.matchPattern)
        }
      }
    case .proxylib(let parser, let rules):
      json.field("l7proto", parser)
      guard !rules.isEmpty else { return }
      json.key("l7")
      json.array(rules) { json, rule in
        json.object {
          for (key, value) in rule.sorted(by: { $0.key < $1.key }) { $0.field(key, value) }
        }
      }
    }
  }

  private static func write(_ rule: HTTPRule, to json: inout JSONWriter) {
    json.object { json in
      json.optional("path", rule.path)
      json.optional("method", rule.method)
      json.optional("host", rule.host)
      json.optional("headers", rule.headers)
      guard !rule.headerMatches.isEmpty else { return }
      json.key("headerMatches")
      json.array(rule.headerMatches) { json, match in
        json.object { json in
          json.optional("mismatch", match.mismatch?.rawValue ?? "")
          json.field("name", match.name)
          if let secret = match.secret {
            json.key("secret")
            json.object {
              $0.optional("namespace", secret.namespace)
              $0.field("name", secret.name)
            }
          }
          json.optional("value", match.value)
        }
      }
    }
  }
}
