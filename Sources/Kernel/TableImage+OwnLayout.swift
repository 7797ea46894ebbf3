internal import CBPF

/// The same tables in Weir's own layout (`bpf/layout.h`).
extension TableImage {
  /// The ipcache's prefixes that hold more than one address.
  var prefixes: (keys: [ipcache_key], entries: [ipcache_entry]) {
    let positions = ipcacheKeys.indices.filter { !ipcacheKeys[$0].isSingleAddress }
    return (positions.map { ipcacheKeys[$0] }, positions.map { ipcacheEntries[$0] })
  }

  var addressesIPv4: (keys: [UInt32], entries: [address_entry]) {
    let positions = ipcacheKeys.indices.filter {
      ipcacheKeys[$0].isSingleAddress && ipcacheKeys[$0].family == UInt8(FAMILY_IPV4)
    }
    return (positions.map { ipcacheKeys[$0].address.0 }, positions.map { address_entry(ipcacheEntries[$0]) })
  }

  var addressesIPv6: (keys: [ipv6_address], entries: [address_entry]) {
    let positions = ipcacheKeys.indices.filter {
      ipcacheKeys[$0].isSingleAddress && ipcacheKeys[$0].family == UInt8(FAMILY_IPV6)
    }
    return (
      positions.map { ipv6_address(words: ipcacheKeys[$0].address) },
      positions.map { address_entry(ipcacheEntries[$0]) }
    )
  }

  /// All policies' entries, under the policy's number plus 1.
  var policyHash: (keys: [policy_hash_key], entries: [policy_entry]) {
    var keys: [policy_hash_key] = []
    var entries: [policy_entry] = []
    for (number, policy) in policies.enumerated() {
      for (key, entry) in zip(policy.keys, policy.entries) {
        keys.append(policy_hash_key(key, of: number))
        entries.append(entry)
      }
    }
    return (keys, entries)
  }
}

extension policy_hash_key {
  /// - Parameter policy: index into `Tables.policies`.
  init(_ key: policy_key, of policy: Int) {
    self.init()
    self.policy = UInt16(clamping: policy + 1)
    identity = key.identity
    port = key.port
    `protocol` = key.protocol
    length = key.lengthBeyondIdentity
    egress = key.egress
  }
}

extension policy_key {
  /// Bits of protocol and port that count.
  var lengthBeyondIdentity: UInt8 { UInt8(prefix_length - UInt32(POLICY_STATIC_PREFIX)) }
}

extension ipcache_key {
  fileprivate var isSingleAddress: Bool {
    prefix_length == UInt32(IPCACHE_STATIC_PREFIX) + (family == UInt8(FAMILY_IPV6) ? 128 : 32)
  }
}

extension address_entry {
  init(_ entry: ipcache_entry) {
    self.init(identity: entry.identity, node: UInt32(entry.node))
  }
}
