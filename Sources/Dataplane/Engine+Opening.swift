internal import Latency

/// The first packet of a connection, in the one form that nearly all have: whole TCP or UDP.
///
/// Nothing is tracked yet, so each hop has only its policy to ask, and what the next packets find follows from the
/// answers. The verdict is the one that `judge(_:direction:endpoint:peer:)` gives at each hop.
extension Engine {
  /// Whether `judgeFirst` may judge the first packet of a connection.
  @inline(__always)
  mutating func isUsual(_ transport: Transport, _ protocolNumber: UInt8) -> Bool {
    (protocolNumber == IPProtocol.tcp || protocolNumber == IPProtocol.udp)
      && transport.traits.isSubset(of: [.hasTuple, .tcp]) && transport.obstacle == .none && options.midstream == .judge
  }

  /// - Parameters:
  ///   - slot: just taken for the connection.
  ///   - key: the connection's tuple, as the packet has it.
  @inline(__always)
  mutating func judgeFirst(
    _ slot: UnsafeMutablePointer<ConnectionSlot>, _ key: ConnectionTable.Key, _ transport: Transport, at now: UInt32,
    _ verdict: inout PacketVerdict, _ probe: inout some StageProbe
  ) {
    let ends = ends(
      sourceHigh: key.sourceHigh, sourceLow: key.sourceLow, destinationHigh: key.destinationHigh,
      destinationLow: key.destinationLow, family: key.family)
    slot.know(ends, generation: generation)
    probe.leave(.identity)
    (verdict.sourceIdentity, verdict.destinationIdentity) = (ends.sourceIdentity, ends.destinationIdentity)
    (verdict.sourceEndpoint, verdict.destinationEndpoint) = (ends.source, ends.destination)
    verdict.flags.insert(.newFlow)
    if ends.isWithinEndpoint { verdict.flags.insert(.withinEndpoint) }
    if ends.sourceIsManaged {
      verdict.egress = open(
        slot, transport, key, direction: 1, endpoint: ends.source, peer: ends.destinationIdentity, now)
      probe.leave(.egress)
    }
    if ends.destinationIsManaged, verdict.egress.verdict != .dropped {
      verdict.ingress = open(
        slot, transport, key, direction: 0, endpoint: ends.destination, peer: ends.sourceIdentity, now)
      probe.leave(.ingress)
    }
    verdict.conclude()

    let flow = FlowVerdict(verdict.verdict)
    totalsBuffer.base.pointee.flows &+= 1
    totalsBuffer.base.pointee.moveFlow(from: nil, to: flow)
    slot.pointee.flowVerdict = flow
    slot.pointee.flags.insert(.counted)
    if verdict.verdict == .dropped {
      noteRefusal(Hop(slot: slot, orientation: 0, transport: transport, now: now), verdict)
      slot.deriveShortcuts(at: now)
    } else if verdict.verdict != .unjudged {
      slot.setShortcuts(
        isRedirected: verdict.egress.redirect | verdict.ingress.redirect != 0, verdict: verdict.verdict,
        firstIsManaged: ends.sourceIsManaged, secondIsManaged: ends.destinationIsManaged)
    }
  }

  /// What one endpoint says of the packet, and the entry that it makes there.
  @inline(__always)
  private mutating func open(
    _ slot: UnsafeMutablePointer<ConnectionSlot>, _ transport: Transport, _ key: ConnectionTable.Key, direction: Int,
    endpoint: Int32, peer: UInt32, _ now: UInt32
  ) -> HopVerdict {
    guard isFamilyEnabled(key.family) else { return Self.drop(.unsupportedNetworkProtocol) }
    let decision = ask(
      key.protocolNumber, port: transport.policyPort, direction: direction, endpoint: endpoint, peer: peer)
    // The packet's orientation is 0: both have the direction's place.
    slot.decision(direction).pointee = decision
    var verdict = HopVerdict(decision)
    if !decision.drops {
      let entry = TrackedConnection(
        openedIn: direction, isTCP: transport.traits.contains(.tcp), redirect: decision.redirect, midstream: false,
        at: now,
        timeouts: tables.settings.timeouts)
      slot.entry(direction).pointee = entry
      noteOpening(slot, position: direction, entry, at: now)
      verdict.flags.insert(.opensConnection)
    }
    return verdict
  }
}

extension UnsafeMutablePointer<ConnectionSlot> {
  /// Fills what the slot remembers of the tables: whose its ends are.
  @inline(__always)
  func know(_ ends: Ends, generation: UInt32) {
    pointee.firstIdentity = ends.sourceIdentity
    pointee.secondIdentity = ends.destinationIdentity
    pointee.firstEndpoint = ends.source
    pointee.secondEndpoint = ends.destination
    var flags = pointee.flags.subtracting([.firstManaged, .secondManaged, .withinEndpoint])
    if ends.sourceIsManaged { flags.insert(.firstManaged) }
    if ends.destinationIsManaged { flags.insert(.secondManaged) }
    if ends.isWithinEndpoint { flags.insert(.withinEndpoint) }
    pointee.flags = flags
    pointee.generation = generation
  }

  /// What `deriveShortcuts` would find after a first packet of orientation 0 that passed: its hops made the entries 1
  /// (egress) and 0 (ingress), and answers find the same ones from the other side.
  @inline(__always)
  func setShortcuts(isRedirected: Bool, verdict: Verdict, firstIsManaged: Bool, secondIsManaged: Bool) {
    shortcut(0).pointee = Shortcut(egress: firstIsManaged ? 1 : nil, ingress: secondIsManaged ? 0 : nil, verdict)
    shortcut(1).pointee = Shortcut(
      egress: secondIsManaged ? 0 : nil, ingress: firstIsManaged ? 1 : nil, isRedirected ? .redirected : .forwarded)
  }
}

extension HopVerdict {
  /// Of a policy that was asked.
  @inline(__always)
  init(_ decision: CachedDecision) {
    self.init()
    entry = decision.entry
    redirect = decision.redirect
    reason = decision.reason
    matchType = decision.matchType
    authenticationNumber = decision.authenticationNumber
    verdict = decision.verdict
    flags = decision.isEnforced ? [.present, .policyAsked] : [.present, .policyAsked, .notEnforced]
  }
}
