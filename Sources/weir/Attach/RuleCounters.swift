import Flow
import Kernel
import Rules
import Tables

/// How often each rule has decided, over all tables since the program was loaded: an entry's packets count for every
/// rule behind it.
struct RuleCounters {
  private struct Key: Hashable {
    var rule: Provenance.Rule
    var direction: Direction
    var isDeny: Bool
  }

  /// Of tables that are no longer in force.
  private var past: [Key: Datapath.Traffic] = [:]

  /// Keeps what the entries of tables had decided when they were replaced.
  mutating func keep(_ counters: [[Datapath.Traffic]], of tables: Tables) {
    past = sum(counters, of: tables)
  }

  /// Appends the families.
  ///
  /// - Parameter counters: of the tables in force.
  func write(_ counters: [[Datapath.Traffic]], of tables: Tables, to text: inout PrometheusText) {
    let rows = sum(counters, of: tables).map { (labels: Self.labels($0.key), traffic: $0.value) }
      .sorted { $0.labels.map(\.value).lexicographicallyPrecedes($1.labels.map(\.value)) }
    text.family("weir_rule_packets_total", .counter, help: "Packets that a rule has decided, alone or with others")
    for row in rows { text.sample(row.labels, row.traffic.packets) }
    text.family("weir_rule_bytes_total", .counter, help: "Bytes of packets that a rule has decided")
    for row in rows { text.sample(row.labels, row.traffic.bytes) }
  }

  private func sum(_ counters: [[Datapath.Traffic]], of tables: Tables) -> [Key: Datapath.Traffic] {
    var sums = past
    for (policy, traffic) in zip(tables.policies, counters) {
      for (entry, traffic) in zip(policy.entries, traffic) {
        for rule in tables.provenance.rules(of: entry.rules) {
          let key = Key(rule: rule, direction: entry.key.direction, isDeny: entry.isDeny)
          sums[key, default: Datapath.Traffic()].packets += traffic.packets
          sums[key, default: Datapath.Traffic()].bytes += traffic.bytes
        }
      }
    }
    return sums
  }

  private static func labels(_ key: Key) -> [(name: String, value: String)] {
    [
      ("kind", key.rule.kind), ("namespace", key.rule.namespace), ("name", key.rule.name), ("path", key.rule.path),
      ("file", key.rule.file), ("line", String(key.rule.line)),
      ("direction", key.direction == .egress ? "egress" : "ingress"), ("action", key.isDeny ? "deny" : "allow"),
    ]
  }
}
