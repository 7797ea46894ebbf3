import Addresses
import Cluster
import Manifest
import Policy
import Rules
import Tables

/// What all checks look at: the cluster, the rules in force, and who is selected by what.
struct FindingContext {
  /// A rule with the identities that it applies to.
  struct Rule {
    let entry: PolicyEntry
    /// Indices into `IdentityMap.identities`; empty for host policies.
    let subjects: [Int32]
    /// The policy as a whole.
    let policy: RuleOrigin
  }

  let cluster: Cluster
  let compatibility: Compatibility
  let groups: [CIDRGroup]
  let tables: Tables
  let map: IdentityMap
  let cache: SelectorCache
  let services: ServiceResolver
  /// Of accepted policies only.
  let rules: [Rule]
  /// Indices of pods, by identity; pods that Cilium does not manage left out.
  let podsOfIdentity: [Int32: [Int]]
  /// Namespaces with managed pods.
  let populatedNamespaces: Set<String>
  /// Index into `Tables.policies`, by pod; nil when nobody judges the pod.
  let policyOfPod: [Int?]

  init(_ input: Compiler.Input, tables: Tables) {
    cluster = input.cluster
    compatibility = input.compatibility
    groups = input.groups
    self.tables = tables
    map = IdentityMap(cluster: input.cluster, outside: OutsideAddresses(), localNode: nil)
    let cache = SelectorCache(map: map)
    self.cache = cache
    services = ServiceResolver(cluster: input.cluster, compatibility: input.compatibility)
    rules = input.policies.lazy.filter(\.isAccepted).flatMap { policy in
      let origin = RuleOrigin(
        kind: policy.kind, namespace: policy.namespace, name: policy.name, location: policy.location, path: "")
      return policy.entries.map { entry in
        Rule(
          entry: entry, subjects: entry.subjectIsNode ? [] : cache.selection(of: .labels(entry.subject)), policy: origin
        )
      }
    }
    var podsOfIdentity: [Int32: [Int]] = [:]
    var namespaces: Set<String> = []
    for endpoint in map.endpoints where endpoint.isLocal {
      guard case .pod(let pod) = endpoint.kind else { continue }
      podsOfIdentity[Int32(endpoint.identity), default: []].append(pod)
      namespaces.insert(input.cluster.pods[pod].namespace)
    }
    self.podsOfIdentity = podsOfIdentity
    populatedNamespaces = namespaces
    let policies = Dictionary(
      tables.endpoints.lazy.filter(\.isLocal).compactMap { row in row.policy.map { (row.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    policyOfPod = input.cluster.pods.map { policies["\($0.namespace)/\($0.name)"] }
  }

  var settings: Settings { cluster.settings }

  /// Without pods nothing can be said of who is selected.
  var knowsPods: Bool { !populatedNamespaces.isEmpty }

  func pods(of identities: some Sequence<Int32>) -> [Int] {
    identities.flatMap { podsOfIdentity[$0] ?? [] }
  }

  /// `shop/web`, or `3 pods, such as shop/web`.
  func text(ofPods pods: some Collection<Int>) -> String {
    guard let first = pods.lazy.map({ name(ofPod: $0) }).min() else { return "no pod" }
    return pods.count == 1 ? first : "\(pods.count) pods, such as \(first)"
  }

  func name(ofPod pod: Int) -> String { "\(cluster.pods[pod].namespace)/\(cluster.pods[pod].name)" }
}

extension PolicyEntry {
  /// Neither peers nor ports: the form that only switches default deny on.
  var isBaseline: Bool {
    !isDeny && ports.isEmpty && services.isEmpty && (peers.map(\.isEmpty) ?? (origin.kind == "NetworkPolicy"))
  }

  /// The numbers that a port rule lists for TCP, or that stand for all of them; nil with a name among them.
  func covers(port: UInt16, _ protocols: Set<L4Protocol>) -> Bool {
    ports.isEmpty
      || ports.contains { rule in
        rule.ports.contains { element in
          guard case .number(let number) = element.port,
            element.protocol == .any || protocols.contains(element.protocol)
          else { return false }
          return number == 0 || number == port
            || (port > number && Int32(port) <= element.endPort)
        }
      }
  }
}

extension PeerSelector {
  /// A selector of pods by their labels, as against entities and addresses.
  var podSelector: LabelSelector? {
    guard case .labels(let selector) = self, !selector.isWildcard,
      !selector.requirements.contains(where: { $0.source == "reserved" })
    else { return nil }
    return selector
  }

  func isReserved(_ name: String) -> Bool { self == .labels(.reserved(name)) }
}
