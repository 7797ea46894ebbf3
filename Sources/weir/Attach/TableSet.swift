import Addresses
import Dataplane
import Flow
import Kernel
import Packet
import Proxy
import Tables

/// One generation of tables, with what names the events that it gives.
struct TableSet {
  private(set) var tables: Tables
  private(set) var generation: UInt32
  let policyCount: Int
  private var lookup: LookupTables
  private var recorder: FlowRecorder

  /// - Parameter interface: where the packets are judged.
  init(
    _ tables: Tables, generation: UInt32, policyCount: Int, recordsEveryPacket: Bool, interface: NetworkInterface
  ) {
    self.tables = tables
    self.generation = generation
    self.policyCount = policyCount
    lookup = LookupTables(tables)
    recorder = FlowRecorder(tables: tables, recordsEveryPacket: recordsEveryPacket, seed: UInt64(generation))
    recorder.interface = Flow.Interface(index: interface.index, name: interface.name)
  }

  /// Follows names, as the datapath has done.
  mutating func follow(_ delta: TablesDelta, _ lookup: LookupTables, generation: UInt32) {
    self.lookup = lookup
    self.generation = generation
    tables.appendEntries(delta)
    recorder.followEntries(delta)
  }

  /// The flows that a packet's event stands for.
  mutating func flows(
    of event: DatapathEvent, _ frame: UnsafeRawBufferPointer, _ names: borrowing NameStage, at time: Int64
  ) -> [Flow] {
    let headers = PacketHeaders(dissecting: frame, linkType: .ethernet, originalLength: event.length)
    let verdict = named(event.verdict, headers)
    setNames(headers, verdict, names, at: time)
    var list = FlowList()
    recorder.record(headers, verdict, at: time, to: &list)
    return list.flows
  }

  /// The flows of what proxies would have logged of a packet.
  mutating func flows(
    of events: [ProxyEvent], isReply: Bool, _ headers: PacketHeaders, _ verdict: PacketVerdict,
    _ names: borrowing NameStage, at time: Int64
  ) -> [Flow] {
    setNames(headers, verdict, names, at: time)
    var list = FlowList()
    recorder.record(events, isReply: isReply, headers, verdict, tunnel: nil, at: time, to: &list)
    return list.flows
  }

  private mutating func setNames(
    _ headers: PacketHeaders, _ verdict: PacketVerdict, _ names: borrowing NameStage, at time: Int64
  ) {
    recorder.names = (
      names.names(of: headers.source, knownTo: verdict.destinationEndpoint, at: time),
      names.names(of: headers.destination, knownTo: verdict.sourceEndpoint, at: time)
    )
  }

  /// The program's verdict with its ends named.
  func named(_ verdict: PacketVerdict, _ headers: PacketHeaders) -> PacketVerdict {
    var verdict = verdict
    if headers.ipVersion != 0 {
      var (source, destination) = (headers.source, headers.destination)
      if tables.backends.indices.contains(Int(verdict.backend)) {
        let backend = tables.backends[Int(verdict.backend)].address
        if verdict.flags.contains(.fromService) { source = backend } else { destination = backend }
      }
      lookup.nameEnds(of: &verdict, source: source, destination: destination)
    }
    return verdict
  }
}

extension TableSet {
  /// For people.
  var summary: String {
    let entries = tables.policies.reduce(0) { $0 + $1.entries.count }
    func count(_ number: Int, _ name: String) -> String { "\(number) \(name)\(number == 1 ? "" : "s")" }
    let policies = policyCount == 1 ? "1 policy" : "\(policyCount) policies"
    return "\(policies), \(count(tables.endpoints.count, "endpoint")), "
      + "\(entries == 1 ? "1 entry" : "\(entries) entries") (generation \(generation))"
  }
}
