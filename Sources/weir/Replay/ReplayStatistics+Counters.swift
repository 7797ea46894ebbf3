import Dataplane
import Flow

extension ReplayStatistics {
  /// The totals of engines; the time and the denied pairs are the caller's to add.
  init(_ counters: EngineCounters) {
    self.init()
    packets = counters.packets
    bytes = counters.bytes
    flows = counters.flows
    sightings = counters.sightings
    verdicts.forwarded = counters.verdicts.forwarded
    verdicts.dropped = counters.verdicts.dropped
    verdicts.redirected = counters.verdicts.redirected
    verdicts.audit = counters.verdicts.audit
    verdicts.unjudged = counters.verdicts.unjudged
    flowVerdicts.forwarded = counters.flowVerdicts.forwarded
    flowVerdicts.dropped = counters.flowVerdicts.dropped
    flowVerdicts.audit = counters.flowVerdicts.audit
    flowVerdicts.unjudged = counters.flowVerdicts.unjudged
    for number in 0..<256 where counters.dropReasons[number] > 0 {
      dropReasons[Flow.DropReason(rawValue: UInt32(number))] = counters.dropReasons[number]
    }
    let kinds = counters.kinds
    packetsBy.ipv4 = kinds.ipv4
    packetsBy.ipv6 = kinds.ipv6
    packetsBy.arp = kinds.arp
    packetsBy.other = kinds.other
    packetsBy.tcp = kinds.tcp
    packetsBy.udp = kinds.udp
    packetsBy.sctp = kinds.sctp
    packetsBy.icmp = kinds.icmp
    packetsBy.fragments = kinds.fragments
    packetsBy.truncated = kinds.truncated
    packetsBy.malformed = kinds.malformed
    limits.connectionsEvicted = counters.connectionsEvicted
  }
}
