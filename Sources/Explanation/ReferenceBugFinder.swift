import Cluster
import Compiler
import Policy
import Rules

/// Finds the reference's bugs behind a verdict by comparing the rules with what they mean without the bugs.
public struct ReferenceBugFinder: Sendable {
  private let actual: Explainer
  private let documented: Explainer
  private let entryOfOrigin: [Origin: Int]

  private struct Origin: Hashable {
    var kind: String
    var namespace: String
    var name: String
    var path: String

    init(_ entry: PolicyEntry) {
      (kind, namespace, name) = (entry.origin.kind, entry.origin.namespace, entry.origin.name)
      path = entry.origin.path
    }
  }

  /// - Parameter documented: the same input compiled under `--compat strict`.
  public init(actual: Explainer, documented: Explainer) {
    self.actual = actual
    self.documented = documented
    entryOfOrigin = Dictionary(
      documented.compilation.entries.enumerated().map { (Origin($1.entry), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Whether some rule that selects the endpoint is of a form that a bug acts on: only then can the verdict be another
  /// without the bugs.
  public static func canMatter(_ question: Question, _ explainer: Explainer) -> Bool {
    explainer.compilation.input.compatibility.reproducesBugs
      && explainer.scene(question).entries.contains(where: isSuspect)
  }

  /// The bugs of the rules that mean a connection under one reading and not under the other. For connections whose verdicts
  /// differ.
  public func bugs(_ question: Question, documented documentedQuestion: Question) -> [ReferenceBug] {
    let scene = actual.scene(question)
    let other = documented.scene(documentedQuestion)
    var bugs: Set<ReferenceBug> = []
    for entry in scene.entries where Self.isSuspect(entry) {
      guard let index = entryOfOrigin[Origin(entry.entry)] else { continue }
      let meant = documented.compilation.entries[index]
      guard scene.isMatched(by: entry) != other.isMatched(by: meant) else { continue }
      if let bug = Self.bug(entry, meant) { bugs.insert(bug) }
    }
    return bugs.sorted { $0.rawValue < $1.rawValue }
  }

  private static func isSuspect(_ entry: CompiledEntry) -> Bool {
    let ports = entry.entry.ports.flatMap(\.ports)
    if ports.contains(where: isICMPZero) || !entry.entry.services.isEmpty { return true }
    if entry.entry.origin.kind == "NetworkPolicy" { return hasBlockAndPods(entry) }
    // Services of deny rules have already been dropped.
    return entry.entry.isDeny && entry.entry.direction == .egress && (entry.peers?.isEmpty ?? false)
  }

  private static func bug(_ entry: CompiledEntry, _ meant: CompiledEntry) -> ReferenceBug? {
    if entry.entry.ports.flatMap(\.ports).contains(where: isICMPZero) { return .icmpType0 }
    if entry.entry.origin.kind == "NetworkPolicy" { return hasBlockAndPods(entry) ? .ipBlockNamespace : nil }
    guard !meant.entry.services.isEmpty else { return nil }
    if entry.entry.isDeny { return .denyServices }
    return meant.peers == nil ? .emptyServices : .serviceSelectorDots
  }

  private static func isICMPZero(_ port: PortProtocol) -> Bool {
    (port.protocol == .icmp || port.protocol == .icmpv6) && port.port == .number(0)
  }

  private static func hasBlockAndPods(_ entry: CompiledEntry) -> Bool {
    guard entry.entry.direction == .ingress, let peers = entry.peers, peers.count == 2 else { return false }
    guard case .labels = peers[0], case .cidr = peers[1] else { return false }
    return true
  }
}
