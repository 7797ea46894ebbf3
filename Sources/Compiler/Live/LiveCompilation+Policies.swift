import Cluster
import Policy
import Rules
import Tables

extension LiveCompilation {
  mutating func setPolicy(_ policy: PolicyObject?, named name: LiveRules.Name) {
    let gone = rules.rules(of: name) ?? []
    inputIndex.set(policy, named: name, in: &input)
    var touched = slots(selectedBy: gone)
    for rule in gone {
      disclaim(rules.entries[Int(rule)])
      for slot in touched { locals[slot]?.rules.removeAll { $0 == rule } }
    }
    let touchesHosts = gone.contains { rules.entries[Int($0)].entry.subjectIsNode }
    // Before the old rules' slots are free: one number must not mean two rules within a change.
    let reserved = policy.map { $0.isAccepted ? rules.reserve($0.entries.count) : [] } ?? []
    rules.remove(name)
    for rule in gone { templates.forget(rule) }
    var added: [(rule: Int32, entry: CompiledEntry)] = []
    if let policy, policy.isAccepted {
      for (rule, entry) in zip(reserved, policy.entries) {
        added.append((rule, number(entry, as: rule)))
      }
      rules.add(name, added, cache.index)
    }
    for (_, entry) in added { claim(entry) }
    followOutside()
    let new = slots(selectedBy: added.map(\.rule))
    for (rule, entry) in added where !entry.entry.subjectIsNode {
      for slot in new where identities.slots[slot].labels.matches(entry.entry.subject) {
        if var local = locals[slot] {
          rules.insert(rule, into: &local.rules)
          locals[slot] = local
        }
      }
    }
    touched.formUnion(new)
    var concerned = touched.sorted().flatMap { locals[$0]?.endpoints ?? [] }
    if touchesHosts || added.contains(where: { $0.entry.entry.subjectIsNode }) {
      concerned += endpoints.indices.filter { endpoints[$0]?.isHost ?? false && endpoints[$0]?.row.isLocal ?? false }
    }
    judge(concerned)
  }

  private mutating func number(_ entry: PolicyEntry, as rule: Int32) -> CompiledEntry {
    let number = UInt32(rule) + ProvenanceBuilder.reservedRules
    numbering.provenance.set(number, to: entry)
    delta.rules.append((Int(number), numbering.provenance.rules[Int(number)]))
    return CompiledEntry(
      entry: entry, rule: number, peers: services.peers(of: entry), settings: input.cluster.settings)
  }

  /// Slots of local identities that some of the rules select.
  private func slots(selectedBy selecting: [Int32]) -> Set<Int> {
    var result: Set<Int> = []
    var last: LabelSelector?
    for rule in selecting {
      let entry = rules.entries[Int(rule)].entry
      guard !entry.subjectIsNode, entry.subject != last else { continue }
      last = entry.subject
      for slot in cache.index.query(entry.subject).matches() where locals[Int(slot)] != nil { result.insert(Int(slot)) }
    }
    return result
  }

  // MARK: Judging endpoints

  /// Gives endpoints the policy of their rule set as it is now.
  mutating func judge(_ concerned: [Int]) {
    // Endpoints that have had one policy and get one again take it along.
    var moves: [(set: RuleSet, from: Int?, endpoints: [Int])] = []
    var places: [RuleSet: [Int?: Int]] = [:]
    for index in concerned {
      guard let endpoint = endpoints[index] else { continue }
      let set = ruleSet(of: endpoint, index)
      if let place = places[set]?[endpoint.row.policy] {
        moves[place].endpoints.append(index)
      } else {
        places[set, default: [:]][endpoint.row.policy] = moves.count
        moves.append((set, endpoint.row.policy, [index]))
      }
    }
    for move in moves {
      if let from = move.from, policies[from].set == move.set { continue }
      guard let target = policies.index(of: move.set) else {
        if let from = move.from, policies[from].users == move.endpoints.count {
          policies.replace(from, by: move.set, compile(move.set, reusing: policies[from]))
          continue
        }
        let reused = move.from.map { policies[$0] }
        let target = policies.add(move.set, compile(move.set, reusing: reused))
        for index in move.endpoints { give(target, to: index) }
        continue
      }
      for index in move.endpoints { give(target, to: index) }
    }
  }

