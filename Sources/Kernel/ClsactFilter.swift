internal import CBPF
internal import Glibc

/// Weir's filters in an interface's clsact queueing discipline: known by their priority and handle, so that a later
/// process finds what an earlier one left. Other people's filters stay as they are.
enum ClsactFilter {
  /// Cilium's come at priority 1.
  private static let priority: UInt32 = 7
  /// The handle tells whether the queueing discipline was Weir's doing, and is to go with the filters.
  private static let handle: UInt32 = 0x7765_0001
  private static let handleOfOwnDiscipline: UInt32 = 0x7765_0002

  /// - Parameter ownsDiscipline: Weir has made the queueing discipline.
  static func attach(
    _ program: Int32, to interface: NetworkInterface, _ point: HookPoint, ownsDiscipline: Bool
  ) throws(KernelError) {
    var hook = hook(interface, point)
    var options = options(ownsDiscipline ? handleOfOwnDiscipline : handle)
    options.prog_fd = program
    let result = bpf_tc_attach(&hook, &options)
    guard result == 0 else {
      throw KernelError("attach a filter to \(interface.name), \(point.description)", errorNumber: -result)
    }
  }

  /// Makes the queueing discipline unless there is one.
  ///
  /// - Returns: whether it was made.
  static func makeDiscipline(of interface: NetworkInterface) throws(KernelError) -> Bool {
    var hook = bothHooks(interface)
    let result = bpf_tc_hook_create(&hook)
    guard result == 0 || result == -EEXIST else {
      throw KernelError("make the clsact queueing discipline of \(interface.name)", errorNumber: -result)
    }
    return result == 0
  }

  /// Removes the queueing discipline unless anybody has filters there.
  static func removeDiscipline(of interface: NetworkInterface) {
    guard weir_clsact_filters(interface.index) == 0 else { return }
    var hook = bothHooks(interface)
    bpf_tc_hook_destroy(&hook)
  }

  /// The program of Weir's filter at a hook, if there is one.
  static func find(on interface: NetworkInterface, _ point: HookPoint) -> (program: UInt32, ownsDiscipline: Bool)? {
    var hook = hook(interface, point)
    for (handle, owns) in [(handle, false), (handleOfOwnDiscipline, true)] {
      var options = options(handle)
      if bpf_tc_query(&hook, &options) == 0 { return (options.prog_id, owns) }
    }
    return nil
  }

  /// Removes Weir's filter from a hook, and the queueing discipline where that was Weir's and nobody else uses it.
  ///
  /// - Returns: whether there was one.
  @discardableResult
  static func detach(from interface: NetworkInterface, _ point: HookPoint) throws(KernelError) -> Bool {
    guard let found = find(on: interface, point) else { return false }
    var hook = hook(interface, point)
    var options = options(found.ownsDiscipline ? handleOfOwnDiscipline : handle)
    let result = bpf_tc_detach(&hook, &options)
    guard result == 0 || result == -ENOENT else {
      throw KernelError("detach the filter from \(interface.name), \(point.description)", errorNumber: -result)
    }
    if found.ownsDiscipline { removeDiscipline(of: interface) }
    return true
  }

  // MARK: libbpf's parameters

  private static func hook(_ interface: NetworkInterface, _ point: HookPoint) -> bpf_tc_hook {
    var hook = bpf_tc_hook()
    // Not the whole structure: libbpf wants what lies beyond the last field to be 0, and a copy need not keep padding.
    hook.sz = (MemoryLayout<bpf_tc_hook>.offset(of: \.parent) ?? 0) + MemoryLayout<UInt32>.size
    hook.ifindex = Int32(interface.index)
    hook.attach_point = point == .tcEgress ? BPF_TC_EGRESS : BPF_TC_INGRESS
    return hook
  }

  private static func bothHooks(_ interface: NetworkInterface) -> bpf_tc_hook {
    var hook = hook(interface, .tcIngress)
    hook.attach_point = bpf_tc_attach_point(BPF_TC_INGRESS.rawValue | BPF_TC_EGRESS.rawValue)
    return hook
  }

  private static func options(_ handle: UInt32) -> bpf_tc_opts {
    var options = bpf_tc_opts()
    options.sz = (MemoryLayout<bpf_tc_opts>.offset(of: \.priority) ?? 0) + MemoryLayout<UInt32>.size
    options.handle = handle
    options.priority = priority
    return options
  }
}
