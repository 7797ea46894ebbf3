internal import Addresses
internal import CBPF
internal import Rules
internal import Tables

/// What names change in tables that are loaded.
extension TableImage {
  /// What is to be done to the maps.
  struct Edit: Sendable {
    var policies: [PolicyEdit] = []
    /// Addresses' places among the endpoints' keys, where the endpoint's own record has changed.
    var endpoints: [Int] = []
    var addressKeys: [ipcache_key] = []
    var addressEntries: [ipcache_entry] = []
    var addressesRemoved: [ipcache_key] = []

    var removesEntries: Bool { policies.contains { !$0.removed.isEmpty } }
  }

  struct PolicyEdit: Sendable {
    /// Index into `Tables.policies`.
    var policy: Int
    var keys: [policy_key] = []
    var entries: [policy_entry] = []
    var removed: [policy_key] = []
  }

  /// Whose counters these are: which of its policy's entries.
  func entry(_ cookie: UInt32, of policy: Int) -> Int32 {
    guard cookie >= UInt32(loadedEntries) else { return Int32(truncatingIfNeeded: cookie &- firstEntries[policy]) }
    let place = Int(cookie) - loadedEntries
    return laterEntries.indices.contains(place) ? Int32(clamping: laterEntries[place].entry) : -1
  }

  /// Takes up a change. Each entry that it sets stands behind those that its policy has had so far.
  ///
  /// - Returns: nil when it is more than names do, or there is no room for it: everything is to be loaded anew.
  mutating func follow(_ delta: TablesDelta) -> Edit? {
    guard delta.isOfNames, delta.policies.allSatisfy({ policies.indices.contains($0.policy) }),
      delta.ipcache.allSatisfy({ !ownAddresses.contains($0.prefix.address) && $0.nodeIndex < 0 }),
      delta.ipcacheRemoved.allSatisfy({ !ownAddresses.contains($0.address) })
    else { return nil }
    var edit = Edit()
    for change in delta.policies {
      guard let policy = follow(change, &edit) else { return nil }
      edit.policies.append(policy)
    }
    for entry in delta.ipcache {
      var value = ipcache_entry()
      value.identity = entry.identity
      edit.addressKeys.append(ipcache_key(entry.prefix))
      edit.addressEntries.append(value)
    }
    edit.addressesRemoved = delta.ipcacheRemoved.map(ipcache_key.init)
    return edit
  }

  private mutating func follow(_ change: PolicyDelta, _ edit: inout Edit) -> PolicyEdit? {
    let policy = change.policy
    var (added, removed): ([PolicyMapKey: policy_entry], Set<PolicyMapKey>) = ([:], [])
    for operation in change.operations {
      switch operation {
      case .set(let entry):
        guard laterEntries.count < spareEntries else { return nil }
        let cookie = UInt32(clamping: loadedEntries + laterEntries.count)
        laterEntries.append((policy, entryCounts[policy] + laterEntries.count { $0.policy == policy }))
        let key = entry.key.normalized
        removed.remove(key)
        added[key] = policy_entry(entry, cookie: cookie)
      case .remove(let key):
        added[key.normalized] = nil
        removed.insert(key.normalized)
      }
    }
    guard !policies[policy].keys.isEmpty else { return PolicyEdit(policy: policy) }
    var result = PolicyEdit(policy: policy)
    let known = (policies[policy].peerLengths, policies[policy].anyLengths)
    for (key, entry) in added {
      result.keys.append(policy_key(key))
      result.entries.append(entry)
      let bit: UInt32 = 1 << UInt32(key.prefixLength)
      if key.identity == 0 { policies[policy].anyLengths |= bit } else { policies[policy].peerLengths |= bit }
    }
    result.removed = removed.map(policy_key.init)
    guard known != (policies[policy].peerLengths, policies[policy].anyLengths) else { return result }
    for place in endpointValues.indices where endpointValues[place].policy == UInt32(policy + 1) {
      widen(&endpointValues[place], policy)
      edit.endpoints.append(place)
    }
    if settings.endpoint.policy == UInt32(policy + 1) { widen(&settings.endpoint, policy) }
    return result
  }

  private func widen(_ endpoint: inout endpoint, _ policy: Int) {
    endpoint.peer_lengths = policies[policy].peerLengths
    endpoint.any_lengths = policies[policy].anyLengths
  }
}
