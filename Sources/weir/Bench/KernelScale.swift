import Addresses
import Kernel
import Latency
import Rules
import Tables

/// How the kernel's program and its maps take growing tables: what loading them takes, and what a packet does.
///
/// One endpoint whose policy has entries for single identities on one port, and an ipcache of single addresses. Packets are
/// TCP over IPv4 to the endpoint: of one established connection, of ever new connections, and of one that no entry allows.
struct KernelScale {
  struct Row {
    var policyEntries: Int
    var addresses: Int
    var layout: DatapathOptions.Layout
    /// Milliseconds from the program without any tables to these in force.
    var load: Double
    /// Nanoseconds a packet, without what an empty program takes.
    var established: Double
    var new: Double
    var denied: Double
    /// What an empty program takes in the same run.
    var empty: Double
  }

  private static let sizes = [(10, 10), (1000, 1000), (16_384, 100_000), (65_536, 1000), (65_536, 100_000)]
  private static let repetitions = 200_000
  /// Fewer than there are source ports: none comes twice.
  private static let openings = 60_000

  private static let server = IPAddress(ipv4: 0x0a00_0001)
  private static let firstPeer: UInt32 = 0x0b00_0000
  private static let firstIdentity: UInt32 = 1000

  /// - Parameter row: is given each row when it is measured.
  static func measure(_ row: (Row) -> Void) throws(KernelError) {
    for (entries, addresses) in sizes {
      for layout in [DatapathOptions.Layout.cilium, .own] { row(try measure(entries, addresses, layout)) }
    }
  }

  private static func measure(
    _ entries: Int, _ addresses: Int, _ layout: DatapathOptions.Layout
  ) throws(KernelError) -> Row {
    var options = DatapathOptions()
    options.layout = layout
    // As weir attach loads it. Nothing is varied, but there is the empty program.
    options.followsProxied = true
    options.variation = (port: 0, address: 0)
    var datapath = try Datapath(tables: Tables(), options: options)
    let tables = tables(entries, addresses)
    let start = CycleCounter.nanoseconds()
    try datapath.replaceTables(tables)
    let load = Double(CycleCounter.nanoseconds() - start) / 1e6
    let allowed = frame(from: firstPeer + UInt32(min(entries, addresses) / 2))
    // The last address has an identity that the policy does not name.
    let denied = frame(from: firstPeer + UInt32(addresses))

    var row = Row(
      policyEntries: entries, addresses: addresses, layout: layout, load: load, established: 0, new: 0, denied: 0,
      empty: try run(&datapath, allowed, .null, repetitions))
    row.established = max(0, try run(&datapath, allowed, .hook(.tc), repetitions) - row.empty)
    row.denied = max(0, try run(&datapath, denied, .hook(.tc), repetitions) - row.empty)
    options.variation = (port: 0xffff, address: 0)
    var varied = try Datapath(tables: tables, options: options)
    let empty = try run(&varied, allowed, .null, repetitions)
    row.new = max(0, try run(&varied, allowed, .varied, openings) - empty)
    return row
  }

  private static func run(
    _ datapath: inout Datapath, _ frame: [UInt8], _ program: Datapath.TestProgram, _ repetitions: Int
  ) throws(KernelError) -> Double {
    do {
      return Double(
        try frame.withUnsafeBytes { try datapath.testRun($0, program: program, repetitions: repetitions).nanoseconds })
    } catch {
      throw error as? KernelError ?? KernelError(.failed, "run the BPF program", "\(error)")
    }
  }

  private static func tables(_ entries: Int, _ addresses: Int) -> Tables {
    var tables = Tables()
    var policy = EndpointPolicy()
    policy.ingressEnforced = true
    policy.entries = (0..<entries).map { number in
      PolicyMapEntry(
        key: PolicyMapKey(
          direction: .ingress, identity: firstIdentity + UInt32(number), protocolNumber: 6, port: 80,
          portPrefixLength: 16))
    }
    tables.policies = [policy]
    tables.ipcache = (0...addresses).map { number in
      // Identities repeat where there are fewer than addresses, but the last address has one of its own.
      let identity = number == addresses ? UInt32(entries) : UInt32(number % entries)
      return IPCacheEntry(
        prefix: IPPrefix(host: IPAddress(ipv4: firstPeer + UInt32(number))), identity: firstIdentity + identity)
    }
    var endpoint = Endpoint(name: "scale/server", identity: 300, isLocal: true)
    endpoint.addresses = [server]
    endpoint.policy = 0
    tables.endpoints = [endpoint]
    return tables
  }

  private static func frame(from address: UInt32) -> [UInt8] {
    SyntheticFrame(
      source: .init(address: IPAddress(ipv4: address), port: 40_000), destination: .init(address: server, port: 80),
      tcpFlags: 0x02, payload: 0
    ).bytes()
  }
}

extension KernelScale {
  /// For people.
  static func text(_ rows: [Row]) -> String {
    var table = TextTable(
      header: ["ENTRIES", "ADDRESSES", "LAYOUT", "LOAD ms", "ESTABLISHED ns", "NEW ns", "DENIED ns", "EMPTY ns"])
    for row in rows {
      table.add(
        [String(row.policyEntries), String(row.addresses), row.layout.rawValue]
          + [row.load, row.established, row.new, row.denied, row.empty].map(BenchText.decimal))
    }
    return table.lines().joined(separator: "\n") + "\n"
  }

  static func json(_ rows: [Row]) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.key("kernel_scale")
      json.array(rows) { json, row in
        json.object { json in
          json.field("policy_entries", row.policyEntries)
          json.field("addresses", row.addresses)
          json.field("layout", row.layout.rawValue)
          json.field("load_ms", row.load)
          json.field("established_ns", row.established)
          json.field("new_ns", row.new)
          json.field("denied_ns", row.denied)
          json.field("empty_program_ns", row.empty)
        }
      }
    }
    json.line()
    return json.bytes
  }
}