  private mutating func give(_ policy: Int, to index: Int) {
    policies.retain(policy)
    if let old = endpoints[index]?.row.policy { policies.release(old) }
    endpoints[index]?.row.policy = policy
    if let row = endpoints[index]?.row { delta.endpoints.append(row) }
  }

  func ruleSet(of endpoint: LiveEndpoint, _ index: Int) -> RuleSet {
    let labels = identities.slots[endpoint.identity].labels
    var set = RuleSet(
      isHost: endpoint.isHost, isInitializing: labels.contains(.reserved("init")),
      host: Int32(nodes.hostIdentity(of: endpoint.node)), ports: NamedPorts(), namespace: "", rules: [])
    guard !endpoint.isHost else {
      let labels = endpoint.node.map { nodes.hostPolicyLabels[$0] } ?? LabelSet([.reserved("host")])
      set.rules = rules.nodeRules.filter { labels.matches(rules.entries[Int($0)].entry.subject) }
      return set
    }
    set.rules = locals[endpoint.identity]?.rules ?? []
    guard !endpoint.row.podName.isEmpty else { return set }
    if set.rules.contains(where: { rules.entries[Int($0)].namesIngressPort }) {
      set.ports = NamedPorts(
        endpoint.row.ports.map { .init(name: $0.name, port: $0.port, protocolNumber: $0.protocolNumber) })
    }
    if set.rules.contains(where: { rules.entries[Int($0)].needsNamespace }) { set.namespace = endpoint.row.namespace }
    return set
  }

  /// - Parameter known: a policy whose directions are taken over where the rules are the same.
  mutating func compile(_ set: RuleSet, reusing known: LivePolicies.Slot?) -> CompiledPolicy {
    for rule in set.rules { templates.demand(rule, of: rules.entries, cache) }
    let required = RequiredPeers(set, templates, cache)
    var compiler = PolicyCompiler(
      .init(
        cache, settings: input.cluster.settings, compatibility: input.compatibility, templates: templates,
        clusterPorts: ports.ports, threads: 1))
    watch.update(cache)
    let directions = Direction.allCases.filter { direction in
      guard let known, known.set.isAlike(set) else { return true }
      func own(_ set: RuleSet) -> [UInt32] {
        set.rules.filter { rules.entries[Int($0)].entry.direction == direction }.map { rules.entries[Int($0)].rule }
      }
      return known.policy.ruleNumbers(direction, numbering) != own(set).sorted()
    }
    var policy = compiler.compile(set, requirements: required, directions: directions)
    numbering.number(&policy)
    if let known {
      for direction in Direction.allCases where !directions.contains(direction) {
        policy.directions.insert(known.policy.directions[Int(direction.rawValue)], at: Int(direction.rawValue))
      }
    }
    templates.demands = compiler.demands
    return policy
  }

  /// Ports of other pods have come to mean something else.
  mutating func followPorts() {
    for index in policies.indices {
      let slot = policies[index]
      guard slot.set.rules.contains(where: { rules.entries[Int($0)].namesEgressPort }) else { continue }
      policies.replace(index, by: slot.set, compile(slot.set, reusing: nil))
    }
  }
}

extension RuleSet {
  /// But for the rules.
  fileprivate func isAlike(_ other: RuleSet) -> Bool {
    isHost == other.isHost && isInitializing == other.isInitializing && host == other.host && ports == other.ports
      && namespace == other.namespace
  }
}

extension CompiledPolicy {
  /// Of the rules that made a direction, ascending.
  fileprivate func ruleNumbers(_ direction: Direction, _ numbering: PolicyNumbering) -> [UInt32] {
    numbering.provenance.rules(of: directions[Int(direction.rawValue)].rules)
  }
}
