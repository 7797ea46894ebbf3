import Addresses
import Cluster
import Compiler
import Dataplane
import Explanation
import Manifest
import Policy
import Rules
import Tables
import Testing

/// A small cluster with policies, and whom to ask: `shop/web`, `shop/cart`, `ops/mon` and all that is outside.
struct World {
  let explainer: Explainer
  private let lookup: LookupTables

  private var tables: Tables { explainer.compilation.tables }

  init(
    _ policies: String, objects: String = "", options: [(name: String, value: String)] = [],
    compatibility: Compatibility = .release, names: [(name: String, addresses: [IPAddress])] = []
  ) {
    var reader = ClusterReader(overrides: options)
    reader.read(text: Self.cluster + "\n---\n" + objects, file: "cluster.yaml")
    reader.read(text: policies, file: "policies.yaml")
    let inventory = reader.inventory()
    let policyReader = PolicyReader(
      settings: inventory.cluster.settings, validation: .agent, compatibility: compatibility)
    var input = Compiler.Input(cluster: inventory.cluster)
    input.compatibility = compatibility
    input.names = names
    for object in inventory.policyObjects {
      if object.kind == "CiliumCIDRGroup" {
        input.groups += [policyReader.readCIDRGroup(object).0].compactMap(\.self)
      } else {
        input.policies.append(policyReader.read(object))
      }
    }
    let compilation = Compiler.compilation(of: input)
    explainer = Explainer(compilation)
    lookup = LookupTables(compilation.tables)
  }

  /// The policy of `endpoint` about `peer`, which is a pod, `reserved:host` or an address.
  func question(
    _ direction: Direction, at endpoint: String, peer: String, port: UInt16, protocol: UInt8 = 6
  ) throws -> Question {
    let index = try #require(tables.endpoints.firstIndex { $0.name == endpoint })
    var end = Question.Peer(identity: 0, addresses: [], name: peer)
    if let known = tables.endpoints.first(where: { $0.name == peer }) {
      end.identity = known.identity
      end.addresses = known.addresses
    } else {
      let address = try #require(IPAddress(peer))
      end.identity = lookup.resolve(address).identity
      end.addresses = [address]
    }
    return Question(endpoint: index, direction: direction, peer: end, protocolNumber: `protocol`, port: port)
  }

  func answer(_ question: Question) throws -> Answer {
    let index = try #require(tables.endpoints[question.endpoint].policy)
    let policy = tables.policies[index]
    let verdict = lookup.lookup(
      policy: index, direction: question.direction, peer: question.peer.identity,
      protocolNumber: question.protocolNumber, port: question.port)
    return Answer(
      entry: verdict.entry >= 0 ? policy.entries[Int(verdict.entry)] : nil, isDropped: verdict.reason != .none,
      redirect: verdict.redirect, authentication: verdict.authentication, error: policy.error)
  }

  func explain(
    _ direction: Direction, at endpoint: String, peer: String, port: UInt16, protocol: UInt8 = 6
  ) throws -> Explanation {
    let question = try question(direction, at: endpoint, peer: peer, port: port, protocol: `protocol`)
    return explainer.explain(question, try answer(question))
  }

  /// Ingress of `shop/web`.
  func intoWeb(from peer: String, port: UInt16 = 80, protocol: UInt8 = 6) throws -> Explanation {
    try explain(.ingress, at: "shop/web", peer: peer, port: port, protocol: `protocol`)
  }

  /// Egress of `shop/web`.
  func outOfWeb(to peer: String, port: UInt16 = 443, protocol: UInt8 = 6) throws -> Explanation {
    try explain(.egress, at: "shop/web", peer: peer, port: port, protocol: `protocol`)
  }

  private static let cluster = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
    ---
    {apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: infra}}}
    ---
    {apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}}
    ---
    \(pod("shop", "web", "10.0.0.1", port: "http", 8080))
    ---
    \(pod("shop", "cart", "10.0.0.2", port: "http", 80))
    ---
    \(pod("ops", "mon", "10.0.0.3", port: "metrics", 9090))
    """

  static func pod(_ namespace: String, _ name: String, _ address: String, port: String, _ number: Int) -> String {
    """
    {apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: \(namespace), labels: {app: \(name), pod-template-hash: x}}, \
    spec: {nodeName: n1, containers: [{name: c, image: i, ports: [{name: \(port), containerPort: \(number)}]}]}, \
    status: {podIP: \(address), podIPs: [{ip: \(address)}]}}
    """
  }
}

/// A CiliumNetworkPolicy `shop/NAME` for `app=web` around the other lines of its rule.
func policy(_ name: String, _ rule: String) -> String {
  """
  apiVersion: cilium.io/v2
  kind: CiliumNetworkPolicy
  metadata: {name: \(name), namespace: shop}
  spec:
    endpointSelector: {matchLabels: {app: web}}
    \(rule.replacing("\n", with: "\n  "))
  """
}

/// The same, called `shop/p`.
func policy(_ rule: String) -> String { policy("p", rule) }

func documents(_ texts: String...) -> String { texts.joined(separator: "\n---\n") }

extension Explanation {
  var paths: [String] { rules.map { "\($0.policy) \($0.path)" } }

  /// The nearest rule's mismatches as `kind: message`.
  var nearestMismatches: [String] {
    nearest.first.map { $0.mismatches.map { "\($0.kind.rawValue): \($0.message)" } } ?? []
  }
}
