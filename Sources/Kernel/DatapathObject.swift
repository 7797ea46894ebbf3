internal import CBPF
internal import FoundationEssentials
internal import Glibc

/// The loaded BPF object, owned: its programs and maps go when it does, unless something is still attached.
///
/// libbpf's handle never leaves this file, and the pointers to mapped memory are used only while the object lives; that
/// is what the unsafe code here rests on.
struct DatapathObject: ~Copyable {
  /// The loader's variables in the running program; layout and address stay until the object is closed.
  let control: UnsafeMutablePointer<datapath_control>
  let lastVerdict: UnsafePointer<packet_verdict>

  private let object: OpaquePointer

  /// Opens, configures and loads the embedded object.
  ///
  /// - Parameter programs: the names of those to load; the others cost nothing.
  init(
    programs: [String], constants: datapath_constants, unusedMaps: [String], capacities: [String: Int]
  ) throws(KernelError) {
    weir_log_begin()
    guard let opened = Self.open() else {
      throw KernelError("open the BPF program", errorNumber: errno, log: Self.log())
    }
    let variables: (UnsafeMutablePointer<datapath_control>, UnsafeMutablePointer<packet_verdict>)
    do throws(KernelError) {
      try Self.configure(
        opened, programs: programs, constants: constants, unusedMaps: unusedMaps, capacities: capacities)
      let result = bpf_object__load(opened)
      guard result >= 0 else { throw KernelError("load the BPF program", errorNumber: -result, log: Self.log()) }
      variables = (
        try Self.map(opened, ".data.control", as: datapath_control.self),
        try Self.map(opened, ".data.verdict", as: packet_verdict.self)
      )
    } catch {
      _ = Self.log()
      bpf_object__close(opened)
      throw error
    }
    _ = Self.log()
    object = opened
    control = variables.0
    lastVerdict = UnsafePointer(variables.1)
  }

  deinit {
    munmap(control, MemoryLayout<datapath_control>.size)
    munmap(UnsafeMutableRawPointer(mutating: lastVerdict), MemoryLayout<packet_verdict>.size)
    bpf_object__close(object)
  }

  /// The descriptor of a map of the object's, which stays the owner.
  func map(_ name: String) throws(KernelError) -> Int32 {
    let descriptor = bpf_object__find_map_fd_by_name(object, name)
    guard descriptor >= 0 else { throw KernelError(.failed, "find the BPF map \(name)", "the program has none") }
    return descriptor
  }

  func program(_ name: String) throws(KernelError) -> Int32 {
    guard let program = bpf_object__find_program_by_name(object, name) else {
      throw KernelError(.failed, "find the BPF program \(name)", "the object has none")
    }
    let descriptor = bpf_program__fd(program)
    guard descriptor >= 0 else { throw KernelError(.failed, "find the BPF program \(name)", "it was not loaded") }
    return descriptor
  }

  // MARK: Opening

  /// The embedded object, opened and not yet loaded; nil with errno set on failure. The caller closes it.
  ///
  /// libbpf reads structures in place: the bytes must be aligned to eight.
  static func open() -> OpaquePointer? {
    guard let bytes = Data(base64Encoded: DatapathImage.base64.description) else { return nil }
    let aligned = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { aligned.deallocate() }
    bytes.copyBytes(to: aligned)
    return weir_object_open(aligned.baseAddress, bytes.count, "weir")
  }

  private static func configure(
    _ object: OpaquePointer, programs: [String], constants: datapath_constants, unusedMaps: [String],
    capacities: [String: Int]
  ) throws(KernelError) {
    var next = bpf_object__next_program(object, nil)
    while let program = next {
      bpf_program__set_autoload(program, programs.contains(String(cString: bpf_program__name(program))))
      next = bpf_object__next_program(object, program)
    }
    for name in unusedMaps {
      bpf_map__set_autocreate(bpf_object__find_map_by_name(object, name), false)
    }
    for (name, capacity) in capacities {
      guard let map = bpf_object__find_map_by_name(object, name) else {
        throw KernelError(.failed, "size the BPF map \(name)", "the program has none")
      }
      bpf_map__set_max_entries(map, UInt32(clamping: capacity))
    }
    let result = withUnsafeBytes(of: constants) { bytes in
      bpf_map__set_initial_value(bpf_object__find_map_by_name(object, ".rodata"), bytes.baseAddress, bytes.count)
    }
    guard result >= 0 else { throw KernelError("set the program's constants", errorNumber: -result) }
  }

  /// Maps a section of the object that holds one variable, as the running program sees it.
  private static func map<Value>(
    _ object: OpaquePointer, _ section: String, as type: Value.Type
  ) throws(KernelError) -> UnsafeMutablePointer<Value> {
    guard let map = bpf_object__find_map_by_name(object, section),
      bpf_map__value_size(map) == UInt32(MemoryLayout<Value>.size)
    else { throw KernelError(.failed, "find the variables \(section)", "the program has others") }
    let memory = mmap(
      nil, MemoryLayout<Value>.size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0)
    guard let memory, memory != MAP_FAILED else {
      throw KernelError("map the variables \(section)", errorNumber: errno)
    }
    return memory.bindMemory(to: type, capacity: 1)
  }

  private static func log() -> String {
    guard let text = weir_log_end() else { return "" }
    defer { free(text) }
    return String(cString: text)
  }
}
