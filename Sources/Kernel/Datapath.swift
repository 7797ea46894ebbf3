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
    constants.own_layout = options.layout == .own ? 1 : 0
    constants.one_endpoint = options.endpoint == nil ? 0 : 1
    constants.vary_port = options.variation?.port ?? 0
    constants.vary_address = options.variation?.address ?? 0
    var programs = options.hooks.map { $0.programName(options.hops) }
    if options.variation != nil { programs += [Self.variedProgram] }
    if options.keepsVerdict || options.variation != nil { programs += [Self.nullProgram] }
    let object = try DatapathObject(
      programs: programs, constants: constants, unusedMaps: options.layout.unusedMaps,
      capacities: [
        "tcp_ipv4": options.maximumConnections, "tcp_ipv6": options.maximumConnections,
        "flows_ipv4": options.maximumConnections, "flows_ipv6": options.maximumConnections,
        "other_ipv4": options.maximumConnections / 2, "other_ipv6": options.maximumConnections / 2,
      ])
    object.control.pointee.events = options.events.rawValue
    let image = try TableImage(tables, options)
    let counters = try Self.makeCounters(image)
    try object.install(image, counters.descriptor, options.layout)
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
    let next = try TableImage(tables, options)
    let nextCounters = try Self.makeCounters(next)
    try object.install(next, nextCounters.descriptor, options.layout)
    image = next
    counters = nextCounters
  }

  // MARK: Tables

  private static func makeCounters(_ image: TableImage) throws(KernelError) -> BPFMap {
    try BPFMap(
      BPF_MAP_TYPE_ARRAY, name: "entry_counters", keySize: 4, valueSize: MemoryLayout<traffic>.size,
      capacity: Int(libbpf_num_possible_cpus()) * Int(image.settings.entry_count), flags: UInt32(BPF_F_INNER_MAP))
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
