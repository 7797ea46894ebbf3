import Layer7
import Rules
import Tables

/// The rules of proxied ports, compiled when a connection first asks for them.
struct ProxyPolicies {
  private struct Key: Hashable {
    /// Index into `Tables.policies`.
    var policy: Int
    /// Where secrets without a namespace are.
    var namespace: String
    var direction: Direction
    var `protocol`: L4Protocol
    var port: UInt16
  }

  private let tables: Tables
  private let settings: ProxySettings
  private var numbers: [Key: Int] = [:]
  private var rules: [PortRules] = []
  /// Identities that came after the tables, with the selectors that select them.
  private var learned: [UInt32: Set<String>] = [:]

  init(_ tables: Tables, _ settings: ProxySettings) {
    self.tables = tables
    self.settings = settings
  }

  /// - Parameter number: a hop's.
  subscript(number: Int) -> PortRules { rules[number] }

  /// The proxy at one place of a route; nil when nobody's policy is there.
  mutating func hop(_ place: ProxyRoute.Place, _ route: ProxyRoute) -> ProxyHop? {
    guard tables.endpoints.indices.contains(Int(place.endpoint)),
      let policy = tables.endpoints[Int(place.endpoint)].policy, tables.policies.indices.contains(policy),
      tables.redirects.indices.contains(Int(place.redirect) - 1),
      let `protocol` = L4Protocol(rawValue: route.protocolNumber)
    else { return nil }
    let key = Key(
      policy: policy, namespace: tables.endpoints[Int(place.endpoint)].namespace, direction: place.direction,
      protocol: `protocol`, port: route.server.port)
    let number = number(of: key)
    let parsers = rules[number].envoy?.parsers(for: place.remote) ?? []
    return ProxyHop(
      direction: place.direction, endpoint: place.endpoint, remote: place.remote, rules: number,
      kind: ProxyKind(tables.redirects[Int(place.redirect) - 1], parsers: parsers))
  }

  private mutating func number(of key: Key) -> Int {
    if let known = numbers[key] { return known }
    var compiled = PortRules(
      tables.policies[key.policy], key.direction, key.protocol, port: key.port, namespace: key.namespace, settings)
    for (identity, selectors) in learned { compiled.insert(identity, selectedBy: selectors) }
    numbers[key] = rules.count
    rules.append(compiled)
    return rules.count - 1
  }

  mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    learned[identity, default: []].formUnion(selectors)
    for number in rules.indices { rules[number].insert(identity, selectedBy: selectors) }
  }

  mutating func remove(_ identity: UInt32) {
    guard learned.removeValue(forKey: identity) != nil else { return }
    for number in rules.indices { rules[number].remove(identity) }
  }
}
