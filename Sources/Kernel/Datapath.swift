internal import CBPF
internal import Dataplane
internal import Glibc
public import Tables

/// Weir's BPF program, loaded, with one set of tables in force.
public struct Datapath: ~Copyable {
  let object: DatapathObject
  let options: DatapathOptions
  /// What the tables in force are made of, to tell what counters and verdicts stand for.
  private(set) var image: TableImage
  /// Of the tables in force.
  private(set) var counters: BPFMap

  /// Loads the program, and the tables into its maps.
  ///
  /// - Throws: `KernelError`, with the verifier's log where there is one.
  public init(tables: Tables, options: DatapathOptions = DatapathOptions()) throws(KernelError) {
    var constants = datapath_constants()
    constants.observe_only = options.observeOnly ? 1 : 0
    constants.clock_is_given = options.clockIsGiven ? 1 : 0
    constants.keeps_verdict = options.keepsVerdict ? 1 : 0
    constants.hops = options.hops.rawValue
    constants.one_endpoint = options.endpoint == nil ? 0 : 1
    constants.vary_port = options.variation?.port ?? 0
    constants.vary_address = options.variation?.address ?? 0
    var programs = options.hooks.map(\.programName)
    if options.variation != nil { programs += [Self.variedProgram] }
    if options.keepsVerdict || options.variation != nil { programs += [Self.nullProgram] }
    let object = try DatapathObject(
      programs: programs, constants: constants,
      capacities: [
        "tcp_ipv4": options.maximumConnections, "tcp_ipv6": options.maximumConnections,
        "other_ipv4": options.maximumConnections / 2, "other_ipv6": options.maximumConnections / 2,
      ])
    object.control.pointee.events = options.events.rawValue
    let image = try Self.image(of: tables, options)
    let counters = try Self.makeCounters(image)
    try Self.install(image, counters, into: object)
    self.object = object
    self.options = options
    self.image = image
    self.counters = counters
  }

  static let nullProgram = "weir_null"
  static let variedProgram = "weir_varied"

  /// The second in which connections are judged, where the clock is given.
  public var now: UInt32 {
    get { object.control.pointee.now }
    set { object.control.pointee.now = newValue }
  }

  /// Judges all further packets by other tables; every packet is judged by either the old or the new ones as a whole.
  /// Connections stay.
  public mutating func replaceTables(_ tables: Tables) throws(KernelError) {
    let next = try Self.image(of: tables, options)
    let nextCounters = try Self.makeCounters(next)
    try Self.install(next, nextCounters, into: object)
    image = next
    counters = nextCounters
  }

  private static func image(of tables: Tables, _ options: DatapathOptions) throws(KernelError) -> TableImage {
    var image = try TableImage(tables, assumeAuthenticated: options.assumeAuthenticated)
    if let endpoint = options.endpoint, !image.serve(endpoint, of: tables) {
      throw KernelError(.failed, "serve one endpoint", "the tables have no policy for it")
    }
    return image
  }

  // MARK: Tables

  /// Builds the maps aside and switches to them with one store.
  private static func install(
    _ image: TableImage, _ counters: borrowing BPFMap, into object: borrowing DatapathObject
  ) throws(KernelError) {
    let generation = object.control.pointee.generation &+ 1
    let half = generation & 1
    let ipcache = try BPFMap.filled(
      BPF_MAP_TYPE_LPM_TRIE, name: "ipcache", keys: image.ipcacheKeys, values: image.ipcacheEntries,
      capacity: max(image.ipcacheKeys.count, Int(IPCACHE_ENTRIES)), flags: UInt32(BPF_F_NO_PREALLOC))
    let endpoints = try BPFMap.filled(
      BPF_MAP_TYPE_HASH, name: "endpoints", keys: image.endpointKeys, values: image.endpointValues,
      capacity: image.endpointKeys.count)
    try object.put(image.policies, of: image.judged.map(\.policy), half: half)
    try object.enter(counters.descriptor, into: "entry_counters", half: half)
    try object.enter(ipcache.descriptor, into: "ipcaches", half: half)
    try object.enter(endpoints.descriptor, into: "endpoints", half: half)
    if half == 0 {
      object.control.pointee.settings.0 = image.settings
    } else {
      object.control.pointee.settings.1 = image.settings
    }
    weir_publish(object.control, generation)
    // Waits until no packet is under way that began with the old tables: their half is free for the next.
    try object.enter(endpoints.descriptor, into: "endpoints", half: half)
  }

  private static func makeCounters(_ image: TableImage) throws(KernelError) -> BPFMap {
    try BPFMap(
      BPF_MAP_TYPE_ARRAY, name: "entry_counters", keySize: 4, valueSize: MemoryLayout<traffic>.size,
      capacity: Int(libbpf_num_possible_cpus()) * Int(image.settings.entry_count), flags: UInt32(BPF_F_INNER_MAP))
  }

}

extension DatapathOptions.Hook {
  var programName: String { self == .tc ? "weir_tc" : "weir_xdp" }
}
