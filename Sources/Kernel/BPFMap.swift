internal import CBPF
internal import Glibc

/// A map of the kernel's, owned: closed with its owner. The kernel keeps it as long as a program or a map of maps does.
struct BPFMap: ~Copyable {
  let descriptor: Int32

  /// - Parameter flags: `BPF_F_…`; must agree with those of the map of maps it will stand in.
  init(
    _ type: bpf_map_type, name: String, keySize: Int, valueSize: Int, capacity: Int, flags: UInt32 = 0
  ) throws(KernelError) {
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size
    options.map_flags = flags
    let created = bpf_map_create(
      type, name, UInt32(keySize), UInt32(valueSize), UInt32(clamping: max(capacity, 1)), &options)
    guard created >= 0 else { throw KernelError("create the BPF map \(name)", errorNumber: -created) }
    descriptor = created
  }

  /// Makes and fills a map in one go.
  static func filled<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    _ type: bpf_map_type, name: String, keys: [Key], values: [Value], capacity: Int, flags: UInt32 = 0
  ) throws(KernelError) -> BPFMap {
    let map = try BPFMap(
      type, name: name, keySize: MemoryLayout<Key>.size, valueSize: MemoryLayout<Value>.size, capacity: capacity,
      flags: flags)
    try update(map.descriptor, name, keys: keys, values: values)
    return map
  }

  /// The map that stands in a slot of a map of maps. The kernel gives it to nobody without CAP_SYS_ADMIN.
  init(in outer: Int32, _ name: String, at slot: UInt32) throws(KernelError) {
    var (slot, number) = (slot, UInt32(0))
    var result = bpf_map_lookup_elem(outer, &slot, &number)
    if result >= 0 { result = bpf_map_get_fd_by_id(number) }
    guard result >= 0 else { throw KernelError("open the BPF map \(name)", errorNumber: -result) }
    descriptor = result
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The descriptor, which is the caller's to close from now on.
  consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }

  /// Writes many elements with as few system calls as the kernel allows.
  static func update<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    _ descriptor: Int32, _ name: String, keys: [Key], values: [Value]
  ) throws(KernelError) {
    precondition(keys.count == values.count, "as many keys as values")
    guard !keys.isEmpty else { return }
    var count = UInt32(keys.count)
    let result = bpf_map_update_batch(descriptor, keys, values, &count, nil)
    guard result < 0 else { return }
    guard [ENOTSUP, EINVAL, KernelError.notSupportedInKernel].contains(-result) else {
      throw KernelError("fill the BPF map \(name)", errorNumber: -result)
    }
    // Older kernels know batches of fewer kinds of maps.
    for (key, value) in zip(keys, values) {
      let result = withUnsafePointer(to: key) { key in
        withUnsafePointer(to: value) { value in bpf_map_update_elem(descriptor, key, value, 0) }
      }
      guard result >= 0 else { throw KernelError("fill the BPF map \(name)", errorNumber: -result) }
    }
  }

  /// Removes elements; those that are not there, are gone already.
  static func remove<Key: BitwiseCopyable>(
    _ keys: [Key], from descriptor: Int32, _ name: String
  ) throws(KernelError) {
    for key in keys {
      let result = withUnsafePointer(to: key) { bpf_map_delete_elem(descriptor, $0) }
      guard result >= 0 || result == -ENOENT else {
        throw KernelError("empty the BPF map \(name)", errorNumber: -result)
      }
    }
  }

  /// All elements of an array of `count`, in order.
  static func elements<Value: BitwiseCopyable>(
    of descriptor: Int32, _ name: String, count: Int, zero: Value
  ) throws(KernelError) -> [Value] {
    var values = [Value](repeating: zero, count: count)
    guard count > 0 else { return values }
    var keys = [UInt32](repeating: 0, count: count)
    var next: UInt32 = 0
    var found = UInt32(count)
    let result = bpf_map_lookup_batch(descriptor, nil, &next, &keys, &values, &found, nil)
    // The batch that reaches the end says so.
    guard result >= 0 || result == -ENOENT else { throw KernelError("read the BPF map \(name)", errorNumber: -result) }
    return values
  }

  /// One element of a per-processor array, a value for each processor.
  static func processorValues<Value: BitwiseCopyable>(
    of descriptor: Int32, _ name: String, at index: UInt32, zero: Value
  ) throws(KernelError) -> [Value] {
    // Values are laid out in steps of eight bytes; those that are read here are multiples of it.
    var values = [Value](repeating: zero, count: Int(libbpf_num_possible_cpus()))
    var index = index
    let result = bpf_map_lookup_elem(descriptor, &index, &values)
    guard result >= 0 else { throw KernelError("read the BPF map \(name)", errorNumber: -result) }
    return values
  }
}

extension BPFMap {
  /// Calls `body` with the elements of a hash, as far as they stand still meanwhile.
  static func forEach<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    in descriptor: Int32, _ name: String, zero: (Key, Value), _ body: (Key, Value) -> Void
  ) throws(KernelError) {
    // More than any bucket holds.
    let batch = 4096
    var keys = [Key](repeating: zero.0, count: batch)
    var values = [Value](repeating: zero.1, count: batch)
    var (place, isFirst) = (UInt32(0), true)
    while true {
      var (count, next) = (UInt32(batch), UInt32(0))
      let result =
        isFirst
        ? bpf_map_lookup_batch(descriptor, nil, &next, &keys, &values, &count, nil)
        : bpf_map_lookup_batch(descriptor, &place, &next, &keys, &values, &count, nil)
      // The batch that reaches the end says so.
      guard result >= 0 || result == -ENOENT else {
        throw KernelError("read the BPF map \(name)", errorNumber: -result)
      }
      for index in 0..<min(Int(count), batch) { body(keys[index], values[index]) }
      guard result >= 0 else { return }
      (place, isFirst) = (next, false)
    }
  }
}
