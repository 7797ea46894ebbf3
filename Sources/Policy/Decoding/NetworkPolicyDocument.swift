import Manifest
import Rules

/// `spec` of a Kubernetes NetworkPolicy as decoded.
struct NetworkPolicyDocument: Sendable {
  struct Peer: Sendable {
    var field: Field
    var podSelector: SelectorDocument?
    var namespaceSelector: SelectorDocument?
    var ipBlock: IPBlock?
  }

  struct IPBlock: Sendable {
    var field: Field
    var cidr: String
    var exceptions: [Located<String>]
  }

  struct Port: Sendable {
    var field: Field
    /// nil: absent, which means TCP.
    var `protocol`: String?
    /// A number in decimal, or a name; nil: absent.
    var port: String?
    var portIsNumber = false
    var endPort: Int32?
  }

  struct Rule: Sendable {
    var field: Field
    /// Absent and empty are the same here.
    var peers: [Peer]
    var ports: [Port]
  }

  var field: Field
  var podSelector: SelectorDocument
  var ingress: [Rule]
  var egress: [Rule]
  var policyTypes: [Located<String>]

  init(_ spec: Field) throws(Refusal) {
    field = spec
    podSelector =
      try RuleDecoder.selector(spec, "podSelector") ?? SelectorDocument(field: spec, labels: [:], expressions: [])
    ingress = try spec.objects("ingress") { (rule) throws(Refusal) in try Self.rule(rule, "from") } ?? []
    egress = try spec.objects("egress") { (rule) throws(Refusal) in try Self.rule(rule, "to") } ?? []
    policyTypes = try spec.strings("policyTypes") ?? []
  }

  private static func rule(_ field: Field, _ peers: String) throws(Refusal) -> Rule {
    Rule(
      field: field, peers: try field.objects(peers, peer) ?? [], ports: try field.objects("ports", port) ?? [])
  }

  private static func peer(_ field: Field) throws(Refusal) -> Peer {
    Peer(
      field: field, podSelector: try RuleDecoder.selector(field, "podSelector"),
      namespaceSelector: try RuleDecoder.selector(field, "namespaceSelector"),
      ipBlock: try field.object("ipBlock").map { (block) throws(Refusal) in
        IPBlock(field: block, cidr: try block.text("cidr"), exceptions: try block.strings("except") ?? [])
      })
  }

  private static func port(_ field: Field) throws(Refusal) -> Port {
    var port = Port(field: field)
    port.protocol = try field.string("protocol")
    port.endPort = try field.int32("endPort")
    if let written = field["port"] {
      if let number = written.wholeNumber {
        guard Int32(exactly: number) != nil else {
          throw written.refusal("cannot unmarshal number \(number): out of range")
        }
        port.port = String(number)
        port.portIsNumber = true
      } else {
        guard let name = written.value.string else { throw written.mismatch(expected: "an integer or a string") }
        port.port = name
      }
    }
    return port
  }
}
