/// Decodes the peers that are no plain selectors.
enum PeerDecoder {
  static func cidrSet(_ field: Field) throws(Refusal) -> CIDRSetDocument {
    CIDRSetDocument(
      field: field, cidr: try field.text("cidr"), groupRef: try field.text("cidrGroupRef"),
      groupSelector: try RuleDecoder.selector(field, "cidrGroupSelector"),
      exceptions: try field.strings("except") ?? [])
  }

  static func service(_ field: Field) throws(Refusal) -> ServiceDocument {
    var document = ServiceDocument(field: field)
    if let service = try field.object("k8sService") {
      document.name = (try service.text("serviceName"), try service.text("namespace"))
    }
    if let service = try field.object("k8sServiceSelector") {
      let selector = try RuleDecoder.selector(service, "selector")
      let namespace = try service.text("namespace")
      document.selector = (selector ?? SelectorDocument(field: service, labels: [:], expressions: []), namespace)
    }
    return document
  }

  static func name(_ field: Field) throws(Refusal) -> NameDocument {
    NameDocument(
      field: field, matchName: try field.text("matchName"), matchPattern: try field.text("matchPattern"))
  }

  /// Groups are only checked for types: the agent leaves them to the operator (§8.2).
  static func group(_ field: Field) throws(Refusal) -> Field {
    if let aws = try field.object("aws") {
      _ = try aws.stringMap("labels")
      _ = try aws.strings("securityGroupsIds")
      _ = try aws.strings("securityGroupsNames")
      _ = try aws.string("region")
    }
    return field
  }
}
