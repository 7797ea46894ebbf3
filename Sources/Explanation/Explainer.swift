import Cluster
public import Compiler
import Policy
import Rules
import Tables

/// Says why the tables answer as they do.
public struct Explainer: Sendable {
  public let compilation: Compilation
  private let entryOfRule: [UInt32: Int]
  private let identityOfNumber: [UInt32: Int]
  private let clusterPortNames: PortNames
  private let deferredEntries: [PolicyEntry]

  public init(_ compilation: Compilation) {
    self.compilation = compilation
    entryOfRule = Dictionary(
      compilation.entries.enumerated().map { ($1.rule, $0) }, uniquingKeysWith: { first, _ in first })
    identityOfNumber = Dictionary(
      compilation.identities.identities.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    deferredEntries = compilation.input.policies.flatMap(\.deferredEntries)
    clusterPortNames = PortNames(
      compilation.input.cluster.pods.lazy.filter { !$0.isFinished }.flatMap(\.ports))
  }

  public func explain(_ question: Question, _ answer: Answer) -> Explanation {
    let scene = scene(question)
    if let error = answer.error {
      var explanation = Explanation(
        basis: .uncomputable, reason: "The policies of \(scene.endpoint.name) cannot be merged: \(error).")
      explanation.undecidable = [
        "the policies of \(scene.endpoint.name) cannot be merged (\(error)); "
          + "Cilium keeps the endpoint's previous policy, which the input does not tell"
      ]
      return explanation
    }
    var explanation = Verdict(scene: scene, answer: answer).explanation
    explanation.undecidable = InputGaps(scene: scene, answer: answer).reasons
    return explanation
  }

  func scene(_ question: Question) -> Scene {
    let tables = compilation.tables
    let endpoint = tables.endpoints[question.endpoint]
    let policy = endpoint.policy.map { tables.policies[$0] } ?? EndpointPolicy()
    let rules = tables.provenance.lists[Int(policy.rules(question.direction))]
    let portNames =
      question.direction == .egress
      ? clusterPortNames
      : PortNames(
        endpoint.ports.map { Pod.NamedPort(name: $0.name, port: $0.port, protocolNumber: $0.protocolNumber) })
    let peer = PeerView(
      identity: identity(question.peer.identity, seenFrom: endpoint), addresses: question.peer.addresses,
      name: question.peer.name)
    return Scene(
      question: question, compilation: compilation, endpoint: endpoint, policy: policy,
      entries: rules.compactMap { entryOfRule[$0].map { compilation.entries[$0] } }, peer: peer, portNames: portNames,
      deferredEntries: deferredEntries, clusterPortNames: clusterPortNames)
  }

  /// Hosts of several nodes share a number; each node knows its own.
  private func identity(_ number: UInt32, seenFrom endpoint: Endpoint) -> SecurityIdentity {
    let map = compilation.identities
    if number == ReservedIdentity.host {
      let node = endpoint.nodeIndex >= 0 ? Int(endpoint.nodeIndex) : nil
      return map.identities[map.hostIdentity(of: node)]
    }
    return identityOfNumber[number].map { map.identities[$0] } ?? SecurityIdentity(id: number, labels: LabelSet([]))
  }
}
