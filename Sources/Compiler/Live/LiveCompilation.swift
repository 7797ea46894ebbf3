import Addresses
public import Cluster
import Policy
import Rules
public import Tables

/// A compilation that follows changes of its input without compiling the rest again.
///
/// What each change did comes as a `TablesDelta`; `tables` gives everything at any time. The tables are those that a full
/// compilation of the changed input gives, but for numbers that depend on history:
/// - identities keep their numbers as long as somebody has them and new ones get the next free number, as with an agent;
/// - so do policies, rules, rule lists and redirects; gaps in `Tables.policies` are empty policies that nobody has, and
///   unused lists stay;
/// - endpoints share a policy where the same rules select them, not where different rules happen to say the same.
///
/// These changes compile everything, with numbers as a new compilation gives them: `Change.everything` (services, nodes,
/// settings); a pod in a dump with CiliumEndpoint or CiliumIdentity objects, which state the identities themselves; a pod
/// on a node that nobody else is on; and, where CIDRs match nodes, policies, groups and names.
public struct LiveCompilation: ~Copyable {
  let threads: Int
  /// As it is now.
  public internal(set) var input: Compiler.Input
  var inputIndex: InputIndex

  var identities: LiveIdentities
  var cache: SelectorCache
  var watch = SelectorWatch()
  var rules: LiveRules
  var templates: RuleTemplates
  var numbering: PolicyNumbering
  let services: ServiceResolver
  /// Number of the selector of everything.
  let wildcard: Int32

  let nodes: NodeView
  var labelReader: PodLabelReader
  var outside: OutsideDirectory
  /// Names of the pods that have an address, in order; the first one's identity counts.
  var podsOfAddress: [IPPrefix: [String]] = [:]
  var ipcache: [IPPrefix: IPCacheRow] = [:]
  /// How many rules ask for a `toFQDNs` selector.
  var nameSelectors: [FQDNSelector: NameSelector] = [:]
  var ports: LivePorts

  var endpoints: [LiveEndpoint?] = []
  var freeEndpoints: [Int] = []
  var endpointOfPod: [String: Int] = [:]
  /// Local ones by identity slot, with the rules that select them.
  var locals: [Int: LocalIdentity] = [:]
  var policies = LivePolicies()

  var delta = TablesDelta()
  private var snapshot: Tables?

  public init(_ input: Compiler.Input, threads: Int = Cores.count) {
    let parts = Compiler.parts(of: input, threads: threads)
    self.threads = threads
    self.input = input
    inputIndex = InputIndex(input)
    nodes = NodeView(parts.map, input)
    cache = parts.cache
    templates = parts.templates
    numbering = parts.numbering
    services = ServiceResolver(cluster: input.cluster, compatibility: input.compatibility)
    labelReader = PodLabelReader(cluster: input.cluster)
    outside = OutsideDirectory(isDualStack: input.cluster.settings.isDualStack)
    ports = LivePorts(input.cluster.pods)
    rules = LiveRules(parts.entries, counts: inputIndex.policiesInOrder(input), parts.cache.index)
    let pods = parts.map.endpoints.filter { if case .pod = $0.kind { true } else { false } }
    let inside = nodes.prefixes.union(pods.lazy.flatMap(\.addresses).map { IPPrefix(host: $0) })
    identities = LiveIdentities(
      parts.map.identities, podUsers: pods.map(\.identity),
      outsideUsers: parts.map.ipcache.filter { !inside.contains($0.prefix) }.map(\.identity))
    wildcard = cache.number(of: .wildcard)
    self.input.cluster.pods.reserveCapacity(input.cluster.pods.count + 64)
    self.input.policies.reserveCapacity(input.policies.count + 64)
    claimOutside()
    adopt(parts)
    delta = TablesDelta()
  }

  /// Everything as it is now.
  public var tables: Tables {
    mutating get {
      if let snapshot { return snapshot }
      let tables = makeTables()
      snapshot = tables
      return tables
    }
  }

  /// Follows a change and tells what it did.
  public mutating func apply(_ change: Change) -> TablesDelta {
    snapshot = nil
    delta = TablesDelta()
    delta.firstList = numbering.provenance.listCount
    let redirects = numbering.redirects.count
    if let whole = inputAfter(change) {
      self = LiveCompilation(whole, threads: threads)
      delta.replacesEverything = true
      return delta
    }
    follow(change)
    policies.finish(&delta)
    delta.lists = numbering.provenance.lists(from: delta.firstList)
    delta.redirects = Array(numbering.redirects[redirects...])
    return delta
  }

  private mutating func follow(_ change: Change) {
    switch change {
    case .pod(let pod): setPod(pod, named: InputIndex.key(pod))
    case .podRemoved(let namespace, let name): setPod(nil, named: "\(namespace)/\(name)")
    case .policy(let policy): setPolicy(policy, named: InputIndex.name(policy))
    case .policyRemoved(let kind, let namespace, let name):
      setPolicy(nil, named: .init(namespace: namespace, name: name, kind: kind))
    case .namespace(let namespace): setNamespace(namespace, named: namespace.name)
    case .namespaceRemoved(let name): setNamespace(nil, named: name)
    case .group(let group): setGroup(group, named: group.name)
    case .groupRemoved(let name): setGroup(nil, named: name)
    case .name(let name, let addresses): setName(name, addresses)
    case .everything: break
    }
  }
}

/// An address block's row.
struct IPCacheRow: Equatable {
  /// Slot of the identity.
  var identity: Int
  var nodeIndex: Int?
  /// The row is a user of the identity: the block is outside the cluster.
  var isOutside: Bool
}

/// An endpoint and whose policy it has.
struct LiveEndpoint {
  var row: Endpoint
  let isHost: Bool
  /// Index into `NodeView.names`.
  let node: Int?
  /// Slot of the identity.
  var identity: Int
}

/// An identity with local endpoints.
struct LocalIdentity {
  var endpoints: [Int] = []
  /// The rules that select it, in order.
  var rules: [Int32]
}

/// What of the nodes never changes without compiling everything.
struct NodeView: Sendable {
  let names: [String]
  let indices: [String: Int]
  let hostIdentities: [Int]
  let hostPolicyLabels: [LabelSet]
  /// Blocks that belong to nodes, whatever else claims them.
  let prefixes: Set<IPPrefix>
  /// Nodes that exist whether or not pods are on them.
  let fixed: Set<String>

  init(_ map: IdentityMap, _ input: Compiler.Input) {
    names = map.nodeNames
    indices = Dictionary(uniqueKeysWithValues: map.nodeNames.enumerated().map { ($1, $0) })
    hostIdentities = map.hostIdentities
    hostPolicyLabels = map.hostPolicyLabels
    prefixes = Set(
      input.cluster.nodes.flatMap { $0.addresses + $0.healthAddresses + $0.ingressAddresses }.map { IPPrefix(host: $0) }
    )
    fixed = Set(input.cluster.nodes.map(\.name) + [input.localNode ?? ""])
  }

  func hostIdentity(of node: Int?) -> Int { node.map { hostIdentities[$0] } ?? 0 }
}
