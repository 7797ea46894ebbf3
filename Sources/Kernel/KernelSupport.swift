internal import CBPF
internal import Glibc

/// Whether this process, on this kernel, can load and run Weir's BPF program.
public enum KernelSupport {
  /// - Throws: what is missing, by name: a capability (`notPermitted`), or a part of BPF (`unsupported`).
  public static func check() throws(KernelError) {
    try checkCapabilities()
    try checkSystemCall()
    for (type, name) in mapTypes where libbpf_probe_bpf_map_type(type, nil) != 1 {
      throw KernelError(.unsupported, operation, "the kernel has no BPF maps of type \(name)")
    }
    for (type, name) in programTypes where libbpf_probe_bpf_prog_type(type, nil) != 1 {
      throw KernelError(.unsupported, operation, "the kernel has no BPF programs of type \(name)")
    }
    for (type, helper, name) in helpers where libbpf_probe_bpf_helper(type, helper, nil) == 0 {
      throw KernelError(.unsupported, operation, "the kernel has no BPF helper \(name)")
    }
  }

  /// Whether this process may look at what is attached.
  public static func checkPermission() throws(KernelError) {
    try checkCapabilities()
    try checkSystemCall()
  }

  private static let operation = "use BPF"

  private static let mapTypes: [(bpf_map_type, String)] = [
    (BPF_MAP_TYPE_LPM_TRIE, "lpm_trie"), (BPF_MAP_TYPE_LRU_HASH, "lru_hash"),
    (BPF_MAP_TYPE_ARRAY_OF_MAPS, "array_of_maps"), (BPF_MAP_TYPE_PERCPU_ARRAY, "percpu_array"),
    (BPF_MAP_TYPE_RINGBUF, "ringbuf (Linux 5.8)"),
  ]

  private static let programTypes: [(bpf_prog_type, String)] = [
    (BPF_PROG_TYPE_SCHED_CLS, "sched_cls"), (BPF_PROG_TYPE_XDP, "xdp"),
  ]

  /// The newest that the program calls.
  private static let helpers: [(bpf_prog_type, bpf_func_id, String)] = [
    (BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_ktime_get_coarse_ns, "ktime_get_coarse_ns (Linux 5.11)"),
    (BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_ringbuf_reserve, "ringbuf_reserve (Linux 5.8)"),
    (BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_get_buff_len, "xdp_get_buff_len (Linux 5.18)"),
    (BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes, "xdp_load_bytes (Linux 5.18)"),
  ]

  /// Numbers from `linux/capability.h`.
  private enum Capability: Int {
    case netAdmin = 12
    case sysAdmin = 21
    case bpf = 39
  }

  private static func checkCapabilities() throws(KernelError) {
    guard let held = effectiveCapabilities() else { return }
    func holds(_ capability: Capability) -> Bool { held >> UInt64(capability.rawValue) & 1 != 0 }
    guard !holds(.sysAdmin) else { return }
    var missing: [String] = []
    if !holds(.bpf) { missing.append("CAP_BPF") }
    if !holds(.netAdmin) { missing.append("CAP_NET_ADMIN") }
    guard missing.isEmpty else {
      throw KernelError(
        .notPermitted, operation, "the process lacks \(missing.joined(separator: " and "))",
        hint: "run as root, or give the capabilities")
    }
  }

  /// The set of this process; nil where /proc does not tell.
  private static func effectiveCapabilities() -> UInt64? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      guard text.hasPrefix("CapEff:") else { continue }
      return UInt64(text.dropFirst(7).filter { !$0.isWhitespace }, radix: 16)
    }
    return nil
  }

  /// A container may filter the system call whatever the capabilities.
  private static func checkSystemCall() throws(KernelError) {
    let descriptor = bpf_map_create(BPF_MAP_TYPE_ARRAY, "weir_probe", 4, 4, 1, nil)
    guard descriptor >= 0 else {
      let number = -descriptor
      if number == EPERM {
        throw KernelError(.notPermitted, operation, "bpf(2) is refused, as container runtimes do")
      }
      if number == ENOSYS { throw KernelError(.unsupported, operation, "the kernel has no bpf(2)") }
      throw KernelError(operation, errorNumber: number)
    }
    close(descriptor)
  }
}
