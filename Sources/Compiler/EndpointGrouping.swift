import Cluster
import Policy
import Rules

/// Finds for each endpoint the rule set that it shares with those who cannot differ from it.
struct EndpointGrouping {
  /// The rules that select one identity, in order.
  typealias Rules = [Int32]

  let map: IdentityMap
  let pods: [Pod]
  let entries: [CompiledEntry]
  /// Of rules for nodes, in order.
  private let nodeRules: Rules
  /// By identity; of those with local endpoints.
  private let rules: [Rules]

  init(map: IdentityMap, pods: [Pod], entries: [CompiledEntry], threads: Int) {
    self.map = map
    self.pods = pods
    self.entries = entries
    nodeRules = entries.indices.filter { entries[$0].entry.subjectIsNode }.map(Int32.init)
    rules = Self.rules(selecting: map, entries, threads: threads)
  }

  func ruleSet(of endpoint: ManagedEndpoint) -> RuleSet {
    let host = Int32(map.hostIdentity(of: endpoint.node))
    let isInitializing = map.identities[endpoint.identity].labels.contains(.reserved("init"))
    guard endpoint.kind != .host else {
      let labels = endpoint.node.map { map.hostPolicyLabels[$0] } ?? LabelSet([.reserved("host")])
      return RuleSet(
        isHost: true, isInitializing: isInitializing, host: host, ports: NamedPorts(), namespace: "",
        rules: nodeRules.filter { labels.matches(entries[Int($0)].entry.subject) })
    }
    var set = RuleSet(
      isHost: false, isInitializing: isInitializing, host: host, ports: NamedPorts(), namespace: "",
      rules: rules[endpoint.identity])
    if case .pod(let index) = endpoint.kind {
      if set.rules.contains(where: { entries[Int($0)].namesIngressPort }) { set.ports = NamedPorts(pods[index].ports) }
      if set.rules.contains(where: { entries[Int($0)].needsNamespace }) { set.namespace = pods[index].namespace }
    }
    return set
  }

  /// Most rules of a large cluster select nobody here, so subjects are compared with the local identities alone.
  private static func rules(selecting map: IdentityMap, _ entries: [CompiledEntry], threads: Int) -> [Rules] {
    var isLocal = [Bool](repeating: false, count: map.identities.count)
    for endpoint in map.endpoints where endpoint.isLocal { isLocal[endpoint.identity] = true }
    let local = map.identities.indices.filter { isLocal[$0] }
    let identities = local.map { map.identities[$0] }
    // One for each thread, as each needs an index of its own.
    let chunks = Cores.chunks(
      of: entries.count, atLeast: max(64, (entries.count + threads - 1) / threads), threads: threads)
    let selected = Cores.map(chunks.count, threads: threads) { chunk in
      let index = LabelIndex(identities)
      var last: (subject: LabelSelector, selected: [Int32])?
      return chunks[chunk].map { rule -> [Int32] in
        let entry = entries[rule].entry
        guard !entry.subjectIsNode else { return [] }
        if let last, last.subject == entry.subject { return last.selected }
        let selected = index.query(entry.subject).matches()
        last = (entry.subject, selected)
        return selected
      }
    }
    var result = [Rules](repeating: [], count: map.identities.count)
    for (rule, selected) in selected.lazy.joined().enumerated() {
      for identity in selected { result[local[Int(identity)]].append(Int32(rule)) }
    }
    return result
  }
}

/// The distinct rule sets of a cluster's local endpoints.
struct EndpointGroups {
  private(set) var sets: [RuleSet] = []
  /// By the map's endpoints; nil for those whose policy nobody asks for.
  private(set) var setOfEndpoint: [Int?] = []

  init(map: IdentityMap, pods: [Pod], entries: [CompiledEntry], threads: Int) {
    let grouping = EndpointGrouping(map: map, pods: pods, entries: entries, threads: threads)
    var numbers: [RuleSet: Int] = [:]
    for endpoint in map.endpoints {
      guard endpoint.isLocal else {
        setOfEndpoint.append(nil)
        continue
      }
      let set = grouping.ruleSet(of: endpoint)
      if let known = numbers[set] {
        setOfEndpoint.append(known)
      } else {
        numbers[set] = sets.count
        setOfEndpoint.append(sets.count)
        sets.append(set)
      }
    }
  }
}

extension NamedPorts {
  /// Pods on their node's network are no peers by themselves: the agent keeps neither addresses nor ports of them.
  init(ofPeers pods: [Pod]) {
    self.init()
    for index in pods.indices where !pods[index].ports.isEmpty && !pods[index].isFinished && !pods[index].hostNetwork {
      add(pods[index].ports)
    }
  }
}

extension PolicyCompiler.Context {
  /// Evaluates the selectors that were registered.
  init(
    _ cache: SelectorCache, settings: Settings, compatibility: Compatibility, templates: RuleTemplates,
    clusterPorts: NamedPorts, threads: Int
  ) {
    let wildcard = cache.register(.wildcard)
    let host = cache.register(.labels(.reserved("host")))
    let nobody = cache.register(.labels(.reserved("none")))
    cache.evaluate(threads: threads)
    self.init(
      settings: settings, compatibility: compatibility, rules: templates, selections: cache.selections,
      wildcard: wildcard, host: host,
      nobody: nobody, clusterPorts: clusterPorts)
  }
}
