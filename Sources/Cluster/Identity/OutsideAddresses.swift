public import Addresses

/// What is known of addresses outside the cluster: the labels that policies, CIDR groups, DNS and the API server's
/// endpoints give to blocks of them (`cilium-policy.md` §3.3–3.5).
public struct OutsideAddresses: Sendable {
  struct Claims: Sendable {
    /// Some policy names just this block.
    var isNamed = false
    /// CIDR-group labels, the later winning per key.
    var groupLabels: [Label] = []
    /// Texts of the `toFQDNs` selectors that a name with this address matched.
    var names: Set<String> = []
    var isAPIServer = false
  }

  var claims: [IPPrefix: Claims] = [:]

  public init() {}

  /// A block that a policy names, as a peer or as an exception.
  public mutating func add(prefix: IPPrefix) {
    claims[prefix, default: Claims()].isNamed = true
  }

  /// A block of a CIDR group, with the group's labels under the source `cidrgroup`.
  public mutating func add(prefix: IPPrefix, groupLabels: [Label]) {
    claims[prefix, default: Claims()].groupLabels += groupLabels
  }

  /// An address that a name resolved to, for each selector that matches the name.
  public mutating func add(address: IPAddress, fqdnSelector: String) {
    claims[IPPrefix(host: address), default: Claims()].names.insert(fqdnSelector)
  }

  public mutating func add(apiServer address: IPAddress) {
    claims[IPPrefix(host: address), default: Claims()].isAPIServer = true
  }
}

/// Labels of a block, its own and those inherited from the blocks around it.
struct EffectiveLabels {
  /// By key; of the block itself first, then of the next wider one.
  var byKey: [String: Label] = [:]
  /// The block's own `cidr` label or the nearest wider one.
  var named: IPPrefix?

  static func of(_ claims: OutsideAddresses.Claims, _ prefix: IPPrefix, inside outer: EffectiveLabels?) -> Self {
    var result = Self()
    for label in claims.groupLabels { result.byKey[label.key] = label }
    for name in claims.names { result.byKey[name] = Label(source: "fqdn", key: name) }
    if claims.isAPIServer { result.byKey["kube-apiserver"] = .reserved("kube-apiserver") }
    // A block of length 0 is the world itself and has no label of its own.
    result.named = claims.isNamed && prefix.length > 0 ? prefix : outer?.named
    for (key, label) in outer?.byKey ?? [:] where result.byKey[key] == nil { result.byKey[key] = label }
    return result
  }

  /// With the world of the block's family.
  func labels(of prefix: IPPrefix, isDualStack: Bool) -> LabelSet {
    let world = Label.reserved(isDualStack ? (prefix.isIPv6 ? "world-ipv6" : "world-ipv4") : "world")
    return LabelSet(Array(byKey.values) + [world], prefixes: named.map { [$0] } ?? [])
  }
}

extension OutsideAddresses {
  /// Every claimed block with its effective labels, sorted; `extra` blocks inherit without claiming anything.
  func effective(adding extra: [IPPrefix]) -> [(prefix: IPPrefix, labels: EffectiveLabels)] {
    let prefixes = Set(claims.keys).union(extra).sorted()
    var result: [(prefix: IPPrefix, labels: EffectiveLabels)] = []
    result.reserveCapacity(prefixes.count)
    // Sorted order puts every block behind those that hold it: a stack of the open ones is enough.
    var open: [Int] = []
    for prefix in prefixes {
      while let last = open.last, !result[last].prefix.contains(prefix) { open.removeLast() }
      let outer = open.last.map { result[$0].labels }
      result.append((prefix, .of(claims[prefix] ?? Claims(), prefix, inside: outer)))
      open.append(result.count - 1)
    }
    return result
  }
}
