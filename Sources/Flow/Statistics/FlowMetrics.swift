/// Hubble's metrics of L3 and L4 events, under its names and labels (`pkg/hubble/metrics`), without context labels.
public struct FlowMetrics: Sendable {
  private struct Processed: Hashable {
    var layer: Int
    var type: Int32
    var subtype: Int32
    var verdict: Flow.Verdict
  }

  private struct Drop: Hashable {
    var reason: Flow.DropReason
    var layer: Int
  }

  private struct PolicyVerdict: Hashable {
    var direction: Flow.Direction
    var match: Flow.PolicyMatchType
    var verdict: Flow.Verdict
  }

  private struct Pair: Hashable {
    var first: Int
    var second: Int
  }

  private var processed: [Processed: UInt64] = [:]
  private var drops: [Drop: UInt64] = [:]
  private var policyVerdicts: [PolicyVerdict: UInt64] = [:]
  /// Flag and whether it is IPv6.
  private var tcpFlags: [Pair: UInt64] = [:]
  /// Protocol and port.
  private var ports: [Pair: UInt64] = [:]
  /// Whether it is IPv6, and the type.
  private var icmp: [Pair: UInt64] = [:]
  /// Protocol and verdict.
  private var toWorld: [Pair: UInt64] = [:]
  private var lost: UInt64 = 0

  public init() {}

  public mutating func countLost(_ count: UInt64) { lost += count }

  public mutating func count(_ flow: Flow) {
    let layer = Self.layer(of: flow.l4)
    let kind = flow.eventType
    processed[
      Processed(
        layer: layer, type: kind.type, subtype: kind.type == Flow.EventType.Number.trace ? kind.subType : 0,
        verdict: flow.verdict), default: 0] += 1
    if flow.verdict == .dropped { drops[Drop(reason: flow.dropReason, layer: layer), default: 0] += 1 }
    if kind.type == Flow.EventType.Number.policyVerdict, flow.source.identity != Self.host {
      policyVerdicts[
        PolicyVerdict(direction: flow.trafficDirection, match: flow.policyMatchType, verdict: flow.verdict), default: 0
      ] += 1
    }
    let passes = flow.verdict == .forwarded || flow.verdict == .redirected
    let isIPv6 = flow.ip?.version == .v6 ? 1 : 0
    if passes, case .tcp(let tcp) = flow.l4, let flags = tcp.flags, let flag = Self.flag(flags) {
      tcpFlags[Pair(first: flag, second: isIPv6), default: 0] += 1
    }
    if passes, flow.isReply == false, flow.l4 != nil {
      ports[Pair(first: layer, second: Int(flow.l4?.ports?.destination ?? 0)), default: 0] += 1
    }
    switch flow.l4 {
    case .icmpv4(let message), .icmpv6(let message):
      icmp[Pair(first: isIPv6, second: Int(message.type)), default: 0] += 1
    default: break
    }
    if Self.worlds.contains(flow.destination.identity) {
      toWorld[Pair(first: layer, second: Int(flow.verdict.rawValue)), default: 0] += 1
    }
  }

  // MARK: Writing

