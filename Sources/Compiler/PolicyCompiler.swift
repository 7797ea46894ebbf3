import Cluster
import Policy
import Rules
import Tables

/// Computes the policy of one rule set after another. Nothing that it shares is changed, so several work side by side.
struct PolicyCompiler: Sendable {
  /// What all rule sets have in common.
  struct Context: Sendable {
    let settings: Settings
    let compatibility: Compatibility
    let rules: RuleTemplates
    let selections: [Selection]
    /// Numbers of the selectors that mean something of their own.
    let wildcard: Int32
    let host: Int32
    let nobody: Int32
    /// Ports of all pods, which port names on egress refer to.
    let clusterPorts: NamedPorts
  }

  let context: Context
  var demands: DemandTable
  var lists = RuleLists()
  var redirects: [Redirect] = []

  init(_ context: Context) {
    self.context = context
    demands = context.rules.demands
  }

  /// - Parameter requirements: peers of rules with the requirements of their direction added (`cilium-policy.md` §1.8),
  ///   where there are any.
  mutating func compile(
    _ set: RuleSet, requirements: RequiredPeers?, directions: [Direction] = Direction.allCases
  ) -> CompiledPolicy {
    lists = RuleLists()
    redirects = []
    var policy = CompiledPolicy()
    for direction in directions {
      let rules = set.rules.filter { context.rules[$0].direction == direction }
      policy.directions.append(compile(direction, of: set, rules, requirements))
    }
    policy.lists = lists.lists
    policy.redirects = redirects
    return policy
  }

  private mutating func compile(
    _ direction: Direction, of set: RuleSet, _ rules: [Int32], _ requirements: RequiredPeers?
  ) -> CompiledDirection {
    var result = CompiledDirection(direction)
    let enforcement = enforcement(of: set, rules)
    result.isEnforced = enforcement.isEnforced
    result.rules = lists.list(rules.map { context.rules[$0].compiled.rule })
    result.usesAuthentication =
      enforcement.isEnforced
      && rules.contains { context.rules[$0].usesAuthentication }
    var filters = FilterTable()
    if enforcement.isEnforced {
      do {
        filters = try self.filters(
          direction, of: set, rules, requirements, hasDefaultDeny: enforcement.hasDefaultDeny)
      } catch {
        result.conflict = error.message
        return result
      }
    }
    var builder = PolicyMapBuilder(usesAuthentication: result.usesAuthentication)
    if !enforcement.isEnforced {
      builder.insert(
        .init(rules: lists.list([Self.allowance(direction)])),
        at: .init(identity: 0, protocolNumber: 0, port: 0, portPrefixLength: 0))
    }
    for filter in filters.filters {
      let source = source(filter, of: set)
      source.insert(into: &builder, context.selections, context.wildcard, host: set.host)
      result.sources.append(source)
      result.filters.append(l4Filter(filter, of: set))
    }
    let redirects = redirects
    result.entries = builder.finish(
      mergingRules: { lists.union($0, $1) }, isFirst: { redirects[Int($0) - 1].name < redirects[Int($1) - 1].name })
    result.strong = builder.strong
    if direction == .ingress, context.settings.allowLocalhost, !set.isHost { addLocalhost(to: &result.entries) }
    return result
  }

  private static func allowance(_ direction: Direction) -> UInt32 {
    direction == .ingress ? ProvenanceBuilder.allowAnyIngress : ProvenanceBuilder.allowAnyEgress
  }

  /// `cilium-policy.md` §4.1.
  private func enforcement(of set: RuleSet, _ rules: [Int32]) -> (isEnforced: Bool, hasDefaultDeny: Bool) {
    if set.isHost, !context.settings.hostFirewall { return (false, false) }
    switch context.settings.enforcement {
    case .never:
      return (false, false)
    case .always:
      return (true, true)
    case .default:
      if set.isInitializing { return (true, true) }
      return (!rules.isEmpty, rules.contains { context.rules[$0].defaultDeny })
    }
  }

  private mutating func filters(
    _ direction: Direction, of set: RuleSet, _ rules: [Int32], _ requirements: RequiredPeers?, hasDefaultDeny: Bool
  ) throws(MergeConflict) -> FilterTable {
    let context = FilterContext(
      addsMatchAll: !hasDefaultDeny, liftsL7ForHost: self.context.settings.allowLocalhost, namespace: set.namespace,
      host: set.host)
    var table = FilterTable()
    // Denies first: what they take a filter from cannot conflict there, whatever the policies are called.
    for isDeny in [true, false] {
      for rule in rules where self.context.rules[rule].isDeny == isDeny {
        try add(rule, peers: requirements?.peers(of: rule), in: context, to: &table)
      }
    }
    if !hasDefaultDeny {
      let peer = FilterTable.Peer(
        selector: self.context.wildcard, demand: DemandTable.plainAllow, rules: lists.list([Self.allowance(direction)]))
      try merge(peer, into: table.index(of: self.context.rules.anyPort(direction)), of: &table)
    }
    return table
  }

  /// The local host's allowance comes last and gives way to a deny for it.
  private mutating func addLocalhost(to entries: inout [PolicyMapBuilder.Entry]) {
    let rules = lists.list([ProvenanceBuilder.allowLocalhost])
    let key = PolicyMapBuilder.Key(
      identity: ReservedIdentity.host, protocolNumber: 0, port: 0, portPrefixLength: 0)
    let position = entries.firstIndex { !($0.key < key) } ?? entries.count
    guard position < entries.count, entries[position].key == key else {
      entries.insert(.init(key: key, value: .init(rules: rules)), at: position)
      return
    }
    guard !entries[position].value.isDeny else { return }
    entries[position].value.rules = lists.union(entries[position].value.rules, rules)
  }
}

/// Peers of rules with requirements added, by rule.
struct RequiredPeers: Sendable {
  fileprivate var byRule: [Int32: [Int32]?] = [:]

  /// Outer nil: the rule's own.
  func peers(of rule: Int32) -> [Int32]?? { byRule[rule] }

  /// Registers the selectors of a rule set whose rules have requirements; nil: they have none.
  init?(_ set: RuleSet, _ templates: RuleTemplates, _ cache: SelectorCache) {
    guard set.rules.contains(where: { templates[$0].hasRequirements }) else { return nil }
    for direction in Direction.allCases {
      for isDeny in [true, false] {
        let rules = set.rules.filter {
          templates[$0].direction == direction && templates[$0].isDeny == isDeny
        }
        // All requirements of the direction as one conjunction (`cilium-policy.md` §1.8).
        let requirements = rules.flatMap { templates[$0].entry.requires }.flatMap(\.requirements).map {
          $0.operator == .equals
            ? LabelSelector.Requirement(source: $0.source, key: $0.key, .in, $0.values) : $0
        }
        guard !requirements.isEmpty else { continue }
        for rule in rules {
          let peers = templates[rule].compiled.peers(requiring: requirements)
          byRule[rule] = .some(peers.map { RuleTemplates.numbers(of: $0, cache) })
        }
      }
    }
  }
}
