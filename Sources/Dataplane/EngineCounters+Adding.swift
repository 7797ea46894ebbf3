extension EngineCounters {
  /// Adds what another engine counted of other packets.
  public mutating func add(_ other: EngineCounters) {
    packets &+= other.packets
    bytes &+= other.bytes
    flows &+= other.flows
    verdicts.add(other.verdicts)
    flowVerdicts.add(other.flowVerdicts)
    sightings &+= other.sightings
    kinds.add(other.kinds)
    for reason in 0..<256 { dropReasons[reason] &+= other.dropReasons[reason] }
    connectionsEvicted &+= other.connectionsEvicted
    relatedEvicted &+= other.relatedEvicted
    fragmentsEvicted &+= other.fragmentsEvicted
    firstTimestamp = min(firstTimestamp, other.firstTimestamp)
    lastTimestamp = max(lastTimestamp, other.lastTimestamp)
  }
}

extension EngineCounters.Verdicts {
  mutating func add(_ other: Self) {
    forwarded &+= other.forwarded
    dropped &+= other.dropped
    redirected &+= other.redirected
    audit &+= other.audit
    unjudged &+= other.unjudged
  }
}

extension EngineCounters.FlowVerdicts {
  mutating func add(_ other: Self) {
    forwarded &+= other.forwarded
    dropped &+= other.dropped
    audit &+= other.audit
    unjudged &+= other.unjudged
  }
}

extension EngineCounters.Kinds {
  mutating func add(_ other: Self) {
    ipv4 &+= other.ipv4
    ipv6 &+= other.ipv6
    arp &+= other.arp
    self.other &+= other.other
    tcp &+= other.tcp
    udp &+= other.udp
    sctp &+= other.sctp
    icmp &+= other.icmp
    fragments &+= other.fragments
    truncated &+= other.truncated
    malformed &+= other.malformed
  }
}
