internal import CBPF
internal import Glibc

/// One of Weir's programs at a hook of an interface, whoever attached it.
public struct AttachedProgram: Sendable {
  public let interface: NetworkInterface
  public let point: HookPoint
  public let means: AttachmentMeans
  /// The kernel's number of the program.
  public let program: UInt32
  /// Its name, at most 15 characters.
  public let name: String
  /// The kernel's number of the link; nil for a filter.
  public let link: UInt32?
  /// Seconds of the monotonic clock that counts since the machine's start.
  public let loadedAt: UInt64
  /// Processes that hold the program; none when a run was killed and has left it.
  public let processes: [Int32]
  /// Whether it lets everything pass; nil when its map could not be read.
  public let observesOnly: Bool?
  /// The kernel's number of the map it counts in, which all programs of a run share: an endpoint's direction is counted,
  /// whichever hook its packet came by.
  public let counters: UInt32?
  /// Packets judged at endpoints since it was loaded, by all programs of its run together; nil when the map could not be
  /// read.
  public let judged: UInt64?
  public let dropped: UInt64?

  /// What is attached in this network namespace.
  ///
  /// - Parameter interface: only there; nil: everywhere.
  public static func all(on interface: NetworkInterface? = nil) throws(KernelError) -> [AttachedProgram] {
    var result: [AttachedProgram] = []
    for interface in interface.map({ [$0] }) ?? NetworkInterface.all() {
      for point in HookPoint.allCases {
        for (program, link, means) in candidates(on: interface, point) {
          if let found = AttachedProgram(interface, point, means, program: program, link: link) { result.append(found) }
        }
      }
    }
    return result
  }

  /// Takes it off its hook. A process that attached it notices and ends.
  public func detach() throws(KernelError) {
    guard let link else {
      try ClsactFilter.detach(from: interface, point)
      return
    }
    let operation = "detach link \(link) from \(interface.name)"
    let descriptor = bpf_link_get_fd_by_id(link)
    // Its process may have ended meanwhile.
    guard descriptor != -ENOENT else { return }
    guard descriptor >= 0 else { throw KernelError(operation, errorNumber: -descriptor) }
    defer { close(descriptor) }
    let result = bpf_link_detach(descriptor)
    guard result >= 0 else { throw KernelError(operation, errorNumber: -result) }
  }

  // MARK: Finding

  private static func candidates(
    on interface: NetworkInterface, _ point: HookPoint
  ) -> [(program: UInt32, link: UInt32?, means: AttachmentMeans)] {
    guard point != .xdp else { return xdpPrograms(on: interface) }
    var result: [(UInt32, UInt32?, AttachmentMeans)] = []
    var programs = [UInt32](repeating: 0, count: 64)
    var links = programs
    let count = weir_tcx_query(
      interface.index, UInt32(bitPattern: Int32(point.tcxType.rawValue)), &programs, &links, UInt32(programs.count))
    for index in 0..<max(0, min(Int(count), programs.count)) where links[index] != 0 {
      result.append((programs[index], links[index], .tcx))
    }
    if let filter = ClsactFilter.find(on: interface, point) { result.append((filter.program, nil, .clsact)) }
    return result
  }

  private static func xdpPrograms(
    on interface: NetworkInterface
  ) -> [(program: UInt32, link: UInt32?, means: AttachmentMeans)] {
    var query = bpf_xdp_query_opts()
    query.sz = (MemoryLayout<bpf_xdp_query_opts>.offset(of: \.attach_mode) ?? 0) + 1
    guard bpf_xdp_query(Int32(interface.index), 0, &query) == 0 else { return [] }
    return [query.drv_prog_id, query.skb_prog_id].filter { $0 != 0 }.compactMap { program in
      link(of: program, on: interface).map { (program, $0, .xdp) }
    }
  }

  /// The XDP link that holds a program at an interface.
  private static func link(of program: UInt32, on interface: NetworkInterface) -> UInt32? {
    var next: UInt32 = 0
    while bpf_link_get_next_id(next, &next) == 0 {
      let descriptor = bpf_link_get_fd_by_id(next)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var info = bpf_link_info()
      var size = UInt32(MemoryLayout<bpf_link_info>.size)
      guard bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 else { continue }
      if info.type == BPF_LINK_TYPE_XDP.rawValue, info.prog_id == program, info.xdp.ifindex == interface.index {
        return next
      }
    }
    return nil
  }

