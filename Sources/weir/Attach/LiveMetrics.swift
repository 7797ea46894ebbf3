import Dataplane
import Flow
import Kernel
import Names
import Rules
import Tables

/// What `--metrics` serves: Hubble's families from the events, Cilium's from the program's counters, and each rule's.
struct LiveMetrics {
  var flows = FlowMetrics()
  var rules = RuleCounters()
  /// Connections that were ended for the server name that they ask for.
  var refusedConnections: UInt64 = 0
  /// Copies of packets that found the kernel's buffer full, as far as shown.
  var lostCopies: UInt64 = 0
  private(set) var reloads: UInt64 = 0
  private(set) var failedReloads: UInt64 = 0

  mutating func countReload(succeeded: Bool) {
    if succeeded { reloads += 1 } else { failedReloads += 1 }
  }

  func text(
    _ datapath: borrowing Datapath, _ set: TableSet, _ names: NameCache.Counters
  ) throws(KernelError) -> [UInt8] {
    var text = PrometheusText()
    flows.write(to: &text)
    Self.write(try datapath.totals(), to: &text)
    write(set, to: &text)
    write(names, lostCopies: try datapath.lostCopies(), to: &text)
    rules.write(try datapath.entryCounters(), of: set.tables, to: &text)
    return text.bytes
  }

  // MARK: Cilium's families

  /// - Parameter totals: by direction (0 ingress, 1 egress) and reason.
  private static func write(_ totals: [[Datapath.Traffic]], to text: inout PrometheusText) {
    let directions = ["INGRESS", "EGRESS"]
    func forward(_ name: String, _ help: String, _ value: (Datapath.Traffic) -> UInt64) {
      text.family(name, .counter, help: help)
      for (direction, reasons) in zip(directions, totals) {
        text.sample([("direction", direction)], reasons.first.map(value) ?? 0)
      }
    }
    func drop(_ name: String, _ help: String, _ value: (Datapath.Traffic) -> UInt64) {
      text.family(name, .counter, help: help)
      for (direction, reasons) in zip(directions, totals) {
        for (reason, traffic) in reasons.enumerated().dropFirst() where traffic.packets > 0 {
          let reason = Flow.DropReason(rawValue: UInt32(reason)).text
          text.sample([("reason", reason), ("direction", direction)], value(traffic))
        }
      }
    }
    forward("cilium_forward_count_total", "Total forwarded packets, tagged by ingress/egress direction", \.packets)
    forward("cilium_forward_bytes_total", "Total forwarded bytes, tagged by ingress/egress direction", \.bytes)
    drop(
      "cilium_drop_count_total", "Total dropped packets, tagged by drop reason and ingress/egress direction", \.packets)
    drop("cilium_drop_bytes_total", "Total dropped bytes, tagged by drop reason and ingress/egress direction", \.bytes)
  }

  private func write(_ set: TableSet, to text: inout PrometheusText) {
    text.family("cilium_policy", .gauge, help: "Number of policies currently loaded")
    text.sample([], UInt64(set.policyCount))
    text.family("cilium_policy_max_revision", .gauge, help: "Highest policy revision number in the agent")
    text.sample([], UInt64(set.generation))
    text.family("cilium_policy_change_total", .counter, help: "Number of policy changes by outcome")
    text.sample([("outcome", "success")], reloads)
    text.sample([("outcome", "failure")], failedReloads)
    text.family(
      "cilium_policy_endpoint_enforcement_status", .gauge,
      help: "Number of endpoints labeled by policy enforcement status")
    for (status, count) in enforcement(set.tables).sorted(by: { $0.key < $1.key }) {
      text.sample([("enforcement", status)], count)
    }
    text.family("cilium_identity", .gauge, help: "Number of identities currently allocated")
    let types = Dictionary(grouping: set.tables.identities, by: { Self.type(of: $0.id) })
    for (type, identities) in types.sorted(by: { $0.key < $1.key }) {
      text.sample([("type", type)], UInt64(identities.count))
    }
  }

  private func write(_ names: NameCache.Counters, lostCopies: UInt64, to text: inout PrometheusText) {
    func counter(_ name: String, _ help: String, _ value: UInt64) {
      text.family(name, .counter, help: help)
      text.sample([], value)
    }
    counter("weir_dns_answers_total", "DNS answers that addresses were learnt from", names.answers)
    counter("weir_names_total", "Names that were learnt", names.names)
    counter("weir_name_addresses_total", "Addresses of names that were learnt", names.addresses)
    counter("weir_name_addresses_expired_total", "Addresses of names that were forgotten again", names.expired)
    counter("weir_refused_connections_total", "Connections ended for their server names", refusedConnections)
    counter("weir_copies_lost_total", "Copies of packets for layer 7 that were lost", lostCopies)
  }

  private func enforcement(_ tables: Tables) -> [String: UInt64] {
    var counts: [String: UInt64] = ["none": 0, "ingress": 0, "egress": 0, "both": 0]
    let prefix = tables.settings.auditMode ? "audit-" : ""
    for endpoint in tables.endpoints {
      guard let policy = LookupTables.judgingPolicy(of: endpoint, in: tables).map({ tables.policies[$0] }) else {
        continue
      }
      let (ingress, egress) = (policy.isEnforced(.ingress), policy.isEnforced(.egress))
      let name = ingress && egress ? "both" : ingress ? "ingress" : egress ? "egress" : ""
      counts[name.isEmpty ? "none" : prefix + name, default: 0] += 1
    }
    return counts
  }

  private static func type(of identity: UInt32) -> String {
    if identity < 256 { return "reserved" }
    return identity >> 24 == 1 ? "cidr" : identity >> 24 == 2 ? "remote-node" : "cluster"
  }
}
