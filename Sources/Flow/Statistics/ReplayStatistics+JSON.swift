extension ReplayStatistics {
  /// The document of `--stats-json` and a newline: the same bytes for the same totals.
  public func json() -> [UInt8] {
    var bytes = OutputBuffer()
    bytes.append("{\"packets\":")
    bytes.append(decimal: packets)
    bytes.append(",\"bytes\":")
    bytes.append(decimal: self.bytes)
    bytes.append(",\"flows\":")
    bytes.append(decimal: flows)
    bytes.append(",\"seconds\":")
    bytes.append(fixed: seconds)
    bytes.append(",\n \"verdicts\":{")
    bytes.counter("FORWARDED", verdicts.forwarded)
    bytes.counter("DROPPED", verdicts.dropped)
    bytes.counter("REDIRECTED", verdicts.redirected)
    bytes.counter("AUDIT", verdicts.audit)
    bytes.counter("UNJUDGED", verdicts.unjudged)
    bytes.append("},\n \"flow_verdicts\":{")
    bytes.counter("FORWARDED", flowVerdicts.forwarded + flowVerdicts.redirected)
    bytes.counter("DROPPED", flowVerdicts.dropped)
    bytes.counter("AUDIT", flowVerdicts.audit)
    bytes.counter("UNJUDGED", flowVerdicts.unjudged)
    bytes.append("},\n \"sightings\":")
    bytes.append(decimal: sightings)
    bytes.append(",\n \"drop_reasons\":{")
    for (reason, count) in dropReasons.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      bytes.separate()
      bytes.append(json: reason.protobufName ?? String(reason.rawValue))
      bytes.append(UInt8(ascii: ":"))
      bytes.append(decimal: count)
    }
    bytes.append("},\n \"l7\":{")
    for counter in L7.counters { bytes.counter(counter.name, l7[keyPath: counter.path]) }
    bytes.append("},\n \"packets_by\":{")
    for counter in PacketsBy.counters { bytes.counter(counter.name, packetsBy[keyPath: counter.path]) }
    bytes.append("},\n \"latency_ns\":{")
    for hop in latency { bytes.append(hop) }
    if let latencyRun { bytes.append(latencyRun) }
    bytes.append("},\n \"limits\":{")
    bytes.counter("connections_evicted", limits.connectionsEvicted)
    bytes.counter("reassembly_dropped", limits.reassemblyDropped)
    // Only where something was learnt: programs that know nothing of it see no other document.
    if names != Names() {
      bytes.append("},\n \"names\":{")
      for counter in Names.counters { bytes.counter(counter.name, names[keyPath: counter.path]) }
    }
    bytes.append("}}\n")
    return bytes.bytes
  }
}

extension ReplayStatistics.L7 {
  typealias Counter = (name: StaticString, path: any WritableKeyPath<Self, UInt64> & Sendable)

  static let counters: [Counter] = [
    ("http_requests", \.httpRequests), ("http_denied", \.httpDenied), ("dns_queries", \.dnsQueries),
    ("dns_denied", \.dnsDenied), ("tls_sni", \.tlsServerNames), ("sni_denied", \.tlsServerNamesDenied),
    ("kafka_requests", \.kafkaRequests),
  ]
}

extension ReplayStatistics.Names {
  typealias Counter = (name: StaticString, path: any WritableKeyPath<Self, UInt64> & Sendable)

  static let counters: [Counter] = [
    ("answers", \.answers), ("names", \.names), ("addresses", \.addresses), ("expired", \.expired),
    ("dropped", \.dropped),
  ]
}

extension ReplayStatistics.PacketsBy {
  typealias Counter = (name: StaticString, path: any WritableKeyPath<Self, UInt64> & Sendable)

  static let counters: [Counter] = [
    ("ipv4", \.ipv4), ("ipv6", \.ipv6), ("arp", \.arp), ("other", \.other), ("tcp", \.tcp), ("udp", \.udp),
    ("sctp", \.sctp), ("icmp", \.icmp), ("fragments", \.fragments), ("truncated", \.truncated),
    ("malformed", \.malformed),
  ]
}

extension OutputBuffer {
  fileprivate mutating func counter(_ name: StaticString, _ count: UInt64) {
    separate()
    append(UInt8(ascii: "\""))
    append(name)
    append("\":")
    append(decimal: count)
  }

  fileprivate mutating func append(_ hop: ReplayStatistics.Latency) {
    separate()
    append(json: hop.hop)
    append(":{")
    counter("count", hop.count)
    counter("p50", hop.p50)
    counter("p90", hop.p90)
    counter("p99", hop.p99)
    counter("p999", hop.p999)
    counter("max", hop.max)
    append(UInt8(ascii: "}"))
  }

  fileprivate mutating func append(_ run: ReplayStatistics.LatencyRun) {
    append("},\n \"latency_run\":{")
    counter("packets", run.packets)
    counter("timed", run.timed)
    append(",\"timer\":")
    append(json: run.timer)
    append(",\"timer_ns\":")
    append(fixed: run.timerNanoseconds)
    append(",\"timer_subtracted\":true,\"agreement\":")
    append(fixed: run.agreement)
  }

  /// A number, such as of seconds, with six digits after the point; 0 for what is none that is positive.
  fileprivate mutating func append(fixed seconds: Double) {
    let micros = seconds.isFinite && seconds > 0 && seconds < 1e12 ? UInt64((seconds * 1e6).rounded()) : 0
    append(decimal: micros / 1_000_000)
    append(UInt8(ascii: "."))
    append(decimal: micros % 1_000_000, digits: 6)
  }
}
