import Addresses
import Cluster
import Policy
import Rules
import Tables

extension LiveCompilation {
  /// Takes over what a full compilation made.
  mutating func adopt(_ parts: Compiler.Parts) {
    for endpoint in parts.map.endpoints {
      guard case .pod = endpoint.kind else { continue }
      for address in endpoint.addresses {
        podsOfAddress[IPPrefix(host: address), default: []].insertSorted(endpoint.name)
      }
    }
    for row in parts.map.ipcache {
      ipcache[row.prefix] = IPCacheRow(
        identity: row.identity, nodeIndex: row.nodeIndex,
        isOutside: !nodes.prefixes.contains(row.prefix) && podsOfAddress[row.prefix] == nil)
    }
    var policyOfSet: [Int] = []
    for (set, policy) in zip(parts.groups.sets, parts.policies) { policyOfSet.append(policies.add(set, policy)) }
    var rows = Dictionary(
      parts.tables.endpoints.map { ("\($0.name)@\($0.node)", $0) }, uniquingKeysWith: { first, _ in first })
    for (index, endpoint) in parts.map.endpoints.enumerated() {
      let node = endpoint.node.map { parts.map.nodeNames[$0] } ?? ""
      guard var row = rows.removeValue(forKey: "\(endpoint.name)@\(node)") else { continue }
      let set = parts.groups.setOfEndpoint[index]
      row.policy = set.map { policyOfSet[$0] }
      if let policy = row.policy { policies.retain(policy) }
      let live = LiveEndpoint(
        row: row, isHost: endpoint.kind == .host, node: endpoint.node, identity: endpoint.identity)
      let place = endpoints.count
      endpoints.append(live)
      if case .pod = endpoint.kind { endpointOfPod[endpoint.name] = place }
      guard let set, !live.isHost else { continue }
      locals[live.identity, default: LocalIdentity(rules: parts.groups.sets[set].rules)].endpoints.append(place)
    }
    watch.update(cache)
    warmUp()
    var ignored = TablesDelta()
    policies.finish(&ignored)
  }

  /// Reads all labels that selectors ask for, which the first change would have to do otherwise.
  private func warmUp() {
    var keys: Set<String> = []
    for entry in rules.entries {
      for requirement in entry.entry.subject.requirements where keys.insert(requirement.key).inserted {
        _ = cache.index.query(LabelSelector([requirement]))
      }
      for peer in entry.peers ?? [] {
        guard case .labels(let selector) = peer else { continue }
        for requirement in selector.requirements where keys.insert(requirement.key).inserted {
          _ = cache.index.query(LabelSelector([requirement]))
        }
      }
    }
  }

  func makeTables() -> Tables {
    var tables = Tables()
    tables.identities = Compiler.identities(identities.used.map { identities.slots[$0] }, threads: threads)
    tables.ipcache = ipcache.map {
      IPCacheEntry(
        prefix: $0.key, identity: identities.slots[$0.value.identity].id,
        nodeIndex: $0.value.nodeIndex.map(Int32.init) ?? -1)
    }
    tables.ipcache.sort { $0.prefix < $1.prefix }
    tables.endpoints = endpoints.compactMap { $0?.row }
    tables.endpoints.sort { ($0.name, $0.node) < ($1.name, $1.node) }
    let selections = cache.selections
    tables.policies = (0..<policies.count).map { index in
      guard policies.isUsed(index) else { return EndpointPolicy() }
      return EndpointPolicy(policies[index].policy, selections, host: policies[index].set.host)
    }
    tables.redirects = numbering.redirects
    tables.provenance = numbering.provenance.provenance
    tables.settings = Compiler.datapathSettings(input.cluster)
    ServiceTable(cluster: input.cluster).fill(&tables)
    return tables
  }
}
