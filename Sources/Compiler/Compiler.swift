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
  private var provenance = ProvenanceBuilder()
  private var entries: [CompiledEntry] = []

  private init(_ input: Input) {
    self.input = input
  }

  /// The tables of all endpoints. The order of objects in the input has no influence.
  public static func compile(_ input: Input) -> Tables {
    compilation(of: input).tables
  }

  /// The same together with what the tables were made from, for those who explain them.
  public static func compilation(of input: Input) -> Compilation {
    var compiler = Compiler(input)
    return compiler.run()
  }

  private mutating func run() -> Compilation {
    collectEntries()
    let map = IdentityMap(cluster: input.cluster, outside: outsideAddresses(), localNode: input.localNode)
    var tables = Tables()
    tables.identities = Self.identities(of: map)
    tables.ipcache = map.ipcache.map {
      IPCacheEntry(
        prefix: $0.prefix, identity: map.identities[$0.identity].id, nodeIndex: $0.nodeIndex.map(Int32.init) ?? -1)
    }
    tables.settings = DatapathSettings(input.cluster.settings)
    tables.settings.hasClusterIdentities =
      !input.cluster.ciliumIdentities.isEmpty || input.cluster.ciliumEndpoints.contains { $0.identity != nil }
    compileEndpoints(map, into: &tables)
    ServiceTable(cluster: input.cluster).fill(&tables)
    return Compilation(input: input, tables: tables, entries: entries, identities: map)
  }

  private mutating func collectEntries() {
    let services = ServiceResolver(cluster: input.cluster, compatibility: input.compatibility)
    let policies = input.policies.filter(\.isAccepted).sorted {
      ($0.namespace, $0.name, $0.kind) < ($1.namespace, $1.name, $1.kind)
    }
    for entry in policies.flatMap(\.entries) {
      entries.append(
        CompiledEntry(
          entry: entry, rule: provenance.add(entry), peers: services.peers(of: entry), settings: input.cluster.settings)
      )
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
    for peer in entries.flatMap({ $0.peers ?? [] }) {
      switch peer {
      case .labels: break
      case .fqdn(let selector): names.insert(selector)
      case .cidr(let selector):
        if case .prefix(let prefix) = selector.base { outside.add(prefix: prefix) }
        for exception in selector.exceptions { outside.add(prefix: exception) }
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

  private static func identities(of map: IdentityMap) -> [Identity] {
    var result = map.identities.map { Identity(id: $0.id, labels: $0.labels.texts) }.sorted { $0.id < $1.id }
    // Several hosts may share a number: its labels are then those of any of them.
    for index in result.indices.reversed().dropLast() where result[index].id == result[index - 1].id {
      result[index - 1].labels = Set(result[index - 1].labels + result[index].labels).sorted()
      result.remove(at: index)
    }
    return result
  }

  // MARK: Endpoints

  private mutating func compileEndpoints(_ map: IdentityMap, into tables: inout Tables) {
    let cluster = input.cluster
    let cache = SelectorCache(map: map)
    var compiler = EndpointCompiler(
      settings: cluster.settings, compatibility: input.compatibility, map: map, cache: cache,
      // Pods on their node's network are no peers by themselves: the agent keeps neither addresses nor ports of them.
      clusterPorts: NamedPorts(cluster.pods.lazy.filter { !$0.isFinished && !$0.hostNetwork }.flatMap(\.ports)),
      provenance: provenance)
    let bySubject = entriesByIdentity(cache)
    var policyOfSubject: [EndpointCompiler.Subject: Int] = [:]
    for endpoint in map.endpoints {
      var row = Endpoint(
        name: endpoint.name, identity: map.identities[endpoint.identity].id, isLocal: endpoint.isLocal)
      row.fill(from: endpoint, cluster: cluster, nodeNames: map.nodeNames)
      if endpoint.isLocal {
        let subject = subject(of: endpoint, map)
        if policyOfSubject[subject] == nil {
          let selected = selectedEntries(subject, bySubject, map)
          policyOfSubject[subject] = tables.policies.count
          tables.policies.append(compiler.compile(subject, entries: selected))
        }
        row.policy = policyOfSubject[subject]
      }
      tables.endpoints.append(row)
    }
    tables.endpoints.sort { ($0.name, $0.node) < ($1.name, $1.node) }
    tables.redirects = compiler.redirects
    tables.provenance = compiler.provenance.provenance
    tables.shareEqualPolicies()
  }

  private func subject(of endpoint: ManagedEndpoint, _ map: IdentityMap) -> EndpointCompiler.Subject {
    var ports: [Pod.NamedPort] = []
    var namespace = ""
    if case .pod(let index) = endpoint.kind {
      ports = input.cluster.pods[index].ports
      namespace = input.cluster.pods[index].namespace
    }
    let isHost = endpoint.kind == .host
    // Endpoints of nodes with the same host identity cannot tell them apart, the host itself can.
    let node =
      isHost
      ? endpoint.node : endpoint.node.flatMap { map.hostIdentities.firstIndex(of: map.hostIdentities[$0]) }
    return EndpointCompiler.Subject(
      isHost: isHost, identity: endpoint.identity, node: node, ports: NamedPorts(ports), namespace: namespace)
  }

  /// Entries with an endpoint selector, by the identity they select.
  private func entriesByIdentity(_ cache: SelectorCache) -> [Int: [Int]] {
    var result: [Int: [Int]] = [:]
    for (index, entry) in entries.enumerated() where !entry.entry.subjectIsNode {
      for identity in cache.selection(of: .labels(entry.entry.subject)) {
        result[Int(identity), default: []].append(index)
      }
    }
    return result
  }

  private func selectedEntries(
    _ subject: EndpointCompiler.Subject, _ byIdentity: [Int: [Int]], _ map: IdentityMap
  ) -> [CompiledEntry] {
    guard subject.isHost else { return (byIdentity[subject.identity] ?? []).map { entries[$0] } }
    let labels = subject.node.map { map.hostPolicyLabels[$0] } ?? LabelSet([.reserved("host")])
    return entries.filter { $0.entry.subjectIsNode && labels.matches($0.entry.subject) }
  }
}

extension Endpoint {
  fileprivate mutating func fill(from endpoint: ManagedEndpoint, cluster: Cluster, nodeNames: [String]) {
    addresses = endpoint.addresses
    endpointID = UInt32(clamping: endpoint.endpointID)
    if let index = endpoint.node {
      node = nodeNames[index]
      nodeIndex = Int32(index)
    }
    guard case .pod(let index) = endpoint.kind else { return }
    let pod = cluster.pods[index]
    namespace = pod.namespace
    podName = pod.name
    ports = pod.ports.map { NamedPort(name: $0.name, port: $0.port, protocolNumber: $0.protocolNumber) }
    workloadKind = pod.workload?.kind ?? ""
    workloadName = pod.workload?.name ?? ""
  }
}

extension Tables {
  /// Stores equal policies once.
  fileprivate mutating func shareEqualPolicies() {
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
    for index in endpoints.indices { endpoints[index].policy = endpoints[index].policy.map { newIndex[$0] } }
  }
}

extension DatapathSettings {
  fileprivate init(_ settings: Settings) {
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
