import Rules

/// Decodes `toPorts` elements and what stands below them.
enum PortDecoder {
  static func rule(_ field: Field) throws(Refusal) -> PortRuleDocument {
    var rule = try denyRule(field)
    rule.terminatingTLS = try context(field, "terminatingTLS")
    rule.originatingTLS = try context(field, "originatingTLS")
    rule.serverNames = try field.strings("serverNames") ?? []
    rule.listener = try listener(field)
    if let rules = try field.object("rules") { rule.rules = try L7Decoder.rules(rules) }
    return rule
  }

  /// A deny rule has no other fields: what else is written there is unknown to Cilium and has no effect (§15 row 15).
  static func denyRule(_ field: Field) throws(Refusal) -> PortRuleDocument {
    let ports = try field.objects("ports") { (port) throws(Refusal) in
      PortRuleDocument.Port(
        field: port, port: try port.text("port"), endPort: try port.int32("endPort") ?? 0,
        protocol: try port.text("protocol"))
    }
    return PortRuleDocument(field: field, ports: ports ?? [], serverNames: [])
  }

  private static func context(_ parent: Field, _ key: String) throws(Refusal) -> TLSContext? {
    guard let field = try parent.object(key) else { return nil }
    var context = TLSContext(secret: try secret(field) ?? SecretReference(namespace: "", name: ""))
    context.trustedCA = try field.text("trustedCA")
    context.certificate = try field.text("certificate")
    context.privateKey = try field.text("privateKey")
    return context
  }

  static func secret(_ parent: Field) throws(Refusal) -> SecretReference? {
    guard let field = try parent.object("secret") else { return nil }
    return SecretReference(namespace: try field.text("namespace"), name: try field.text("name"))
  }

  private static func listener(_ parent: Field) throws(Refusal) -> Listener? {
    guard let field = try parent.object("listener") else { return nil }
    let config = try field.object("envoyConfig")
    return Listener(
      configKind: try config?.text("kind") ?? "", configName: try config?.text("name") ?? "",
      name: try field.text("name"), priority: Int(try field.integer("priority", in: 0...65535) ?? 0))
  }
}
