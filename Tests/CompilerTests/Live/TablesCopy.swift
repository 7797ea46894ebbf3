import Addresses
import Compiler
import Tables

@testable import Scenarios

/// What a back end keeps of the tables, kept up to date by deltas alone.
struct TablesCopy: Equatable {
  var identities: [UInt32: [String]]
  var ipcache: [IPPrefix: UInt32]
  var endpoints: [String: Endpoint]
  var maps: [Int: [PolicyMapKey: PolicyMapEntry]] = [:]
  var flags: [Int: String] = [:]
  var rules: [Provenance.Rule]
  var lists: [[UInt32]]
  var redirects: [Redirect]

  init(_ tables: Tables) {
    identities = Dictionary(uniqueKeysWithValues: tables.identities.map { ($0.id, $0.labels) })
    ipcache = Dictionary(uniqueKeysWithValues: tables.ipcache.map { ($0.prefix, $0.identity) })
    endpoints = Dictionary(uniqueKeysWithValues: tables.endpoints.map { (Self.key($0.name, $0.node), $0) })
    for index in Set(tables.endpoints.compactMap(\.policy)) {
      let policy = tables.policies[index]
      maps[index] = Dictionary(uniqueKeysWithValues: policy.entries.map { ($0.key, $0) })
      flags[index] = Self.flags(policy.ingressEnforced, policy.egressEnforced, policy.error)
    }
    rules = tables.provenance.rules
    lists = tables.provenance.lists
    redirects = tables.redirects
  }

  private static func key(_ name: String, _ node: String) -> String { "\(name)@\(node)" }

  private static func flags(_ ingress: Bool, _ egress: Bool, _ error: String?) -> String {
    "\(ingress) \(egress) \(error ?? "")"
  }

  /// True where the delta wants something done that cannot be: a removal of what is not there.
  mutating func apply(_ delta: TablesDelta) -> Bool {
    var isWrong = false
    for (index, rule) in delta.rules {
      if index < rules.count { rules[index] = rule } else { rules.append(rule) }
    }
    isWrong = isWrong || delta.firstList != lists.count
    lists += delta.lists
    redirects += delta.redirects
    for identity in delta.identities { identities[identity.id] = identity.labels }
    for policy in delta.policies {
      if policy.isNew { maps[policy.policy] = [:] }
      isWrong = isWrong || maps[policy.policy] == nil
      flags[policy.policy] = Self.flags(policy.ingressEnforced, policy.egressEnforced, policy.error)
      for operation in policy.operations {
        switch operation {
        case .set(let entry): maps[policy.policy]?[entry.key] = entry
        case .remove(let key): if maps[policy.policy]?.removeValue(forKey: key) == nil { isWrong = true }
        }
      }
    }
    for row in delta.ipcache { ipcache[row.prefix] = row.identity }
    for prefix in delta.ipcacheRemoved where ipcache.removeValue(forKey: prefix) == nil { isWrong = true }
    for (name, node) in delta.endpointsRemoved where endpoints.removeValue(forKey: Self.key(name, node)) == nil {
      isWrong = true
    }
    for endpoint in delta.endpoints { endpoints[Self.key(endpoint.name, endpoint.node)] = endpoint }
    for index in delta.policiesRemoved {
      maps[index] = nil
      flags[index] = nil
    }
    for number in delta.identitiesRemoved where identities.removeValue(forKey: number) == nil { isWrong = true }
    return isWrong
  }

  func difference(from other: TablesCopy) -> String? {
    guard self != other else { return nil }
    var parts: [String] = []
    if identities != other.identities { parts.append("identities \(identities) \(other.identities)") }
    if ipcache != other.ipcache { parts.append("ipcache \(ipcache) \(other.ipcache)") }
    if endpoints != other.endpoints { parts.append("endpoints \(endpoints) \(other.endpoints)") }
    if maps != other.maps { parts.append("maps \(maps) \(other.maps)") }
    if flags != other.flags { parts.append("flags \(flags) \(other.flags)") }
    if rules != other.rules { parts.append("rules") }
    if lists != other.lists { parts.append("lists") }
    if redirects != other.redirects { parts.append("redirects") }
    return parts.joined(separator: "\n")
  }
}
