import Addresses
import Cluster
import Compiler
import Dataplane
import Explanation
import Policy
import Rules
import Tables

/// A traced connection's reasons.
struct TraceExplanation {
  var egress: Explanation?
  var ingress: Explanation?
  /// What the input lacks to be sure of the overall verdict.
  var undecidable: [String] = []
  var referenceBugs: [ReferenceBug] = []
}

/// Explains traced connections. What the reference's bugs have to do with a verdict is asked of a second compilation,
/// which is made when it is first needed.
final class TraceExplainer {
  private let workspace: Workspace
  private let tracer: Tracer
  private let explainer: Explainer
  private lazy var documented = DocumentedReading(workspace)

  init(_ workspace: Workspace, _ tracer: Tracer) {
    self.workspace = workspace
    self.tracer = tracer
    explainer = Explainer(workspace.compilation)
  }

  func explain(_ result: TraceResult) -> TraceExplanation {
    var explanation = TraceExplanation()
    explanation.egress = result.egress.map { explain($0, peer: result.destination, result) }
    explanation.ingress = result.ingress.map { explain($0, peer: result.source, result) }
    let hops = [(result.egress, explanation.egress), (result.ingress, explanation.ingress)]
    // A hop that drops for certain settles the connection, whatever the other one would say.
    let isSettled = hops.contains { hop, why in
      guard let hop, hop.error == nil, why?.undecidable.isEmpty ?? false else { return false }
      return hop.verdict.reason != .none || hop.layer7?.isDropped ?? false
    }
    // Where the other end is judged, its hop says so already.
    let unmanaged =
      result.hops.isEmpty
      ? [(result.source, "egress"), (result.destination, "ingress")].compactMap(unmanagedEnd) : []
    let gaps = unmanaged + hops.flatMap { $1?.undecidable ?? [] }
    if !isSettled { explanation.undecidable = gaps.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
    explanation.referenceBugs = Set(hops.flatMap { $1?.referenceBugs ?? [] }).sorted { $0.rawValue < $1.rawValue }
    return explanation
  }

  private func explain(_ hop: TraceHop, peer: TraceEnd, _ result: TraceResult) -> Explanation {
    let question = Self.question(hop, peer: peer, result, tracer.tables)
    var explanation = explainer.explain(question, Answer(hop))
    guard ReferenceBugFinder.canMatter(question, explainer) else { return explanation }
    if let bugs = documented.bugs(question, hop, result, explainer) { explanation.referenceBugs = bugs }
    return explanation
  }

  fileprivate static func question(_ hop: TraceHop, peer: TraceEnd, _ result: TraceResult, _ tables: Tables) -> Question
  {
    var addresses = peer.endpoint.map { tables.endpoints[$0].addresses } ?? []
    var name = peer.endpoint.map { tables.endpoints[$0].name } ?? peer.probe.text
    if case .address(let address) = peer.probe {
      addresses = [address]
      if name.hasPrefix("reserved:") { name = peer.probe.text }
    }
    var question = Question(
      endpoint: hop.endpoint, direction: hop.direction,
      peer: .init(identity: hop.peerIdentity, addresses: addresses, name: name),
      protocolNumber: result.probe.protocolNumber, port: result.probe.port)
    if !result.probe.layer7.isEmpty { question.layer7 = result.probe.layer7 }
    return question
  }

  /// Nobody enforces the policy of a pod that Cilium does not manage.
  private func unmanagedEnd(_ end: TraceEnd, _ direction: String) -> String? {
    guard end.identity == ReservedIdentity.unmanaged, let index = end.endpoint else { return nil }
    return
      "\(tracer.tables.endpoints[index].name) has no CiliumEndpoint with an identity in the input: if Cilium does not "
      + "manage it, nobody judges its \(direction)"
  }
}

/// The input as documented, to compare with.
private struct DocumentedReading {
  let tracer: Tracer
  let explainer: Explainer

  init(_ workspace: Workspace) {
    let compilation = workspace.documented()
    tracer = Tracer(compilation, compatibility: workspace.compatibility)
    explainer = Explainer(compilation)
  }

  /// The bugs that made a hop's verdict; nil when it would be the same without them.
  func bugs(_ question: Question, _ hop: TraceHop, _ result: TraceResult, _ actual: Explainer) -> [ReferenceBug]? {
    guard let other = try? tracer.trace(result.probe) else { return nil }
    guard let same = hop.direction == .egress ? other.egress : other.ingress, !hop.decidesAlike(same) else {
      return nil
    }
    let peer = hop.direction == .egress ? other.destination : other.source
    return ReferenceBugFinder(actual: actual, documented: explainer).bugs(
      question, documented: TraceExplainer.question(same, peer: peer, other, tracer.tables))
  }
}

extension TraceHop {
  /// Equal verdicts, whatever entry they come from.
  fileprivate func decidesAlike(_ other: TraceHop) -> Bool {
    (verdict.reason == .none) == (other.verdict.reason == .none)
      && (verdict.redirect > 0) == (other.verdict.redirect > 0)
      && verdict.authentication == other.verdict.authentication && (error == nil) == (other.error == nil)
  }
}

extension Answer {
  init(_ hop: TraceHop) {
    self.init(
      entry: hop.entry, isDropped: hop.verdict.reason != .none, redirect: hop.verdict.redirect,
      authentication: hop.verdict.authentication, error: hop.error)
    layer7 = hop.layer7
  }
}
