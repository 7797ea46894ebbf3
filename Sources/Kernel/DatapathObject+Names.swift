internal import CBPF
internal import Glibc

/// Changes of names, in maps that are in force.
extension DatapathObject {
  /// Does what `TableImage.follow` asks for and raises the generation by two: the tables stay in their half, and no
  /// connection goes on by what was decided before.
  ///
  /// A packet meets an identity's entries before the first address that has it, and the addresses one by one; the entries
  /// go when nobody can have seen an address under them any more.
  ///
  /// - Parameter image: as it is after the change.
  func apply(
    _ edit: TableImage.Edit, _ image: TableImage, _ layout: DatapathOptions.Layout
  ) throws(KernelError) {
    let generation = control.pointee.generation
    let half = generation & 1
    let endpoints = try BPFMap(in: try map("endpoints"), "endpoints", at: half)
    try BPFMap.update(
      endpoints.descriptor, "endpoints", keys: edit.endpoints.map { image.endpointKeys[$0] },
      values: edit.endpoints.map { image.endpointValues[$0] })
    if half == 0 {
      control.pointee.settings.0.endpoint = image.settings.endpoint
    } else {
      control.pointee.settings.1.endpoint = image.settings.endpoint
    }
    for policy in edit.policies { try set(policy, image, layout, half: half) }
    try setAddresses(edit, layout, half: half)
    weir_publish(control, generation &+ 2)
    guard edit.removesEntries else { return }
    // Waits until no packet is under way that began before.
    try enter(endpoints.descriptor, into: "endpoints", half: half)
    for policy in edit.policies { try remove(policy, image, layout, half: half) }
  }

  /// The slots of a policy's tries, one of which stands for all.
  private func policyMap(_ policy: Int, _ image: TableImage, half: UInt32) throws(KernelError) -> BPFMap? {
    guard let position = image.judged.firstIndex(where: { $0.policy == policy }) else { return nil }
    return try BPFMap(in: try map("policies"), "policies", at: UInt32(position + 1) * 2 + half)
  }

  private func set(
    _ edit: TableImage.PolicyEdit, _ image: TableImage, _ layout: DatapathOptions.Layout, half: UInt32
  ) throws(KernelError) {
    guard !edit.keys.isEmpty else { return }
    switch layout {
    case .cilium:
      guard let map = try policyMap(edit.policy, image, half: half) else { return }
      try BPFMap.update(map.descriptor, "policies", keys: edit.keys, values: edit.entries)
    case .own:
      let map = try BPFMap(in: try map("policy_hashes"), "policy_hashes", at: half)
      let keys = edit.keys.map { policy_hash_key($0, of: edit.policy) }
      try BPFMap.update(map.descriptor, "policy_hashes", keys: keys, values: edit.entries)
    }
  }

  private func remove(
    _ edit: TableImage.PolicyEdit, _ image: TableImage, _ layout: DatapathOptions.Layout, half: UInt32
  ) throws(KernelError) {
    guard !edit.removed.isEmpty else { return }
    switch layout {
    case .cilium:
      guard let map = try policyMap(edit.policy, image, half: half) else { return }
      try BPFMap.remove(edit.removed, from: map.descriptor, "policies")
    case .own:
      let map = try BPFMap(in: try map("policy_hashes"), "policy_hashes", at: half)
      let keys = edit.removed.map { policy_hash_key($0, of: edit.policy) }
      try BPFMap.remove(keys, from: map.descriptor, "policy_hashes")
    }
  }

  private func setAddresses(
    _ edit: TableImage.Edit, _ layout: DatapathOptions.Layout, half: UInt32
  ) throws(KernelError) {
    switch layout {
    case .cilium:
      let map = try BPFMap(in: try map("ipcaches"), "ipcaches", at: half)
      try BPFMap.update(map.descriptor, "ipcaches", keys: edit.addressKeys, values: edit.addressEntries)
      try BPFMap.remove(edit.addressesRemoved, from: map.descriptor, "ipcaches")
    case .own:
      let ipv4 = try BPFMap(in: try map("addresses_ipv4"), "addresses_ipv4", at: half)
      let ipv6 = try BPFMap(in: try map("addresses_ipv6"), "addresses_ipv6", at: half)
      for (key, entry) in zip(edit.addressKeys, edit.addressEntries) {
        let value = [address_entry(entry)]
        if key.isIPv6 {
          try BPFMap.update(ipv6.descriptor, "addresses_ipv6", keys: [ipv6_address(words: key.address)], values: value)
        } else {
          try BPFMap.update(ipv4.descriptor, "addresses_ipv4", keys: [key.address.0], values: value)
        }
      }
      let removed = edit.addressesRemoved
      try BPFMap.remove(removed.filter { !$0.isIPv6 }.map(\.address.0), from: ipv4.descriptor, "addresses_ipv4")
      try BPFMap.remove(
        removed.filter(\.isIPv6).map { ipv6_address(words: $0.address) }, from: ipv6.descriptor, "addresses_ipv6")
    }
  }
}

extension ipcache_key {
  fileprivate var isIPv6: Bool { family == UInt8(FAMILY_IPV6) }
}
