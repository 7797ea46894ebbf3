public import Addresses
public import Cluster
public import Policy
import Rules
public import Tables

/// Cluster × policies → tables.
public struct Compiler {
  public struct Input: Sendable {
    public var cluster: Cluster
    /// Refused ones may be among them; they have no entries.
    public var policies: [PolicyObject] = []
    public var groups: [CIDRGroup] = []
    /// Judge from this node's point of view; nil: every endpoint is local on its own node.
    public var localNode: String?
    public var compatibility = Compatibility.release
    /// Names already resolved, for `toFQDNs`.
    public var names: [(name: String, addresses: [IPAddress])] = []

    public init(cluster: Cluster) {
      self.cluster = cluster
    }
  }

  private let input: Input
  private let threads: Int
  private var provenance = ProvenanceBuilder()
  private var entries: [CompiledEntry] = []

  private init(_ input: Input, threads: Int) {
    self.input = input
    self.threads = threads
  }

  /// The tables of all endpoints. The order of objects in the input has no influence, nor the number of threads.
  public static func compile(_ input: Input, threads: Int = Cores.count) -> Tables {
    compilation(of: input, threads: threads).tables
  }

  /// The same together with what the tables were made from, for those who explain them.
  public static func compilation(of input: Input, threads: Int = Cores.count) -> Compilation {
    var compiler = Compiler(input, threads: threads)
    return compiler.run()
  }

  private mutating func run() -> Compilation {
    let parts = parts()
    return Compilation(
      input: input, tables: parts.tables, entries: parts.entries, identities: parts.map, times: parts.times)
  }

  /// What a compilation consists of, for those who go on changing it.
  struct Parts {
    let map: IdentityMap
    let entries: [CompiledEntry]
    let cache: SelectorCache
    let templates: RuleTemplates
    let groups: EndpointGroups
    /// By the sets of `groups`, with the numbers of the tables.
    let policies: [CompiledPolicy]
    let numbering: PolicyNumbering
    let tables: Tables
    let times: CompilationTimes
  }

  static func parts(of input: Input, threads: Int) -> Parts {
    var compiler = Compiler(input, threads: threads)
    return compiler.parts()
  }

  private mutating func parts() -> Parts {
    let clock = ContinuousClock()
    var times = CompilationTimes()
    let start = clock.now
    collectEntries()
    var builder = IdentityMapBuilder(
      cluster: input.cluster, outside: outsideAddresses(), localNode: input.localNode, threads: threads)
    let collected = clock.now
    builder.addCluster()
    let loaded = clock.now
    builder.addOutside()
    let map = builder.map
    let groups = EndpointGroups(map: map, pods: input.cluster.pods, entries: entries, threads: threads)
    let cache = SelectorCache(map: map)
    var templates = RuleTemplates()
    for set in groups.sets { for rule in set.rules { templates.demand(rule, of: entries, cache) } }
    let required = groups.sets.map { RequiredPeers($0, templates, cache) }
    let context = PolicyCompiler.Context(
      cache, settings: input.cluster.settings, compatibility: input.compatibility, templates: templates,
      clusterPorts: NamedPorts(ofPeers: input.cluster.pods), threads: threads)
    let added = clock.now
    var policies = compile(groups.sets, context, required)
    var numbering = PolicyNumbering(provenance)
    for index in policies.indices { numbering.number(&policies[index]) }
    var tables = Tables()
    let indices = addPolicies(policies, groups, context.selections, to: &tables)
    let resolved = clock.now
    tables.identities = Self.identities(map.identities, threads: threads)
    tables.ipcache = map.ipcache.map {
      IPCacheEntry(
        prefix: $0.prefix, identity: map.identities[$0.identity].id, nodeIndex: $0.nodeIndex.map(Int32.init) ?? -1)
    }
    addEndpoints(map, policies: indices, to: &tables)
    tables.redirects = numbering.redirects
    tables.provenance = numbering.provenance.provenance
    tables.settings = Self.datapathSettings(input.cluster)
    ServiceTable(cluster: input.cluster).fill(&tables)
    times.rules = (collected - start) + (added - loaded)
    times.endpoints = resolved - added
    times.identities = (loaded - collected) + (clock.now - resolved)
    return Parts(
      map: map, entries: entries, cache: cache, templates: templates, groups: groups, policies: policies,
      numbering: numbering, tables: tables, times: times)
  }

