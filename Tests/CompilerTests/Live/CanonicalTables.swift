import Rules
import Tables

@testable import Scenarios

/// Tables without the numbers that depend on how they came about: identities by their labels, rules by where they stand,
/// redirects by name, policies by the endpoints that have them.
struct CanonicalTables {
  /// A line for each row, sorted where the order means nothing.
  let lines: [String]

  init(_ tables: Tables) {
    let names = Names(tables)
    var lines = tables.identities.map { "identity \(names.identity($0.id))" }
    lines += tables.ipcache.map { "ipcache \($0.prefix) \(names.identity($0.identity)) node \($0.nodeIndex)" }
    lines += tables.endpoints.map { endpoint in
      var row = endpoint
      row.identity = 0
      row.policy = nil
      let policy = endpoint.policy.map { names.text(tables.policies[$0]) } ?? "unjudged"
      return "endpoint \(row) \(names.identity(endpoint.identity))\n\(policy)"
    }
    lines += tables.services.map { "service \($0) \(Array(tables.backends[$0.backends]))" }
    lines.append("\(tables.settings)")
    self.lines = lines.sorted()
  }

  /// The lines that only one of the two has; nil when they are equal.
  func difference(from other: CanonicalTables) -> String? {
    guard lines != other.lines else { return nil }
    let (mine, others) = (Set(lines), Set(other.lines))
    return
      (lines.filter { !others.contains($0) }.map { "- \($0)" }
      + other.lines.filter { !mine.contains($0) }.map { "+ \($0)" }).joined(separator: "\n")
  }

  private struct Names {
    let tables: Tables
    let identities: [UInt32: String]

    init(_ tables: Tables) {
      self.tables = tables
      identities = Dictionary(uniqueKeysWithValues: tables.identities.map { ($0.id, $0.labels.joined(separator: ",")) })
    }

    func identity(_ number: UInt32) -> String {
      guard number > ReservedIdentity.worldIPv6 else { return "\(number)" }
      let scope = number >= ReservedIdentity.firstLocal ? "local" : "global"
      return "\(scope) \(identities[number] ?? "unknown")"
    }

    func rules(_ list: UInt32) -> String {
      tables.provenance.rules(of: list).map { "\($0)" }.sorted().joined(separator: "; ")
    }

    func text(_ policy: EndpointPolicy) -> String {
      var lines = [
        "ingress \(policy.ingressEnforced) \(rules(policy.ingressRules))",
        "egress \(policy.egressEnforced) \(rules(policy.egressRules))", "error \(policy.error ?? "")",
      ]
      lines += policy.entries.map(text).sorted()
      lines += policy.filters.map(text)
      return lines.map { "  \($0)" }.joined(separator: "\n")
    }

    private func text(_ entry: PolicyMapEntry) -> String {
      var key = entry.key
      key.identity = 0
      let redirect = entry.redirect == 0 ? "-" : tables.redirects[Int(entry.redirect) - 1].name
      return """
        \(key) of \(identity(entry.key.identity)): deny \(entry.isDeny) redirect \(redirect) \(entry.proxyPriority) \
        auth \(entry.authentication) \(entry.authenticationIsExplicit) by \(rules(entry.rules))
        """
    }

    private func text(_ filter: L4Filter) -> String {
      var filter = filter
      var peers: [String] = []
      for index in filter.peers.indices {
        let peer = filter.peers[index]
        peers.append("\(peer.identities.map(identity).sorted()) by \(rules(peer.rules))")
        filter.peers[index].identities = []
        filter.peers[index].rules = 0
      }
      return "\(filter) selects \(peers)"
    }
  }
}
