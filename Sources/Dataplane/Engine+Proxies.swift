internal import Addresses
public import Packet
public import Rules
public import Tables

/// What proxies found out about packets that the engine had sent to them.
extension Engine {
  /// Takes back a verdict: a proxy at one of the packet's hops did not let its bytes pass.
  ///
  /// The packet then counts as dropped by policy, at the first of its hops that drops it.
  ///
  /// - Parameters:
  ///   - verdict: as this engine gave it.
  ///   - direction: the proxy: `egress` beside the client, `ingress` beside the server.
  ///   - endsFlow: the connection as a whole counts as dropped too.
  ///   - backend: what the verdict's service was translated to, if any.
  ///   - followsRefusal: the packet could only have been sent if the proxy had not closed the connection before.
  public mutating func refuse(
    _ headers: borrowing PacketHeaders, _ verdict: inout PacketVerdict, by direction: Direction,
    backend: ServiceBackend?, endsFlow: Bool, followsRefusal: Bool
  ) {
    totalsBuffer.base.pointee.uncount(verdict)
    verdict.verdict = .dropped
    verdict.reason = .policyDenied
    if followsRefusal {
      verdict.flags.insert(.followsRefusal)
      (verdict.egress, verdict.ingress) = (HopVerdict(), HopVerdict())
    } else if direction == .egress, verdict.egress.isPresent, verdict.egress.state != .reply {
      // What the client's proxy keeps, the server never sees.
      verdict.ingress = HopVerdict()
    }
    totalsBuffer.base.pointee.count(verdict.verdict, verdict.reason)
    guard endsFlow, let slot = connections.find(OrientedTuple(key(headers, verdict, backend))) else { return }
    countFlow(slot, .dropped)
  }

  /// The tuple that the packet's connection is known by: after service translation.
  private func key(
    _ headers: borrowing PacketHeaders, _ verdict: PacketVerdict, _ backend: ServiceBackend?
  ) -> ConnectionTable.Key {
    var key = ConnectionTable.Key(
      sourceHigh: headers.source.high, sourceLow: headers.source.low, destinationHigh: headers.destination.high,
      destinationLow: headers.destination.low, sourcePort: headers.sourcePort,
      destinationPort: headers.destinationPort, protocolNumber: headers.protocolNumber, family: headers.ipVersion)
    guard let backend else { return key }
    let address = backend.address
    if verdict.flags.contains(.fromService) {
      (key.sourceHigh, key.sourceLow, key.sourcePort) = (address.high, address.low, backend.port)
    } else {
      (key.destinationHigh, key.destinationLow, key.destinationPort) = (address.high, address.low, backend.port)
    }
    return key
  }
}

extension EngineCounters {
  /// Undoes `count` for a verdict that is about to change.
  fileprivate mutating func uncount(_ verdict: borrowing PacketVerdict) {
    switch verdict.verdict {
    case .forwarded: verdicts.forwarded &-= 1
    case .dropped:
      verdicts.dropped &-= 1
      dropReasons[Int(verdict.reason.rawValue)] &-= 1
    case .redirected: verdicts.redirected &-= 1
    case .audit: verdicts.audit &-= 1
    case .unjudged: verdicts.unjudged &-= 1
    }
  }
}