  static func datapathSettings(_ cluster: Cluster) -> DatapathSettings {
    var settings = DatapathSettings(cluster.settings)
    settings.hasClusterIdentities =
      !cluster.ciliumIdentities.isEmpty || cluster.ciliumEndpoints.contains { $0.identity != nil }
    return settings
  }

  private mutating func collectEntries() {
    let services = ServiceResolver(cluster: input.cluster, compatibility: input.compatibility)
    let policies = input.policies
    let settings = input.cluster.settings
    let order = Self.order(of: policies)
    var firstRules: [UInt32] = []
    firstRules.reserveCapacity(order.count)
    for index in order {
      firstRules.append(provenance.nextRule)
      for entry in policies[index].entries { _ = provenance.add(entry) }
    }
    let starts = firstRules
    let chunks = Cores.chunks(of: order.count, atLeast: 64, threads: threads)
    entries = Cores.map(chunks.count, threads: threads) { chunk in
      var result: [CompiledEntry] = []
      for position in chunks[chunk] {
        for (offset, entry) in policies[order[position]].entries.enumerated() {
          result.append(
            CompiledEntry(
              entry: entry, rule: starts[position] + UInt32(offset), peers: services.peers(of: entry),
              settings: settings))
        }
      }
      return result
    }.flatMap(\.self)
  }

  /// Indices of the accepted policies by name, so that the order of the files has no influence.
  private static func order(of policies: [PolicyObject]) -> [Int] {
    policies.indices.filter { policies[$0].isAccepted }.sorted { a, b in
      if policies[a].namespace != policies[b].namespace { return policies[a].namespace < policies[b].namespace }
      if policies[a].name != policies[b].name { return policies[a].name < policies[b].name }
      return policies[a].kind < policies[b].kind
    }
  }

  // MARK: Identities

  private func outsideAddresses() -> OutsideAddresses {
    var outside = OutsideAddresses()
    for group in input.groups.sorted(by: { $0.name < $1.name }) {
      var labels = group.labels.sorted { $0.key < $1.key }.map {
        Label(source: "cidrgroup", key: $0.key, value: $0.value)
      }
      labels.append(Label(source: "cidrgroup", key: LabelKey.cidrGroupName + group.name))
      for prefix in group.prefixes { outside.add(prefix: prefix, groupLabels: labels) }
    }
    var names: Set<FQDNSelector> = []
    for entry in entries {
      for peer in entry.peers ?? [] {
        switch peer {
        case .labels: break
        case .fqdn(let selector): names.insert(selector)
        case .cidr(let selector):
          if case .prefix(let prefix) = selector.base { outside.add(prefix: prefix) }
          for exception in selector.exceptions { outside.add(prefix: exception) }
        }
      }
    }
    let dialect: DNSPattern.Dialect = input.compatibility == .snapshot ? .snapshot : .release
    for selector in names {
      let pattern = DNSPattern(
        matchName: selector.matchName, matchPattern: selector.matchPattern, dialect: dialect, forSelector: true)
      for known in input.names where pattern.matches(known.name) {
        for address in known.addresses { outside.add(address: address, fqdnSelector: selector.text) }
      }
    }
    return outside
  }

  /// Rows of the tables.
  static func identities(_ all: [SecurityIdentity], threads: Int) -> [Identity] {
    let chunks = Cores.chunks(of: all.count, atLeast: 256, threads: threads)
    var result = Cores.map(chunks.count, threads: threads) { chunk in
      chunks[chunk].map { Identity(id: all[$0].id, labels: all[$0].labels.texts) }
    }.flatMap(\.self)
    result.sort { $0.id < $1.id }
    // Several hosts may share a number: its labels are then those of any of them.
    for index in result.indices.reversed().dropLast() where result[index].id == result[index - 1].id {
      result[index - 1].labels = Set(result[index - 1].labels + result[index].labels).sorted()
      result.remove(at: index)
    }
    return result
  }

  // MARK: Endpoints

