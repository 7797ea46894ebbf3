import Addresses
import Cluster
import Rules

/// Checks of the peer lists of one element: V5 to V13.
struct PeerSanitizer {
  var settings: Settings
  var compatibility: Compatibility

  func check(_ element: RuleElement) throws(Refusal) {
    try checkCombination(element)
    for selector in element.endpoints ?? [] { try SelectorSanitizer.check(selector) }
    for selector in element.nodes ?? [] { try SelectorSanitizer.check(selector) }
    for cidr in element.cidrs ?? [] { try check(cidr) }
    for set in element.cidrSets ?? [] { try check(set) }
    for entity in element.entities ?? [] where Entity(rawValue: entity.content) == nil {  // V9
      let near = Spelling.nearest(to: entity.content, in: Entity.allCases.map(\.rawValue))
      throw entity.field.refusal("unsupported entity: \(entity.content)", hint: near.map { "did you mean \($0)?" })
    }
    if let nodes = element.nodes?.first, !settings.nodeSelectorLabels {  // V8
      throw nodes.field.refusal(
        "FromNodes/ToNodes rules can only be applied when the \"enable-node-selector-labels\" flag is set")
    }
    if compatibility.honoursRequires {
      for selector in element.requires ?? [] { try SelectorSanitizer.check(selector) }
    }
  }

  /// V6 and V7: one kind of peers per rule. Empty lists do not count.
  private func checkCombination(_ element: RuleElement) throws(Refusal) {
    let counts = [
      ("Endpoints", element.endpoints?.count), ("CIDR", element.cidrs?.count), ("CIDRSet", element.cidrSets?.count),
      ("Entities", element.entities?.count), ("Nodes", element.nodes?.count), ("Groups", element.groups?.count),
      ("Services", element.services?.count), ("FQDNs", element.fqdns?.count),
    ]
    let used = counts.filter { ($0.1 ?? 0) > 0 }.map(\.0)
    guard used.count > 1 else { return }
    let direction = element.direction == .ingress ? "From" : "To"
    let field = element.field[element.listName(used[1])] ?? element.field
    throw field.refusal(
      "combining \(direction)\(used[0]) and \(direction)\(used[1]) is not supported yet",
      hint: "put them into separate rules of the list; rules are alternatives")
  }

  /// V10: a prefix or, unlike in the CRD's schema, a bare address.
  private func check(_ cidr: Located<String>) throws(Refusal) {
    guard !cidr.content.isEmpty else { throw cidr.field.refusal("IP must be specified") }
    guard IPPrefix(cidr.content) != nil || IPAddress(cidr.content) != nil else {
      throw cidr.field.refusal("unable to parse CIDR: \"\(cidr.content)\"")
    }
  }

  private func check(_ set: CIDRSetDocument) throws(Refusal) {
    if let selector = set.groupSelector { try SelectorSanitizer.checkPlain(selector) }
    let given = [!set.cidr.isEmpty, !set.groupRef.isEmpty, set.groupSelector != nil].count { $0 }
    guard given > 0 else {  // V11
      throw set.field.refusal("one of cidr, cidrGroupRef, or cidrGroupSelector is required")
    }
    guard given == 1 else {
      throw set.field.refusal("no more than one of cidr, cidrGroupRef, or cidrGroupSelector may be set")
    }
    guard !set.cidr.isEmpty else { return }
    guard let prefix = IPPrefix(set.cidr) else {  // V12
      let hint = IPAddress(set.cidr).map { "write \($0)/\($0.bitWidth)" }
      throw (set.field["cidr"] ?? set.field).refusal("unable to parse CIDRRule \"\(set.cidr)\"", hint: hint)
    }
    for exception in set.exceptions {  // V13: only the address counts, not the length
      guard IPPrefix(exception.content) != nil, let slash = exception.content.lastIndex(of: "/"),
        let address = IPAddress(exception.content[..<slash])
      else { throw exception.field.refusal("unable to parse CIDR \"\(exception.content)\" of except") }
      guard prefix.contains(address) else {
        throw exception.field.refusal(
          "allow CIDR prefix \(set.cidr) does not contain exclude CIDR prefix \(exception.content)")
      }
    }
  }
}