  /// Appends all families, each with its samples in a fixed order.
  public func write(to text: inout PrometheusText) {
    text.family("hubble_flows_processed_total", .counter, help: "Total number of flows processed")
    add(processed, to: &text) {
      [
        ("protocol", Self.layers[$0.layer]), ("type", Self.typeName($0.type)),
        ("subtype", Self.subtypeName($0.type, $0.subtype)), ("verdict", $0.verdict.protobufName),
      ]
    }
    text.family("hubble_drop_total", .counter, help: "Number of drops")
    add(drops, to: &text) {
      [
        ("reason", $0.reason.protobufName ?? Flow.DropReason.unknown.protobufName ?? ""),
        ("protocol", Self.layers[$0.layer]),
      ]
    }
    text.family("hubble_policy_verdicts_total", .counter, help: "Total number of policy verdicts")
    add(policyVerdicts, to: &text) {
      [
        ("direction", $0.direction.protobufName.lowercased()), ("match", $0.match.text.lowercased()),
        ("action", $0.verdict.protobufName.lowercased()),
      ]
    }
    text.family("hubble_tcp_flags_total", .counter, help: "TCP flag occurrences")
    add(tcpFlags, to: &text) { [("flag", Self.flagNames[$0.first]), ("family", Self.familyName($0.second))] }
    text.family("hubble_port_distribution_total", .counter, help: "Numbers of packets distributed by destination port")
    add(ports, to: &text) { [("protocol", Self.layers[$0.first]), ("port", String($0.second))] }
    text.family("hubble_icmp_total", .counter, help: "Number of ICMP messages")
    add(icmp, to: &text) { pair in
      [("family", Self.familyName(pair.first)), ("type", Self.icmpName(pair.second, isIPv6: pair.first == 1))]
    }
    text.family("hubble_flows_to_world_total", .counter, help: "Total number of flows to reserved:world")
    add(toWorld, to: &text) { pair in
      let verdict = Flow.Verdict(rawValue: Int32(pair.second)) ?? .unknown
      return [("protocol", Self.layers[pair.first]), ("verdict", verdict.protobufName)]
    }
    text.family("hubble_lost_events_total", .counter, help: "Number of lost events")
    text.sample([("source", "perf_event_ring_buffer")], lost)
  }

  private func add<Key: Hashable>(
    _ counts: [Key: UInt64], to text: inout PrometheusText, _ labels: (Key) -> [(name: String, value: String)]
  ) {
    let rows = counts.map { (labels: labels($0.key), count: $0.value) }
    for row in rows.sorted(by: { $0.labels.map(\.value).lexicographicallyPrecedes($1.labels.map(\.value)) }) {
      text.sample(row.labels, row.count)
    }
  }

  // MARK: Names

  private static let layers = ["TCP", "UDP", "ICMPv4", "ICMPv6", "SCTP", "VRRP", "IGMP", "Unknown L4"]

  private static func layer(of l4: Flow.Layer4?) -> Int {
    switch l4 {
    case .tcp: 0
    case .udp: 1
    case .icmpv4: 2
    case .icmpv6: 3
    case .sctp: 4
    case .vrrp: 5
    case .igmp: 6
    case nil: 7
    }
  }

  private static func typeName(_ type: Int32) -> String {
    switch type {
    case Flow.EventType.Number.trace: "Trace"
    case Flow.EventType.Number.drop: "Drop"
    case Flow.EventType.Number.policyVerdict: "PolicyVerdict"
    case Flow.EventType.Number.accessLog: "L7"
    case Flow.EventType.Number.capture: "Capture"
    default: "Unknown"
    }
  }

  private static func subtypeName(_ type: Int32, _ subtype: Int32) -> String {
    let texts = Flow.TraceObservationPoint.subTypeTexts
    return type == Flow.EventType.Number.trace && texts.indices.contains(Int(subtype)) ? texts[Int(subtype)] : ""
  }

  private static let flagNames = ["FIN", "SYN", "RST", "SYN-ACK"]

  /// One flag for each packet, as Hubble counts them.
  private static func flag(_ flags: Flow.TCPFlags) -> Int? {
    if flags.contains(.fin) { return 0 }
    if flags.contains(.syn) { return flags.contains(.ack) ? 3 : 1 }
    return flags.contains(.rst) ? 2 : nil
  }

  private static let host = ReservedIdentity.number(of: "host")
  private static let worlds = ["world", "world-ipv4", "world-ipv6"].compactMap { ReservedIdentity.number(of: $0) }

  private static func icmpName(_ type: Int, isIPv6: Bool) -> String {
    var text = OutputBuffer()
    ICMPText.write(Flow.ICMP(type: UInt8(truncatingIfNeeded: type), code: 0), version6: isIPv6, to: &text)
    return text.text
  }

  private static func familyName(_ number: Int) -> String { number == 1 ? "IPv6" : "IPv4" }
}
