import Cluster
import Policy
import Rules

/// A rule with all about its demands worked out that does not depend on the endpoint.
final class RuleTemplate: Sendable {
  /// One port of the rule, for one protocol.
  struct Port: Sendable {
    /// Index into `RuleTemplates.keys`.
    var key: Int32
    /// What is demanded there, and what with a rule added that matches everything.
    var demand: Int32
    var demandMatchingAll: Int32
    var isRedirect: Bool
    /// nil where no element of `toPorts` asks.
    var portRule: Int?
  }

  let compiled: CompiledEntry
  let direction: Direction
  let isDeny: Bool
  let defaultDeny: Bool
  /// Names an authentication mode and is no deny.
  let usesAuthentication: Bool
  let hasRequirements: Bool
  /// Has elements of `toPorts`, even if they list none.
  let namesPorts: Bool
  /// Numbers of the selectors; nil: selects nobody.
  let peers: [Int32]?
  let ports: [Port]
  /// As of the entry; every endpoint must then read the ports itself.
  let needsNamespace: Bool

  var entry: PolicyEntry { compiled.entry }

  init(_ compiled: CompiledEntry, peers: [Int32]?, ports: [Port]) {
    let entry = compiled.entry
    self.compiled = compiled
    self.peers = peers
    self.ports = ports
    direction = entry.direction
    isDeny = entry.isDeny
    defaultDeny = entry.defaultDeny
    usesAuthentication = entry.authentication != nil && !entry.isDeny
    hasRequirements = !entry.requires.isEmpty
    namesPorts = !entry.ports.isEmpty
    needsNamespace = compiled.needsNamespace
  }
}

/// Makes templates, numbering what they have in common.
struct RuleTemplates: Sendable {
  private var templates: [RuleTemplate] = []
  /// Where a rule's template is; -1 for rules that nobody asked for.
  private var positions: [Int32] = []
  private var unused: [Int32] = []
  private(set) var keys: [FilterTable.Key] = []
  private var keyNumbers: [FilterTable.Key: Int32] = [:]
  var demands = DemandTable()
  /// Of the filter that stands for all ports, by direction.
  private var anyPort: [Int32] = []

  init() {
    for direction in Direction.allCases {
      anyPort.append(number(of: .init(direction: direction, port: .number(0), endPort: 0, protocol: .any)))
    }
  }

  func anyPort(_ direction: Direction) -> Int32 { anyPort[Int(direction.rawValue)] }

  mutating func number(of key: FilterTable.Key) -> Int32 {
    if let known = keyNumbers[key] { return known }
    let number = Int32(keys.count)
    keys.append(key)
    keyNumbers[key] = number
    return number
  }

  /// Makes the template of a rule, unless it is there; its selectors are registered.
  mutating func demand(_ rule: Int32, of entries: [CompiledEntry], _ cache: SelectorCache) {
    while positions.count < entries.count { positions.append(-1) }
    guard positions[Int(rule)] < 0 else { return }
    let template = template(entries[Int(rule)], cache)
    guard let position = unused.popLast() else {
      positions[Int(rule)] = Int32(templates.count)
      templates.append(template)
      return
    }
    positions[Int(rule)] = position
    templates[Int(position)] = template
  }

  /// Before the number of a rule is given to another.
  mutating func forget(_ rule: Int32) {
    guard Int(rule) < positions.count, positions[Int(rule)] >= 0 else { return }
    unused.append(positions[Int(rule)])
    positions[Int(rule)] = -1
  }

  subscript(rule: Int32) -> RuleTemplate { templates[Int(positions[Int(rule)])] }

  private mutating func template(_ compiled: CompiledEntry, _ cache: SelectorCache) -> RuleTemplate {
    let entry = compiled.entry
    let peers = compiled.peers(requiring: []).map { Self.numbers(of: $0, cache) }
    return RuleTemplate(compiled, peers: peers, ports: peers == nil ? [] : ports(of: entry))
  }

  /// A selector without demands stands for all of them.
  static func numbers(of peers: [PeerSelector], _ cache: SelectorCache) -> [Int32] {
    peers.contains(where: \.isWildcard) ? [cache.register(.wildcard)] : peers.map(cache.register)
  }

  private mutating func ports(of entry: PolicyEntry) -> [RuleTemplate.Port] {
    guard !entry.ports.isEmpty else {
      let demand = demands.number(of: SelectorPolicy(entry, nil, .any, addsMatchAll: false))
      return [
        .init(
          key: anyPort(entry.direction), demand: demand, demandMatchingAll: demand, isRedirect: false, portRule: nil)
      ]
    }
    var result: [RuleTemplate.Port] = []
    for (index, portRule) in entry.ports.enumerated() {
      for port in portRule.ports {
        for `protocol` in port.protocol == .any ? [.tcp, .udp, .sctp] : [port.protocol] {
          let key = number(
            of: .init(direction: entry.direction, port: port.port, endPort: port.endPort, protocol: `protocol`))
          guard portRule.l7 != nil || !portRule.isPlain || entry.authentication != nil else {
            let number = entry.isDeny ? DemandTable.plainDeny : DemandTable.plainAllow
            result.append(
              .init(key: key, demand: number, demandMatchingAll: number, isRedirect: false, portRule: index))
            continue
          }
          let demand = SelectorPolicy(entry, portRule, `protocol`, addsMatchAll: false)
          let number = demands.number(of: demand)
          result.append(
            .init(
              key: key, demand: number,
              demandMatchingAll: demand.l7 == nil
                ? number : demands.number(of: SelectorPolicy(entry, portRule, `protocol`, addsMatchAll: true)),
              isRedirect: demand.isRedirect, portRule: index))
        }
      }
    }
    return result
  }
}

extension PortRule {
  /// Asks for nothing but ports and L7 rules.
  fileprivate var isPlain: Bool {
    serverNames.isEmpty && terminatingTLS == nil && originatingTLS == nil && listener == nil
  }
}
