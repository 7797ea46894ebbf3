import Addresses
import Cluster
import Compiler
import Policy
import Rules
import Tables

/// A question with everything that its answer can rest on.
struct Scene {
  let question: Question
  let compilation: Compilation
  /// Whose policy is asked.
  let endpoint: Endpoint
  let policy: EndpointPolicy
  /// Those of the question's direction that select the endpoint.
  let entries: [CompiledEntry]
  let peer: PeerView
  /// What port names in this direction refer to.
  let portNames: PortNames
  /// Of all policies that wait for a cloud provider's groups.
  let deferredEntries: [PolicyEntry]
  /// Port names of every pod.
  let clusterPortNames: PortNames

  var settings: Settings { compilation.input.cluster.settings }
  var compatibility: Compatibility { compilation.input.compatibility }
  var tables: Tables { compilation.tables }

  /// `fromRequires` of the allow or of the deny entries, which narrow the peers of all of them.
  func requirements(isDeny: Bool) -> [LabelSelector.Requirement] {
    entries.filter { $0.entry.isDeny == isDeny }.flatMap(\.entry.requires).flatMap(\.requirements)
  }

  /// Whether an entry means exactly this peer and port.
  func isMatched(by entry: CompiledEntry) -> Bool {
    PortMatch(entry.entry, self).isMatch && PeerMatch(entry, self).isMatch
  }

  /// The entry with the part of it that is about the asked port.
  func part(_ entry: CompiledEntry) -> RulePart {
    RulePart(entry.entry, portRule: PortMatch(entry.entry, self).portRule)
  }

  /// The rules of a list of the provenance, as narrow as they can be named.
  func parts(of list: UInt32) -> [RulePart] {
    let provenance = tables.provenance
    let byRule = Dictionary(entries.map { ($0.rule, $0) }, uniquingKeysWith: { first, _ in first })
    return provenance.lists[Int(list)].map { rule in
      byRule[rule].map(part) ?? RulePart(provenance.rules[Int(rule)])
    }.uniqued()
  }
}

extension Scene {
  /// `8080/TCP`, `ICMP type 8`, `GRE`
  var askedPort: String {
    let name = ProtocolText.name(of: question.protocolNumber)
    switch question.protocolNumber {
    case 1, 58: return "\(name) type \(question.port)"
    case 6, 17, 132: return "\(question.port)/\(name)"
    default: return name
    }
  }

  /// `80/TCP, 8000-8010/TCP, http (8080)/TCP`
  func text(of ports: [PortProtocol]) -> String {
    let texts = ports.map(text).uniqued()
    return texts.count <= 4
      ? texts.joined(separator: ", ") : texts.prefix(3).joined(separator: ", ") + " and \(texts.count - 3) more"
  }

  private func text(_ port: PortProtocol) -> String {
    if port.protocol == .icmp || port.protocol == .icmpv6, case .number(let type) = port.port {
      return "\(ProtocolText.name(of: port.protocol.rawValue)) type \(type)"
    }
    var text: String
    switch port.port {
    case .number(0) where port.endPort <= 0: text = "any port"
    case .number(let number): text = port.endPort > Int32(number) ? "\(number)-\(port.endPort)" : "\(number)"
    case .name(let name):
      let numbers = portNames.numbers(
        of: name, port.protocol == .any ? question.protocolNumber : port.protocol.rawValue)
      text = numbers.count == 1 ? "\(name) (\(numbers[0]))" : name
    }
    text += port.protocol == .any ? "" : "/\(port.protocol.name)"
    return text
  }
}

extension Sequence where Element: Hashable {
  /// Without repeats, in order of first mention.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
