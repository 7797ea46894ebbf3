internal import CBPF
internal import Glibc

/// The program at the hooks of one interface, owned: detached with its owner.
///
/// All hooks or none: when one cannot be had, the others are given back. Links end with the process by themselves;
/// a clsact filter outlives a process that is killed (`AttachedProgram.detach`).
public struct InterfaceAttachment: ~Copyable {
  public let interface: NetworkInterface
  public let hooks: [Hook]
  private let lock: InstanceLock

  /// A hook that is held.
  public struct Hook: Sendable {
    public let point: HookPoint
    public let means: AttachmentMeans
    /// Of the link; -1 for a filter.
    fileprivate let link: Int32
  }

  /// Which means to use for the tc hooks.
  public enum Preference: String, Sendable, CaseIterable {
    /// A tcx link where the kernel has it, else a clsact filter.
    case automatic = "auto"
    case tcx
    case clsact
  }

  init(
    _ programs: [(point: HookPoint, program: Int32)], to interface: NetworkInterface, preference: Preference
  ) throws(KernelError) {
    guard interface.hasEthernetHeader else {
      throw KernelError(
        .unsupported, "attach to \(interface.name)", "its frames have no Ethernet header, which Weir's program expects")
    }
    let lock = try InstanceLock(interface)
    try Self.checkForRemains(on: interface, programs.map(\.point))
    let usesLinks = try Self.usesLinks(preference, on: interface)
    var hooks: [Hook] = []
    var ownsDiscipline = false
    do throws(KernelError) {
      if !usesLinks, programs.contains(where: { $0.point != .xdp }) {
        ownsDiscipline = try ClsactFilter.makeDiscipline(of: interface)
      }
      for (point, program) in programs {
        hooks.append(try Self.attach(program, to: interface, point, usesLinks, ownsDiscipline: ownsDiscipline))
      }
    } catch {
      Self.release(hooks, of: interface)
      if ownsDiscipline { ClsactFilter.removeDiscipline(of: interface) }
      throw error
    }
    self.interface = interface
    self.hooks = hooks
    self.lock = lock
  }

  deinit { Self.release(hooks, of: interface) }

  /// Whether every hook is still held: somebody may have detached the program, or removed the interface.
  public var isWhole: Bool {
    hooks.allSatisfy { hook in
      hook.link >= 0 ? weir_link_is_attached(hook.link) : ClsactFilter.find(on: interface, hook.point) != nil
    }
  }

  // MARK: Attaching

  private static func attach(
    _ program: Int32, to interface: NetworkInterface, _ point: HookPoint, _ usesLinks: Bool, ownsDiscipline: Bool
  ) throws(KernelError) -> Hook {
    guard point != .xdp else { return Hook(point: point, means: .xdp, link: try attachXDP(program, to: interface)) }
    guard usesLinks else {
      try ClsactFilter.attach(program, to: interface, point, ownsDiscipline: ownsDiscipline)
      return Hook(point: point, means: .clsact, link: -1)
    }
    let link = bpf_link_create(program, Int32(interface.index), point.tcxType, nil)
    guard link >= 0 else {
      throw KernelError("attach a tcx link to \(interface.name), \(point.description)", errorNumber: -link)
    }
    return Hook(point: point, means: .tcx, link: link)
  }

  /// In the driver where it can, else before the stack (generic XDP).
  private static func attachXDP(_ program: Int32, to interface: NetworkInterface) throws(KernelError) -> Int32 {
    let native = bpf_link_create(program, Int32(interface.index), BPF_XDP, nil)
    if native >= 0 { return native }
    let operation = "attach an XDP link to \(interface.name)"
    guard native != -EBUSY, native != -EEXIST else {
      throw KernelError(.busy, operation, "another XDP program is attached, and there can be only one")
    }
    var options = bpf_link_create_opts()
    options.sz = MemoryLayout<bpf_link_create_opts>.size
    options.flags = UInt32(genericXDPFlag)
    let generic = bpf_link_create(program, Int32(interface.index), BPF_XDP, &options)
    guard generic >= 0 else {
      guard generic != -EINVAL else {
        throw KernelError(.unsupported, operation, "the kernel has no XDP links (Linux 5.9)")
      }
      throw KernelError(operation, errorNumber: -generic)
    }
    return generic
  }

  private static func usesLinks(_ preference: Preference, on interface: NetworkInterface) throws(KernelError) -> Bool {
    guard preference != .clsact else { return false }
    let hasTCX = weir_tcx_query(interface.index, UInt32(WEIR_TCX_INGRESS), nil, nil, 0) >= 0
    guard hasTCX || preference == .automatic else {
      throw KernelError(
        .unsupported, "attach to \(interface.name)", "the kernel has no tcx (Linux 6.6)",
        hint: "without --means, or with --means clsact, a clsact filter is used")
    }
    return hasTCX
  }

  /// Refuses where a killed run has left its filters: two programs would judge every packet.
  private static func checkForRemains(on interface: NetworkInterface, _ points: [HookPoint]) throws(KernelError) {
    for point in points where point != .xdp && ClsactFilter.find(on: interface, point) != nil {
      throw KernelError(
        .busy, "attach to \(interface.name)",
        "an earlier weir was killed and has left its filter at \(point.description)",
        hint: "weir detach \(interface.name) removes it")
    }
  }

  // MARK: Detaching

  private static func release(_ hooks: [Hook], of interface: NetworkInterface) {
    for hook in hooks {
      if hook.link >= 0 {
        close(hook.link)
      } else {
        // The interface may be gone, and its filters with it.
        _ = try? ClsactFilter.detach(from: interface, hook.point)
      }
    }
  }
}

extension HookPoint {
  var tcxType: bpf_attach_type {
    bpf_attach_type(UInt32(self == .tcEgress ? WEIR_TCX_EGRESS : WEIR_TCX_INGRESS))
  }
}

/// XDP_FLAGS_SKB_MODE of `linux/if_link.h`.
private let genericXDPFlag = 2
