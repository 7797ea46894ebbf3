import Addresses
import Cluster
import Compiler
import Dataplane
import Manifest
import Policy
import Rules
import Tables

/// A scenario gone through the real reader, the compiler and the packet path's own lookup.
struct CompiledScenario {
  let tables: Tables
  let policies: [PolicyObject]
  private let lookup: LookupTables
  private let cluster: Cluster
  private let rows: [String: Int]

  init(_ scenario: Scenario) {
    self.init(scenario, policies: Self.read(scenario))
  }

  /// - Parameter policies: instead of the scenario's own.
  init(_ scenario: Scenario, policies: [PolicyObject]) {
    cluster = scenario.cluster
    self.policies = policies
    tables = Compiler.compile(Self.input(scenario, policies))
    lookup = LookupTables(tables)
    rows = Dictionary(
      tables.endpoints.enumerated().map { (Self.key($1.name, $1.node), $0) }, uniquingKeysWith: { first, _ in first })
  }

  static func input(_ scenario: Scenario, _ policies: [PolicyObject]) -> Compiler.Input {
    var input = Compiler.Input(cluster: scenario.cluster)
    input.policies = policies
    input.groups = scenario.groups
    input.localNode = scenario.localNode
    input.compatibility = scenario.compatibility
    input.names = scenario.names
    return input
  }

  static func read(_ scenario: Scenario) -> [PolicyObject] {
    let reader = PolicyReader(
      settings: scenario.cluster.settings, validation: .agent, compatibility: scenario.compatibility)
    return scenario.policies.flatMap { policy in
      var result: [PolicyObject] = []
      var manifests = ManifestReader()
      manifests.read(text: policy.yaml, file: "\(policy.name).yaml") { result.append(reader.read($0)) }
      return result
    }
  }

  private static func key(_ name: String, _ node: String) -> String { "\(name)@\(node)" }

  // MARK: Asking

  private func row(_ actor: NaiveActor, on node: String) -> Int? {
    let name =
      switch actor {
      case .pod(let index): "\(cluster.pods[index].namespace)/\(cluster.pods[index].name)"
      case .host: "reserved:host"
      case .health: "reserved:health"
      case .ingress: "reserved:ingress"
      case .address: ""
      }
    return rows[Self.key(name, node)]
  }

  /// nil when the tables know nobody of that name or nobody judges its traffic.
  func policy(of actor: NaiveActor, on node: String) -> EndpointPolicy? {
    row(actor, on: node).flatMap { tables.endpoints[$0].policy }.map { tables.policies[$0] }
  }

  /// nil when the subject has no policy.
  func verdict(
    of subject: NaiveActor, on node: String, _ direction: Direction, peer: NaiveActor, protocolNumber: UInt8,
    port: UInt16
  ) -> NaiveVerdict? {
    guard let row = row(subject, on: node), let policy = tables.endpoints[row].policy else { return nil }
    let answer = lookup.lookup(
      policy: policy, direction: direction, peer: identity(of: peer, seenBy: tables.endpoints[row]),
      protocolNumber: protocolNumber, port: port)
    switch answer.reason {
    case .none: break
    case .policyDeny: return NaiveVerdict(outcome: .refusedByRule)
    default: return NaiveVerdict(outcome: .notAdmitted)
    }
    return NaiveVerdict(
      outcome: .allowed, redirect: answer.redirect == 0 ? "" : tables.redirects[Int(answer.redirect) - 1].name,
      authentication: answer.authenticationNumber)
  }

  private func identity(of peer: NaiveActor, seenBy endpoint: Endpoint) -> UInt32 {
    switch peer {
    case .address(let address):
      // A node's address is the host to its own endpoints and a remote node to all others.
      let own = tables.ipcache.first { $0.nodeIndex >= 0 && $0.prefix.isHost && $0.prefix.address == address }
      guard let own else { return lookup.resolve(address).identity }
      return own.nodeIndex == endpoint.nodeIndex ? ReservedIdentity.host : own.identity
    case .pod(let index):
      return row(peer, on: cluster.pods[index].node).map { tables.endpoints[$0].identity } ?? 0
    case .host(let node), .health(let node), .ingress(let node):
      return row(peer, on: node).map { tables.endpoints[$0].identity } ?? 0
    }
  }
}
