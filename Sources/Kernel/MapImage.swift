internal import CBPF
public import Tables

/// What a BPF map holds once the tables are loaded, byte for byte.
public struct MapImage: Sendable {
  /// As Cilium pins it, or as Weir's own layout calls it.
  public var name: String
  /// As bpftool calls it.
  public var type: String
  public var keySize: Int
  public var valueSize: Int
  public var capacity: Int
  public var elements: [(key: [UInt8], value: [UInt8])]

  /// - Parameter capacity: nil: as many as there are.
  init<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    _ name: String, type: String, capacity: Int? = nil, _ keys: [Key], _ values: [Value]
  ) {
    self.name = name
    self.type = type
    keySize = MemoryLayout<Key>.size
    valueSize = MemoryLayout<Value>.size
    self.capacity = capacity ?? max(keys.count, 1)
    elements = zip(keys, values).map { (Self.bytes($0), Self.bytes($1)) }
  }

  private static func bytes<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }
}

extension TableImage {
  /// The maps of one layout.
  ///
  /// - Parameter endpoint: index into `Tables.endpoints`: only what is its alone. nil: all maps.
  public func maps(_ layout: DatapathOptions.Layout, endpoint: Int? = nil) -> [MapImage] {
    switch layout {
    case .cilium: policyTries(endpoint) + (endpoint == nil ? [ipcacheTrie, endpointHash] : [])
    case .own: ownMaps(endpoint)
    }
  }

  /// Endpoints are numbered from 1, in the order of the tables.
  private func policyTries(_ endpoint: Int?) -> [MapImage] {
    judged.enumerated().compactMap { position, place in
      guard endpoint == nil || place.endpoint == endpoint else { return nil }
      let number = String(position + 1)
      let name = "cilium_policy_v2_" + String(repeating: "0", count: max(0, 5 - number.count)) + number
      let policy = policies[place.policy]
      return MapImage(name, type: "lpm_trie", policy.keys, policy.entries)
    }
  }

  private var ipcacheTrie: MapImage {
    let capacity = max(ipcacheKeys.count, Int(IPCACHE_ENTRIES))
    return MapImage("cilium_ipcache_v2", type: "lpm_trie", capacity: capacity, ipcacheKeys, ipcacheEntries)
  }

  private var endpointHash: MapImage {
    MapImage("cilium_lxc", type: "hash", endpointKeys, endpointValues)
  }

  private func ownMaps(_ endpoint: Int?) -> [MapImage] {
    var (keys, entries) = policyHash
    if let endpoint, let place = judged.first(where: { $0.endpoint == endpoint }) {
      let chosen = keys.indices.filter { keys[$0].policy == UInt16(clamping: place.policy + 1) }
      (keys, entries) = (chosen.map { keys[$0] }, chosen.map { entries[$0] })
    }
    let policies = MapImage("policy_hashes", type: "hash", keys, entries)
    guard endpoint == nil else { return [policies] }
    return [
      policies, MapImage("ipcaches", type: "lpm_trie", prefixes.keys, prefixes.entries),
      MapImage("addresses_ipv4", type: "hash", addressesIPv4.keys, addressesIPv4.entries),
      MapImage("addresses_ipv6", type: "hash", addressesIPv6.keys, addressesIPv6.entries),
      MapImage("endpoints", type: "hash", endpointKeys, endpointValues),
    ]
  }
}
