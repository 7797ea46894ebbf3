internal import Latency

/// What the hops said of the first packet of a connection, and whose its ends are: all that a `PacketVerdict` of it is
/// made of, where somebody wants one.
struct Opening: BitwiseCopyable {
  let ends: Ends
  /// Valid where the hop was asked.
  var egress = CachedDecision()
  var ingress = CachedDecision()
  var verdict = Verdict.unjudged
  /// Of the hop that dropped.
  var reason = DropReason.none

  @inline(__always)
  init(_ ends: Ends) { self.ends = ends }
}

/// The first packet of a connection, in the one form that nearly all have: whole TCP or UDP.
///
/// Nothing is tracked yet, so each hop has only its policy to ask, and what the next packets find follows from the
/// answers. The verdict is the one that `judge(_:direction:endpoint:peer:)` gives at each hop.
extension Engine {
  /// Whether `open` may judge the first packet of a connection.
  @inline(__always)
  mutating func isUsual(_ transport: Transport, _ tuple: ConnectionTuple) -> Bool {
    (tuple.protocolNumber == IPProtocol.tcp || tuple.protocolNumber == IPProtocol.udp)
      && transport.traits.isSubset(of: [.hasTuple, .tcp]) && transport.obstacle == .none && options.midstream == .judge
      && isFamilyEnabled(tuple.family)
  }

  /// - Parameters:
  ///   - slot: just taken for the connection.
  ///   - key: the connection's tuple, as the packet has it.
  @inline(__always)
  mutating func open(
    _ slot: UnsafeMutablePointer<ConnectionSlot>, _ key: ConnectionTable.Key, _ transport: Transport, at now: UInt32,
    _ probe: inout some StageProbe
  ) -> Opening {
    let ends = ends(
      sourceHigh: key.sourceHigh, sourceLow: key.sourceLow, destinationHigh: key.destinationHigh,
      destinationLow: key.destinationLow, family: key.family)
    slot.know(ends, generation: generation)
    probe.leave(.identity)
    var opening = Opening(ends)
    if ends.sourceIsManaged {
      opening.egress = ask(
        slot, transport, key, direction: 1, endpoint: ends.source, peer: ends.destinationIdentity, now)
      (opening.verdict, opening.reason) = (opening.egress.verdict, opening.egress.reason)
      probe.leave(.egress)
    }
    if ends.destinationIsManaged, opening.verdict != .dropped {
      opening.ingress = ask(
        slot, transport, key, direction: 0, endpoint: ends.destination, peer: ends.sourceIdentity, now)
      let verdict = opening.ingress.verdict
      // The numbers rank as the rule does: unjudged 0 < forwarded 1 < dropped 2 < audit 4 < redirected 5.
      if verdict == .dropped || verdict.rawValue > opening.verdict.rawValue { opening.verdict = verdict }
      opening.reason = opening.ingress.reason
      probe.leave(.ingress)
    }
    if opening.verdict != .dropped { opening.reason = .none }
    let totals = totalsBuffer.base
    let flow = FlowVerdict(opening.verdict)
    totals.pointee.flows &+= 1
    totals.pointee.moveFlow(from: nil, to: flow)
    slot.mark(ends, flow)
    if opening.verdict == .dropped {
      noteRefusal(
        Hop(slot: slot, orientation: 0, transport: transport, now: now), opening.reason,
        direction: opening.egress.drops ? 1 : 0)
      slot.deriveShortcuts(at: now)
    } else if opening.verdict != .unjudged {
      slot.setShortcuts(opening)
    }
    return opening
  }

  /// What one endpoint says of the packet, and the entry that it makes there.
  @inline(__always)
  private mutating func ask(
    _ slot: UnsafeMutablePointer<ConnectionSlot>, _ transport: Transport, _ key: ConnectionTable.Key, direction: Int,
    endpoint: Int32, peer: UInt32, _ now: UInt32
  ) -> CachedDecision {
    let decision = ask(
      key.protocolNumber, port: transport.policyPort, direction: direction, endpoint: endpoint, peer: peer)
    // The packet's orientation is 0: both have the direction's place.
    slot.decision(direction).pointee = decision
    if !decision.drops {
      let entry = TrackedConnection(
        openedIn: direction, isTCP: transport.traits.contains(.tcp), redirect: decision.redirect, midstream: false,
        at: now, timeouts: tables.settings.timeouts)
      slot.entry(direction).pointee = entry
      noteOpening(slot, position: direction, entry, at: now)
    }
    return decision
  }
}

extension PacketVerdict {
  @inline(__always)
  init(_ opening: Opening) {
    self.init()
    let ends = opening.ends
    (sourceIdentity, destinationIdentity) = (ends.sourceIdentity, ends.destinationIdentity)
    (sourceEndpoint, destinationEndpoint) = (ends.source, ends.destination)
    flags = ends.isWithinEndpoint ? [.newFlow, .withinEndpoint] : .newFlow
    if opening.egress.isValid { egress = HopVerdict(opening: opening.egress) }
    if opening.ingress.isValid { ingress = HopVerdict(opening: opening.ingress) }
    (verdict, reason) = (opening.verdict, opening.reason)
  }
}

extension ConnectionSlot.Flags {
  @inline(__always)
  init(_ ends: Ends) {
    self = ends.sourceIsManaged ? .firstManaged : []
    if ends.destinationIsManaged { insert(.secondManaged) }
    if ends.isWithinEndpoint { insert(.withinEndpoint) }
  }
}

extension UnsafeMutablePointer<ConnectionSlot> {
  /// Fills what the slot remembers of the tables, but for its flags: whose its ends are.
  @inline(__always)
  func know(_ ends: Ends, generation: UInt32) {
    pointee.firstIdentity = ends.sourceIdentity
    pointee.secondIdentity = ends.destinationIdentity
    pointee.firstEndpoint = ends.source
    pointee.secondEndpoint = ends.destination
    pointee.generation = generation
  }

  /// Sets all marks of a new slot but its order, in one store: what is put together of several has to be waited for.
  @inline(__always)
  fileprivate func mark(_ ends: Ends, _ flow: FlowVerdict) {
    let flags = ConnectionSlot.Flags(ends).union(.counted)
    pointee.tuple.marks =
      UInt16(truncatingIfNeeded: pointee.order) &<< 2 | UInt16(flow.rawValue) | UInt16(flags.rawValue) &<< 8
  }

  /// What `deriveShortcuts` would find after a first packet of orientation 0 that passed: its hops made the entries 1
  /// (egress) and 0 (ingress), and answers find the same ones from the other side.
  @inline(__always)
  func setShortcuts(_ opening: Opening) {
    let isRedirected = opening.egress.redirect | opening.ingress.redirect != 0
    let (first, second) = (opening.ends.sourceIsManaged, opening.ends.destinationIsManaged)
    shortcut(0).pointee = Shortcut(egress: first ? 1 : nil, ingress: second ? 0 : nil, opening.verdict)
    shortcut(1).pointee = Shortcut(
      egress: second ? 0 : nil, ingress: first ? 1 : nil, isRedirected ? .redirected : .forwarded)
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

  /// The same, of a connection's first packet.
  @inline(__always)
  init(opening decision: CachedDecision) {
    self.init(decision)
    if !decision.drops { flags.insert(.opensConnection) }
  }
}
