internal import CBPF
internal import Glibc

extension DatapathObject {
  /// Makes a map the one of its kind in a half.
  func enter(_ descriptor: Int32, into name: String, half: UInt32) throws(KernelError) {
    let keys: [UInt32] = [half]
    let values: [Int32] = [descriptor]
    try BPFMap.update(try map(name), name, keys: keys, values: values)
  }

  /// Makes the maps of all policies in use and enters them for their endpoints in one batch.
  ///
  /// - Parameter endpoints: the policy of each endpoint, in the order of their numbers.
  func put(_ policies: [TableImage.Policy], of endpoints: [Int], half: UInt32) throws(KernelError) {
    var descriptors = [Int32](repeating: -1, count: policies.count)
    // The slots keep the maps alive; these descriptors are only needed until they are filled in.
    defer { for descriptor in descriptors where descriptor >= 0 { close(descriptor) } }
    for policy in Set(endpoints).sorted() {
      let filled = try BPFMap.filled(
        BPF_MAP_TYPE_LPM_TRIE, name: "policy", keys: policies[policy].keys, values: policies[policy].entries,
        capacity: policies[policy].keys.count, flags: UInt32(BPF_F_NO_PREALLOC))
      descriptors[policy] = filled.release()
    }
    let slots: [UInt32] = endpoints.indices.map { UInt32($0 + 1) * 2 + half }
    let values: [Int32] = endpoints.map { descriptors[$0] }
    try BPFMap.update(try map("policies"), "policies", keys: slots, values: values)
  }
}