  private init?(
    _ interface: NetworkInterface, _ point: HookPoint, _ means: AttachmentMeans, program: UInt32, link: UInt32?
  ) {
    let descriptor = bpf_prog_get_fd_by_id(program)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var maps = [UInt32](repeating: 0, count: 64)
    let found: bpf_prog_info? = maps.withUnsafeMutableBufferPointer { maps in
      var info = bpf_prog_info()
      info.nr_map_ids = UInt32(maps.count)
      info.map_ids = UInt64(UInt(bitPattern: maps.baseAddress))
      var size = UInt32(MemoryLayout<bpf_prog_info>.size)
      return bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 ? info : nil
    }
    guard let info = found else { return nil }
    let name = withUnsafeBytes(of: info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    guard name.hasPrefix("weir_") else { return nil }
    self.interface = interface
    self.point = point
    self.means = means
    self.program = program
    self.link = link
    self.name = name
    loadedAt = info.load_time / 1_000_000_000
    processes = Self.holders(of: program)
    let state = ProgramMaps(Array(maps.prefix(Int(info.nr_map_ids))))
    observesOnly = state.constants.map { $0.observe_only != 0 }
    counters = state.counters
    judged = state.totals.map { $0.judged }
    dropped = state.totals.map { $0.dropped }
  }

  /// Processes with a descriptor of the program, as far as /proc shows them.
  private static func holders(of program: UInt32) -> [Int32] {
    var result: [Int32] = []
    for process in names(in: "/proc").compactMap({ Int32($0) }) where process != getpid() {
      let folder = "/proc/\(process)/fdinfo"
      if names(in: folder).contains(where: { holds("\(folder)/\($0)", program) }) { result.append(process) }
    }
    return result.sorted()
  }

  private static func holds(_ path: String, _ program: UInt32) -> Bool {
    guard let file = fopen(path, "re") else { return false }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let parts = text.split(whereSeparator: \.isWhitespace)
      if parts.count == 2, parts[0] == "prog_id:", parts[1] == String(program) { return true }
    }
    return false
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var result: [String] = []
    while let entry = readdir(directory) {
      result.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return result
  }
}

/// What another process's program tells through its maps.
private struct ProgramMaps {
  var constants: datapath_constants?
  var totals: (judged: UInt64, dropped: UInt64)?
  /// The number of the map of the totals.
  var counters: UInt32?

  init(_ maps: [UInt32]) {
    for id in maps {
      let descriptor = bpf_map_get_fd_by_id(id)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var info = bpf_map_info()
      var size = UInt32(MemoryLayout<bpf_map_info>.size)
      guard bpf_obj_get_info_by_fd(descriptor, &info, &size) == 0 else { continue }
      let name = withUnsafeBytes(of: info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".rodata"), info.value_size == UInt32(MemoryLayout<datapath_constants>.size) {
        var (key, value) = (UInt32(0), datapath_constants())
        if bpf_map_lookup_elem(descriptor, &key, &value) == 0 { constants = value }
      } else if name == "totals", info.value_size == UInt32(MemoryLayout<traffic>.size) {
        totals = Self.sum(descriptor)
        counters = id
      }
    }
  }

  private static func sum(_ descriptor: Int32) -> (judged: UInt64, dropped: UInt64)? {
    var (judged, dropped): (UInt64, UInt64) = (0, 0)
    for slot in 0..<2 * UInt32(TOTALS_PER_DIRECTION) {
      guard let values = try? BPFMap.processorValues(of: descriptor, "totals", at: slot, zero: traffic()) else {
        return nil
      }
      let packets = values.reduce(0) { $0 &+ $1.packets }
      judged &+= packets
      if slot % UInt32(TOTALS_PER_DIRECTION) != 0 { dropped &+= packets }
    }
    return (judged, dropped)
  }
}
