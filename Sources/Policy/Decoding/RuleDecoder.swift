import Manifest
import Rules

/// Decodes a rule from its located value. Decoding only: nothing is checked beyond JSON types and ICMP type names, which
/// Cilium resolves while it decodes.
enum RuleDecoder {
  static func rule(_ field: Field) throws(Refusal) -> RuleDocument {
    var rule = RuleDocument(field: field)
    rule.endpointSelector = try selector(field, "endpointSelector")
    rule.nodeSelector = try selector(field, "nodeSelector")
    rule.ingress = try elements(field, "ingress", .ingress, isDeny: false)
    rule.ingressDeny = try elements(field, "ingressDeny", .ingress, isDeny: true)
    rule.egress = try elements(field, "egress", .egress, isDeny: false)
    rule.egressDeny = try elements(field, "egressDeny", .egress, isDeny: true)
    if let flags = try field.object("enableDefaultDeny") {
      rule.defaultDenyIngress = try flags.boolean("ingress")
      rule.defaultDenyEgress = try flags.boolean("egress")
    }
    rule.log = try field.object("log")?.string("value")
    _ = try field.string("description")
    for label in try field.list("labels") ?? [] { try checkLabel(label) }
    return rule
  }

  /// `labels` are metadata and have no effect, but a malformed one fails the decoding: either an object with a key, or
  /// a string that is not empty.
  private static func checkLabel(_ field: Field) throws(Refusal) {
    if field.value.map != nil {
      _ = try field.string("source")
      _ = try field.string("value")
      guard let key = try field.string("key"), !key.isEmpty else { throw field.refusal("invalid Label: it has no key") }
    } else if try field.requireString().isEmpty {
      throw field.refusal("invalid Label: empty")
    }
  }

  private static func elements(
    _ rule: Field, _ key: String, _ direction: Direction, isDeny: Bool
  ) throws(Refusal) -> [RuleElement]? {
    try rule.objects(key) { (field) throws(Refusal) in try element(field, direction, isDeny: isDeny) }
  }

  private static func element(
    _ field: Field, _ direction: Direction, isDeny: Bool
  ) throws(Refusal) -> RuleElement {
    var element = RuleElement(field: field, direction: direction, isDeny: isDeny)
    let prefix = direction == .ingress ? "from" : "to"
    element.endpoints = try field.objects("\(prefix)Endpoints", selector)
    element.requires = try field.objects("\(prefix)Requires", selector)
    element.nodes = try field.objects("\(prefix)Nodes", selector)
    element.cidrs = try field.strings("\(prefix)CIDR")
    element.cidrSets = try field.objects("\(prefix)CIDRSet", PeerDecoder.cidrSet)
    element.entities = try field.strings("\(prefix)Entities")
    element.groups = try field.objects("\(prefix)Groups", PeerDecoder.group)
    element.icmps = try field.objects("icmps", ICMPDecoder.rule)
    if direction == .egress {
      element.services = try field.objects("toServices", PeerDecoder.service)
      if !isDeny { element.fqdns = try field.objects("toFQDNs", PeerDecoder.name) }
    }
    element.ports = try field.objects("toPorts") { (port) throws(Refusal) in
      try isDeny ? PortDecoder.denyRule(port) : PortDecoder.rule(port)
    }
    if !isDeny, let authentication = try field.object("authentication") {
      element.authentication = Located(
        content: try authentication.text("mode"), field: authentication["mode"] ?? authentication)
    }
    return element
  }

  static func selector(_ parent: Field, _ key: String) throws(Refusal) -> SelectorDocument? {
    guard let field = try parent.object(key) else { return nil }
    return try selector(field)
  }

  static func selector(_ field: Field) throws(Refusal) -> SelectorDocument {
    SelectorDocument(
      field: field, labels: try field.stringMap("matchLabels") ?? [:],
      expressions: try field.objects("matchExpressions", expression) ?? [])
  }

  private static func expression(_ field: Field) throws(Refusal) -> SelectorDocument.Expression {
    SelectorDocument.Expression(
      field: field, key: try field.text("key"), operator: try field.text("operator"),
      values: (try field.strings("values") ?? []).map(\.content))
  }
}
