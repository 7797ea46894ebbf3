/// Packets that follow a connection's refused opening.
extension Engine {
  /// Whether the packet could only have been sent if the opening had passed.
  ///
  /// - Parameter silence: seconds since the connection's packet before this one.
  @inline(never)
  mutating func followsRefusal(_ hop: Hop, silence: UInt32) -> Bool {
    guard silence <= tables.settings.timeouts.other, !hop.transport.traits.contains(.icmpError) else { return false }
    let flags = hop.slot.pointee.flags
    let opener = flags.contains(.refusedSecond) ? 1 : 0
    guard isRefused(hop, opener: opener, direction: flags.contains(.refusedAtIngress) ? 0 : 1) else { return false }
    let isTCP = hop.transport.traits.contains(.tcp)
    if isTCP { return !hop.transport.tcpFlags.opens }
    return hop.orientation != opener
  }

  /// Whether nothing has opened the connection meanwhile, neither where it was refused nor from the other end.
  private mutating func isRefused(_ hop: Hop, opener: Int, direction: Int) -> Bool {
    let answer = (1 &- opener) &* 2
    return !hop.slot.entry(opener &* 2 &+ direction).pointee.isAlive(at: hop.now)
      && !hop.slot.entry(answer).pointee.isAlive(at: hop.now)
      && !hop.slot.entry(answer &+ 1).pointee.isAlive(at: hop.now)
  }

  /// Remembers an opening that policy dropped, and forgets it when a packet of the connection passes.
  @inline(__always)
  mutating func noteRefusal(_ hop: Hop, _ verdict: PacketVerdict) {
    if verdict.verdict == .dropped {
      noteRefusal(hop, verdict.reason, direction: verdict.egress.verdict == .dropped ? 1 : 0)
    } else {
      hop.slot.pointee.flags.subtract(.refusal)
    }
  }

  /// - Parameter direction: of the hop that dropped the packet.
  @inline(never)
  mutating func noteRefusal(_ hop: Hop, _ reason: DropReason, direction: Int) {
    let slot = hop.slot
    let isByPolicy = reason == .policyDenied || reason == .policyDeny
    guard options.followsRefusals, isByPolicy, opensConnection(hop),
      isRefused(hop, opener: hop.orientation, direction: direction)
    else { return }
    slot.pointee.flags.subtract(.refusal)
    slot.pointee.flags.insert(.refused)
    if direction == 0 { slot.pointee.flags.insert(.refusedAtIngress) }
    if hop.orientation == 1 { slot.pointee.flags.insert(.refusedSecond) }
    if reason == .policyDeny { slot.pointee.flags.insert(.refusedByDeny) }
  }

  /// Whether the packet looks like the first of its connection: a SYN, an echo request, or a datagram to the lower of
  /// two ports, since clients take theirs from the upper range. Where a capture begins in the middle, an answer may be
  /// the first packet seen, and its refusal says nothing of what follows.
  private mutating func opensConnection(_ hop: Hop) -> Bool {
    let traits = hop.transport.traits
    if traits.contains(.tcp) { return hop.transport.tcpFlags.opens }
    if traits.contains(.icmp) { return hop.transport.icmpType == 8 || hop.transport.icmpType == 128 }
    return hop.transport.destinationPort < hop.transport.sourcePort
  }
}
