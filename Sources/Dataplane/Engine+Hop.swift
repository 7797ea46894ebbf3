/// A packet on its way through its hops.
struct Hop: BitwiseCopyable {
  /// The connection that it belongs to, after service translation; valid while the packet is judged.
  var slot: UnsafeMutablePointer<ConnectionSlot>
  /// Of the packet in the slot: 0 or 1.
  var orientation: Int
  var transport: Transport
  var now: UInt32
}

extension Engine {
  /// Judges a packet at one endpoint, in the order of Cilium's endpoint program (`kernel-datapath.md` §4).
  ///
  /// - Parameters:
  ///   - direction: 0 ingress, 1 egress: which way the packet crosses the endpoint's border.
  ///   - endpoint: index of an endpoint with a policy.
  ///   - peer: the identity at the other end.
  @inline(__always)
  mutating func judge(_ hop: Hop, direction: Int, endpoint: Int32, peer: UInt32) -> HopVerdict {
    let obstacle = obstacle(hop, direction: direction)
    if obstacle != .none { return Self.drop(obstacle) }

    var verdict = HopVerdict()
    verdict.flags = .present
    let state = track(hop, direction)
    verdict.state = state
    // `orientation` is 0 or 1, `direction` likewise: positions are below 4.
    let position = hop.orientation &* 2 &+ direction
    switch state {
    case .reply:
      verdict.redirect = hop.slot.entry(3 &- position).pointee.redirect
      verdict.verdict = verdict.redirect != 0 ? .redirected : .forwarded
      return verdict
    case .related:
      verdict.verdict = .forwarded
      return verdict
    case .new:
      if options.midstream == .allow, hop.transport.traits.contains(.tcp), !hop.transport.tcpFlags.opens {
        open(hop, direction, redirect: 0, midstream: true)
        verdict.state = .established
        verdict.verdict = .forwarded
        verdict.flags.formUnion([.opensConnection, .midstream])
        return verdict
      }
    case .established:
      if !hop.transport.traits.contains(.icmpError), hop.slot.entry(position).pointee.flags.contains(.midstream) {
        verdict.verdict = .forwarded
        verdict.flags.insert(.midstream)
        return verdict
      }
    }

    let decision = decide(hop, position, direction, endpoint, peer)
    verdict = HopVerdict(decision)
    verdict.state = state
    guard !decision.drops else { return verdict }
    if state == .new {
      open(hop, direction, redirect: decision.redirect, midstream: false)
      verdict.flags.insert(.opensConnection)
    } else if !hop.transport.traits.contains(.icmpError) {
      // Where new tables redirect an old connection, Cilium makes its entry anew.
      hop.slot.entry(position).pointee.redirect = decision.redirect
    }
    return verdict
  }

  /// What stops a packet before connection tracking.
  @inline(__always)
  private mutating func obstacle(_ hop: Hop, direction: Int) -> DropReason {
    if !isFamilyEnabled(hop.slot.pointee.tuple.family) { return .unsupportedNetworkProtocol }
    // On the way in, untracked first fragments go on with the ports they have.
    if direction == 1, hop.transport.traits.contains(.untrackedFragment) { return .fragmentationNotSupported }
    return hop.transport.obstacle
  }

  /// Finds the packet's connection, the reverse direction first, and accounts for the packet there.
  @inline(__always)
  private mutating func track(_ hop: Hop, _ direction: Int) -> ConnectionState {
    if hop.transport.traits.contains(.icmpError) { return trackError(hop, direction) }
    let isTCP = hop.transport.traits.contains(.tcp)
    let tcp = hop.transport.tcpFlags
    let timeouts = tables.settings.timeouts
    let position = hop.orientation &* 2 &+ direction
    // Opened by the peer, the entry was made where this endpoint sees the opposite direction.
    let reverse = hop.slot.entry(3 &- position)
    if reverse.pointee.isAlive(at: hop.now),
      reverse.pointee.touch(direction: direction, isTCP: isTCP, tcp: tcp, at: hop.now, timeouts: timeouts)
    {
      return .reply
    }
    let forward = hop.slot.entry(position)
    guard forward.pointee.isAlive(at: hop.now) else { return .new }
    if tcp.opens, forward.pointee.flags.contains(.midstream) {
      // The connection begins after all: from here on it is judged.
      forward.pointee = TrackedConnection()
      return .new
    }
    let isOngoing = forward.pointee.touch(
      direction: direction, isTCP: isTCP, tcp: tcp, at: hop.now, timeouts: timeouts)
    return isOngoing ? .established : .new
  }

  /// ICMP errors belong to any connection between their outer addresses, whichever way it was opened.
  @inline(never)
  private mutating func trackError(_ hop: Hop, _ direction: Int) -> ConnectionState {
    if journal.count > 0 { settleJournal(at: hop.now) }
    guard let place = related.find(hop.slot.key(orientation: hop.orientation)) else { return .new }
    let position = place.orientation &* 2 &+ direction
    let reverse = 3 &- position
    let index: Int
    if RelatedTable.isAlive(place.slot.pointee.expiries[reverse], at: hop.now) {
      index = reverse
    } else if RelatedTable.isAlive(place.slot.pointee.expiries[position], at: hop.now) {
      index = position
    } else {
      return .new
    }
    place.slot.pointee.expiries[index] = TrackedConnection.expiry(
      at: hop.now, after: tables.settings.timeouts.other)
    return .related
  }

  /// Makes the connection's entry.
  @inline(never)
  private mutating func open(_ hop: Hop, _ direction: Int, redirect: UInt16, midstream: Bool) {
    let isTCP = hop.transport.traits.contains(.tcp)
    let entry = TrackedConnection(
      openedIn: direction, isTCP: isTCP, redirect: redirect, midstream: midstream, at: hop.now,
      timeouts: tables.settings.timeouts)
    if !hop.transport.traits.contains(.icmpError) {
      hop.slot.entry(hop.orientation &* 2 &+ direction).pointee = entry
    }
    noteOpening(hop.slot, position: hop.orientation &* 2 &+ direction, entry, at: hop.now)
  }

  /// Lets ICMP errors about the connection pass from now on.
  @inline(__always)
  mutating func noteOpening(
    _ slot: UnsafeMutablePointer<ConnectionSlot>, position: Int, _ entry: TrackedConnection, at now: UInt32
  ) {
    journal.append(number: connections.number(of: slot), position: position, expiry: entry.expiry)
    if journal.isFull || connections.isFull { settleJournal(at: now) }
  }

  /// Writes the openings so far into the table that ICMP errors ask.
  @inline(never)
  mutating func settleJournal(at now: UInt32) {
    for index in 0..<journal.count {
      let opening = journal[index]
      let key = connections.slot(opening.number).key(orientation: opening.position >> 1)
      let place = related.place(key, at: now)
      let position = place.orientation &* 2 &+ (opening.position & 1)
      place.slot.pointee.expiries[position] = max(place.slot.pointee.expiries[position], opening.expiry)
    }
    journal.removeAll()
  }

  @inline(__always)
  static func drop(_ reason: DropReason) -> HopVerdict {
    var verdict = HopVerdict()
    verdict.verdict = .dropped
    verdict.reason = reason
    verdict.flags = .present
    return verdict
  }
}
