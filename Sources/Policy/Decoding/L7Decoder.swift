import Rules

/// Decodes `rules` of a `toPorts` element.
enum L7Decoder {
  static func rules(_ field: Field) throws(Refusal) -> L7Document {
    L7Document(
      field: field, http: try field.objects("http", http), kafka: try field.objects("kafka", kafka),
      dns: try field.objects("dns", PeerDecoder.name), parser: try field.text("l7proto"),
      generic: try field.objects("l7") { (rule) throws(Refusal) in
        L7Document.Generic(field: rule, pairs: try rule.stringMap())
      })
  }

  private static func http(_ field: Field) throws(Refusal) -> L7Document.HTTP {
    L7Document.HTTP(
      field: field, path: try field.text("path"), method: try field.text("method"), host: try field.text("host"),
      headers: try field.strings("headers") ?? [],
      headerMatches: try field.objects("headerMatches") { (match) throws(Refusal) in
        L7Document.HTTP.HeaderMatch(
          field: match, mismatch: try match.text("mismatch"), name: try match.text("name"),
          secret: try PortDecoder.secret(match), value: try match.text("value"))
      } ?? [])
  }

  private static func kafka(_ field: Field) throws(Refusal) -> L7Document.Kafka {
    var rule = KafkaRule()
    rule.role = try field.text("role")
    rule.apiKey = try field.text("apiKey")
    rule.apiVersion = try field.text("apiVersion")
    rule.clientID = try field.text("clientID")
    rule.topic = try field.text("topic")
    return L7Document.Kafka(field: field, rule: rule)
  }
}
