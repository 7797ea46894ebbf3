import Addresses
import Dataplane
import Flow
import Kernel
import Packet
import Tables

/// One generation of tables, with what names the events that it gives.
struct TableSet {
  let tables: Tables
  let generation: UInt32
  let policyCount: Int
  private let lookup: LookupTables
  private var recorder: FlowRecorder

  init(_ tables: Tables, generation: UInt32, policyCount: Int, recordsEveryPacket: Bool) {
    self.tables = tables
    self.generation = generation
    self.policyCount = policyCount
    lookup = LookupTables(tables)
    recorder = FlowRecorder(tables: tables, recordsEveryPacket: recordsEveryPacket, seed: UInt64(generation))
  }

  /// The flows that a packet's event stands for.
  mutating func flows(of event: DatapathEvent, _ frame: UnsafeRawBufferPointer, at time: Int64) -> [Flow] {
    let headers = PacketHeaders(dissecting: frame, linkType: .ethernet, originalLength: event.length)
    var verdict = event.verdict
    if headers.ipVersion != 0 {
      var (source, destination) = (headers.source, headers.destination)
      if tables.backends.indices.contains(Int(verdict.backend)) {
        let backend = tables.backends[Int(verdict.backend)].address
        if verdict.flags.contains(.fromService) { source = backend } else { destination = backend }
      }
      lookup.nameEnds(of: &verdict, source: source, destination: destination)
    }
    recorder.record(headers, verdict, at: time)
    return recorder.flows
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