  private func compile(
    _ sets: [RuleSet], _ context: PolicyCompiler.Context, _ required: [RequiredPeers?]
  ) -> [CompiledPolicy] {
    let chunks = Cores.chunks(of: sets.count, atLeast: 4, threads: threads)
    return Cores.map(chunks.count, threads: threads) { chunk in
      var compiler = PolicyCompiler(context)
      return chunks[chunk].map { compiler.compile(sets[$0], requirements: required[$0]) }
    }.flatMap(\.self)
  }

  /// Adds the policies, equal ones once, and returns the index of each of the map's endpoints' own.
  private func addPolicies(
    _ policies: [CompiledPolicy], _ groups: EndpointGroups, _ selections: [Selection], to tables: inout Tables
  ) -> [Int?] {
    let chunks = Cores.chunks(of: policies.count, atLeast: 4, threads: threads)
    tables.policies = Cores.map(chunks.count, threads: threads) { chunk in
      chunks[chunk].map { EndpointPolicy(policies[$0], selections, host: groups.sets[$0].host) }
    }.flatMap(\.self)
    return tables.shareEqualPolicies(groups.setOfEndpoint)
  }

  private func addEndpoints(_ map: IdentityMap, policies: [Int?], to tables: inout Tables) {
    tables.endpoints.reserveCapacity(map.endpoints.count)
    for (endpoint, policy) in zip(map.endpoints, policies) {
      var row = Endpoint(
        name: endpoint.name, identity: map.identities[endpoint.identity].id, isLocal: endpoint.isLocal)
      row.fill(from: endpoint, cluster: input.cluster, nodeNames: map.nodeNames)
      row.policy = policy
      tables.endpoints.append(row)
    }
    tables.endpoints.sort { ($0.name, $0.node) < ($1.name, $1.node) }
  }
}

extension Endpoint {
  fileprivate mutating func fill(from endpoint: ManagedEndpoint, cluster: Cluster, nodeNames: [String]) {
    if case .pod(let index) = endpoint.kind { fill(from: cluster.pods[index]) }
    addresses = endpoint.addresses
    endpointID = UInt32(clamping: endpoint.endpointID)
    if let index = endpoint.node {
      node = nodeNames[index]
      nodeIndex = Int32(index)
    }
  }

  /// But for the node.
  mutating func fill(from pod: Pod) {
    addresses = pod.addresses
    namespace = pod.namespace
    podName = pod.name
    ports = pod.ports.map { NamedPort(name: $0.name, port: $0.port, protocolNumber: $0.protocolNumber) }
    workloadKind = pod.workload?.kind ?? ""
    workloadName = pod.workload?.name ?? ""
  }
}

extension Tables {
  /// Stores equal policies once and returns the indices as they are then.
  fileprivate mutating func shareEqualPolicies(_ indices: [Int?]) -> [Int?] {
    var kept: [EndpointPolicy] = []
    var bySize: [Int: [Int]] = [:]
    var newIndex: [Int] = []
    for policy in policies {
      let candidates = bySize[policy.entries.count] ?? []
      if let known = candidates.first(where: { kept[$0] == policy }) {
        newIndex.append(known)
      } else {
        bySize[policy.entries.count, default: []].append(kept.count)
        newIndex.append(kept.count)
        kept.append(policy)
      }
    }
    policies = kept
    return indices.map { $0.map { newIndex[$0] } }
  }
}

extension DatapathSettings {
  init(_ settings: Settings) {
    self.init()
    enableIPv4 = settings.enableIPv4
    enableIPv6 = settings.enableIPv6
    auditMode = settings.auditMode
    sctp = settings.sctp
    icmpRules = settings.icmpRules
    extendedIPProtocols = settings.extendedIPProtocols
    allowICMPFragNeeded = settings.allowICMPFragNeeded
    fragmentTrackingIPv4 = settings.fragmentTrackingIPv4
    fragmentTrackingIPv6 = settings.fragmentTrackingIPv6
    hostFirewall = settings.hostFirewall
    tunnelPort = settings.tunnelPort
    timeoutTCP = UInt32(clamping: settings.timeoutTCP)
    timeoutTCPSyn = UInt32(clamping: settings.timeoutTCPSyn)
    timeoutTCPFin = UInt32(clamping: settings.timeoutTCPFin)
    timeoutAny = UInt32(clamping: settings.timeoutAny)
    clusterName = settings.clusterName
  }
}
