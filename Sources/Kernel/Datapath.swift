internal import CBPF
internal import Dataplane
internal import Glibc
public import Tables

/// Weir's BPF program, loaded, with one set of tables in force.
public struct Datapath: ~Copyable {
  let object: DatapathObject
  var options: DatapathOptions
  /// What the tables of either half are made of, to tell what counters and verdicts stand for: those in force, and those
  /// before, of which events may still be read.
  var images: [TableImage]
  /// Of the tables in force.
  private(set) var counters: BPFMap
  let events: RecordBuffer
  /// nil: no packets are copied.
  let copies: RecordBuffer?

  /// Loads the program, and the tables into its maps.
  ///
  /// - Throws: `KernelError`, with the verifier's log where there is one.
  public init(tables: Tables, options: DatapathOptions = DatapathOptions()) throws(KernelError) {
    var constants = datapath_constants()
    constants.observe_only = options.observeOnly ? 1 : 0
    constants.clock_is_given = options.clockIsGiven ? 1 : 0
    constants.keeps_verdict = options.keepsVerdict ? 1 : 0
    constants.follows_proxied = options.followsProxied ? 1 : 0
    constants.own_layout = options.layout == .own ? 1 : 0
    constants.one_endpoint = options.endpoint == nil ? 0 : 1
    constants.vary_port = options.variation?.port ?? 0
    constants.vary_address = options.variation?.address ?? 0
    var programs = options.hooks.flatMap { hook in options.programHops.map(hook.programName) }
    if options.variation != nil { programs += [Self.variedProgram] }
    if options.keepsVerdict || options.variation != nil { programs += [Self.nullProgram] }
    let object = try DatapathObject(
      programs: programs, constants: constants,
      unusedMaps: options.layout.unusedMaps + (options.followsProxied ? [] : Self.mapsOfProxied),
      capacities: [
        "tcp_ipv4": options.maximumConnections, "tcp_ipv6": options.maximumConnections,
        "flows_ipv4": options.maximumConnections, "flows_ipv6": options.maximumConnections,
        "other_ipv4": options.maximumConnections / 2, "other_ipv6": options.maximumConnections / 2,
      ])
    object.control.pointee.events = options.events.rawValue
    let image = try TableImage(tables, options)
    let counters = try Self.makeCounters(image)
    try object.install(image, counters.descriptor, options.layout)
    let events = try RecordBuffer(try object.map("events"))
    let copies = options.followsProxied ? try RecordBuffer(try object.map("copies")) : nil
    self.object = object
    self.options = options
    self.events = events
    self.copies = copies
    images = [image, image]
    self.counters = counters
  }

  private static let mapsOfProxied = ["proxied", "copies", "copies_lost", "new_copy"]
  static let nullProgram = "weir_null"
  static let variedProgram = "weir_varied"

  /// Of the tables in force; raised by one with each new set.
  public var generation: UInt32 { object.control.pointee.generation }

  /// The tables in force.
  var image: TableImage { image(of: generation) }

  func image(of generation: UInt32) -> TableImage { images[Int(generation & 1)] }

  /// The second in which connections are judged, where the clock is given.
  public var now: UInt32 {
    get { object.control.pointee.now }
    set { object.control.pointee.now = newValue }
  }

  /// Judges all further packets by other tables; every packet is judged by either the old or the new ones as a whole.
  /// Connections stay. When it fails, the old ones stay in force.
  ///
  /// Events of the tables before the present ones have to be read by then.
  ///
  /// - Parameters:
  ///   - endpoint: where the datapath serves one endpoint, its index in the new tables.
  ///   - spareEntries: as `DatapathOptions.spareEntries`; nil: as before.
  /// - Returns: what the entries of the old tables had decided at the end, as `entryCounters`.
  @discardableResult
  public mutating func replaceTables(
    _ tables: Tables, endpoint: Int? = nil, spareEntries: Int? = nil
  ) throws(KernelError) -> [[Traffic]] {
    var nextOptions = options
    if options.endpoint != nil { nextOptions.endpoint = endpoint ?? options.endpoint }
    nextOptions.spareEntries = spareEntries ?? options.spareEntries
    let next = try TableImage(tables, nextOptions)
    let nextCounters = try Self.makeCounters(next)
    try object.install(next, nextCounters.descriptor, options.layout)
    options = nextOptions
    images[Int(generation & 1)] = next
    let last = try Self.entryCounters(image(of: generation &- 1), counters)
    counters = nextCounters
    return last
  }

  /// Attaches the program to an interface, at all these hooks or at none.
  ///
  /// - Parameter side: which end of the endpoint's devices the interface is, where the datapath serves one endpoint.
  public func attach(
    to interface: NetworkInterface, at points: [HookPoint], side: EndpointSide = .host,
    preference: InterfaceAttachment.Preference = .automatic
  ) throws(KernelError) -> InterfaceAttachment {
    var programs: [(HookPoint, Int32)] = []
    for point in points {
      let hops = options.endpoint == nil ? options.hops : point.hop(at: side)
      programs.append((point, try object.program(point.hook.programName(hops))))
    }
    return try InterfaceAttachment(programs, to: interface, preference: preference)
  }

  // MARK: Tables

  private static func makeCounters(_ image: TableImage) throws(KernelError) -> BPFMap {
    try BPFMap(
      BPF_MAP_TYPE_ARRAY, name: "entry_counters", keySize: 4, valueSize: MemoryLayout<traffic>.size,
      capacity: Int(libbpf_num_possible_cpus()) * Int(image.settings.entry_count), flags: UInt32(BPF_F_INNER_MAP))
  }
}

extension DatapathOptions {
  /// What the programs to load judge: an endpoint's own interface has one program for each way.
  fileprivate var programHops: [Hops] {
    endpoint != nil && hops == .all ? [.ingress, .egress] : [hops]
  }
}

extension DatapathOptions.Hook {
  func programName(_ hops: DatapathOptions.Hops) -> String {
    let suffix = hops == .ingress ? "_ingress" : hops == .egress ? "_egress" : ""
    return "weir_\(rawValue)\(suffix)"
  }
}

extension DatapathOptions.Layout {
  /// Maps of the other layout, which the program then does not touch.
  fileprivate var unusedMaps: [String] {
    switch self {
    case .cilium: ["flows_ipv4", "flows_ipv6", "new_flow", "addresses_ipv4", "addresses_ipv6", "policy_hashes"]
    case .own: ["tcp_ipv4", "tcp_ipv6", "policies"]
    }
  }
}
