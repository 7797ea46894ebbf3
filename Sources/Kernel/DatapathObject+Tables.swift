internal import CBPF
internal import Glibc

extension DatapathObject {
  /// Builds the maps aside, in the half that is not in use, and switches to them with one store.
  ///
  /// - Parameter counters: the descriptor of the map for the entries' counters.
  func install(
    _ image: TableImage, _ counters: Int32, _ layout: DatapathOptions.Layout
  ) throws(KernelError) {
    let generation = control.pointee.generation &+ 1
    let half = generation & 1
    let endpoints = try BPFMap.filled(
      BPF_MAP_TYPE_HASH, name: "endpoints", keys: image.endpointKeys, values: image.endpointValues,
      capacity: image.endpointKeys.count)
    switch layout {
    case .cilium: try putTries(image, half: half)
    case .own: try putHashes(image, half: half)
    }
    try putServices(image.services, half: half)
    try enter(counters, into: "entry_counters", half: half)
    try enter(endpoints.descriptor, into: "endpoints", half: half)
    if half == 0 {
      control.pointee.settings.0 = image.settings
    } else {
      control.pointee.settings.1 = image.settings
    }
    weir_publish(control, generation)
    // Waits until no packet is under way that began with the old tables: their half is free for the next.
    try enter(endpoints.descriptor, into: "endpoints", half: half)
  }

  /// Makes a map the one of its kind in a half.
  func enter(_ descriptor: Int32, into name: String, half: UInt32) throws(KernelError) {
    let keys: [UInt32] = [half]
    let values: [Int32] = [descriptor]
    try BPFMap.update(try map(name), name, keys: keys, values: values)
  }

  /// Without services nobody looks into their slots (`datapath_settings.has_services`), and each change of a slot takes a
  /// while.
  private func putServices(_ services: TableImage.Services, half: UInt32) throws(KernelError) {
    guard !services.keys.isEmpty else { return }
    try putHash(services.keys, services.values, into: "services", half: half)
    let slots = services.backends.indices.map { UInt32($0) }
    let backends = try BPFMap.filled(
      BPF_MAP_TYPE_ARRAY, name: "backends", keys: slots, values: services.backends, capacity: slots.count,
      flags: UInt32(BPF_F_INNER_MAP))
    try enter(backends.descriptor, into: "backends", half: half)
  }

  // MARK: Cilium's layout

  private func putTries(_ image: TableImage, half: UInt32) throws(KernelError) {
    let ipcache = try BPFMap.filled(
      BPF_MAP_TYPE_LPM_TRIE, name: "ipcache", keys: image.ipcacheKeys, values: image.ipcacheEntries,
      capacity: max(image.ipcacheKeys.count + image.spareEntries, Int(IPCACHE_ENTRIES)),
      flags: UInt32(BPF_F_NO_PREALLOC))
    try enter(ipcache.descriptor, into: "ipcaches", half: half)
    try putPolicies(image, half: half)
  }

  /// Makes the maps of all policies in use and enters them for their endpoints in one batch.
  private func putPolicies(_ image: TableImage, half: UInt32) throws(KernelError) {
    let (policies, endpoints) = (image.policies, image.judged.map(\.policy))
    var descriptors = [Int32](repeating: -1, count: policies.count)
    // The slots keep the maps alive; these descriptors are only needed until they are filled in.
    defer { for descriptor in descriptors where descriptor >= 0 { close(descriptor) } }
    for policy in Set(endpoints).sorted() {
      let filled = try BPFMap.filled(
        BPF_MAP_TYPE_LPM_TRIE, name: "policy", keys: policies[policy].keys, values: policies[policy].entries,
        capacity: policies[policy].keys.count + image.spareEntries, flags: UInt32(BPF_F_NO_PREALLOC))
      descriptors[policy] = filled.release()
    }
    let slots: [UInt32] = endpoints.indices.map { UInt32($0 + 1) * 2 + half }
    let values: [Int32] = endpoints.map { descriptors[$0] }
    try BPFMap.update(try map("policies"), "policies", keys: slots, values: values)
  }

  // MARK: Weir's own layout

  private func putHashes(_ image: TableImage, half: UInt32) throws(KernelError) {
    let prefixes = image.prefixes
    let ipcache = try BPFMap.filled(
      BPF_MAP_TYPE_LPM_TRIE, name: "ipcache", keys: prefixes.keys, values: prefixes.entries,
      capacity: prefixes.keys.count, flags: UInt32(BPF_F_NO_PREALLOC))
    try enter(ipcache.descriptor, into: "ipcaches", half: half)
    let (ipv4, ipv6, policies) = (image.addressesIPv4, image.addressesIPv6, image.policyHash)
    try putHash(ipv4.keys, ipv4.entries, into: "addresses_ipv4", half: half, spare: image.spareEntries)
    try putHash(ipv6.keys, ipv6.entries, into: "addresses_ipv6", half: half, spare: image.spareEntries)
    try putHash(policies.keys, policies.entries, into: "policy_hashes", half: half, spare: image.spareEntries)
  }

  private func putHash<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    _ keys: [Key], _ values: [Value], into name: String, half: UInt32, spare: Int = 0
  ) throws(KernelError) {
    let map = try BPFMap.filled(
      BPF_MAP_TYPE_HASH, name: name, keys: keys, values: values, capacity: keys.count + spare)
    try enter(map.descriptor, into: name, half: half)
  }
}
