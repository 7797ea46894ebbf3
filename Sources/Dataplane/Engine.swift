import Addresses
import Latency
public import Packet
public import Tables

/// Judges packets as Cilium's endpoint programs would: at the source's endpoint on the way out, then at the
/// destination's on the way in, each with connection tracking and its policy map.
///
/// One engine belongs to one thread. Several may share `LookupTables`, if all packets of an address pair (either
/// direction, fragments and ICMP errors included) go to the same one.
///
/// Not judged at all: ARP, neighbour discovery, frames without a readable IP header, packets between addresses that no
/// local endpoint with a policy has, and a pod's packets to itself, which never leave it. A packet that leaves a pod
/// with another's source address cannot be told apart by its headers (Cilium: 132), nor can the host's own packets from
/// those that only pass through: a host endpoint, where the tables give it a policy, is known by its addresses.
///
/// All methods on the packet path are `mutating`, even those that change nothing: for a borrowed engine the compiler
/// makes a copy of its fields on the stack, packet by packet.
public struct Engine: ~Copyable {
  private(set) var tables: LookupTables
  private(set) var options: EngineOptions
  /// Counts the tables used; what slots remember of older ones is void.
  var generation: UInt32 = 1
  var connections: ConnectionTable
  var related: RelatedTable
  var journal: RelatedJournal
  var fragments: FragmentTable
  var sightings: SightingTable
  /// One element, so that the engine itself stays a few words.
  let totalsBuffer: FixedBuffer<EngineCounters>

  public init(tables: Tables, options: EngineOptions = EngineOptions()) {
    self.init(sharing: LookupTables(tables), options: options)
  }

  public init(sharing tables: LookupTables, options: EngineOptions = EngineOptions()) {
    self.tables = tables
    self.options = options
    connections = ConnectionTable(maximum: options.maximumConnections)
    related = RelatedTable(maximum: options.maximumConnections)
    journal = RelatedJournal(maximum: options.maximumConnections)
    fragments = FragmentTable(maximum: options.maximumFragments)
    sightings = SightingTable(isUsed: options.findsSightings, window: options.sightingWindow)
    totalsBuffer = FixedBuffer(repeating: EngineCounters(), count: 1)
  }

  /// Totals since the engine was made.
  public var counters: EngineCounters {
    var counters = totalsBuffer[0]
    counters.connectionsEvicted = connections.evicted
    counters.relatedEvicted = related.evicted
    counters.fragmentsEvicted = fragments.evicted
    return counters
  }

  /// Judges all further packets by other tables. Connections stay, as in Cilium: their next forward packet meets the new
  /// policy, replies pass until the entry dies. Endpoints, redirects and services must keep their indices, or replies of
  /// proxied connections will name the wrong proxy.
  public mutating func replaceTables(_ tables: LookupTables) {
    self.tables = tables
    generation &+= 1
  }

  /// Forgets all packets so far. The memory for connections stays, so that the same packets again cost what they are, not
  /// what growing cost.
  public mutating func forgetPackets() {
    connections.removeAll()
    related = RelatedTable(maximum: options.maximumConnections)
    journal.removeAll()
    fragments = FragmentTable(maximum: options.maximumFragments)
    sightings = SightingTable(isUsed: options.findsSightings, window: options.sightingWindow)
    totalsBuffer[0] = EngineCounters()
  }

  /// Judges one packet.
  ///
  /// - Parameters:
  ///   - nanoseconds: capture time since the epoch; drives all lifetimes, in whole seconds as Cilium's clock.
  ///   - length: bytes on the wire, for the counters.
  ///   - sourceIdentity: the source's security identity where a tunnel carried it; 0: its address tells.
  public mutating func judge(
    _ headers: borrowing PacketHeaders, at nanoseconds: Int64, length: UInt32, sourceIdentity: UInt32 = 0
  ) -> PacketVerdict {
    var probe = NoProbe()
    return judge(headers, at: nanoseconds, length: length, sourceIdentity: sourceIdentity, &probe)
  }

  @inline(__always)
  mutating func judge(
    _ headers: borrowing PacketHeaders, at nanoseconds: Int64, length: UInt32, sourceIdentity: UInt32 = 0,
    _ probe: inout some StageProbe
  ) -> PacketVerdict {
    let totals = totalsBuffer.base
    totals.pointee.count(headers, at: nanoseconds, length: length)
    var verdict = PacketVerdict()
    switch headers.outcome {
    case .ip:
      let transport = transport(of: headers)
      if transport.traits.contains(.hasTuple) {
        judgeTuple(headers, transport, sourceIdentity, at: Self.seconds(nanoseconds), &verdict, &probe)
      } else if !transport.traits.contains(.unknown) {
        judgeObstacle(headers, transport.obstacle, transport.traits, &verdict, &probe)
      }
    case .truncated where headers.flags.contains(.cutByCapture):
      // A dataplane had the whole packet.
      break
    case .truncated, .malformed:
      judgeObstacle(headers, .invalidPacket, [], &verdict, &probe)
    case .badExtensionHeader:
      judgeObstacle(headers, .invalidExtensionHeader, [], &verdict, &probe)
    case .arp, .lengthField, .otherProtocol:
      // Pods' frames among them would be dropped (166, 139), but nothing tells whose they are.
      break
    }
    totals.pointee.count(verdict.verdict, verdict.reason)
    return verdict
  }

  @inline(__always)
  static func seconds(_ nanoseconds: Int64) -> UInt32 { UInt32(clamping: nanoseconds / 1_000_000_000) }

  /// A packet with a tuple, which may be a service's.
  @inline(__always)
  private mutating func judgeTuple(
    _ headers: borrowing PacketHeaders, _ transport: Transport, _ sourceIdentity: UInt32, at now: UInt32,
    _ verdict: inout PacketVerdict, _ probe: inout some StageProbe
  ) {
    var transport = transport
    var key = ConnectionTable.Key(
      sourceHigh: headers.source.high, sourceLow: headers.source.low, destinationHigh: headers.destination.high,
      destinationLow: headers.destination.low, sourcePort: transport.sourcePort,
      destinationPort: transport.destinationPort, protocolNumber: headers.protocolNumber, family: headers.ipVersion)
    var lacksBackend = false
    if !tables.services.isEmpty, !transport.traits.contains(.icmp) {
      lacksBackend = translate(&key, &transport, &verdict)
    }
    let connection = OrientedTuple(key)
    probe.leave(.parse)
    judgeConnection(
      connection, transport, lacksBackend: lacksBackend, sourceIdentity: sourceIdentity, at: now, &verdict, &probe)
  }

  /// Finds the connection of a packet and asks the hops.
  ///
  /// - Parameters:
  ///   - connection: after service translation.
  ///   - lacksBackend: the destination is a service without backends.
  ///   - sourceIdentity: as for `judge`.
  @inline(__always)
  mutating func judgeConnection(
    _ connection: OrientedTuple, _ transport: Transport, lacksBackend: Bool = false, sourceIdentity: UInt32 = 0,
    at now: UInt32, _ verdict: inout PacketVerdict, _ probe: inout some StageProbe
  ) {
    let place = place(connection, at: now)
    if place.isNew, isUsual(transport, connection.tuple), !lacksBackend, sourceIdentity == 0 {
      probe.leave(.conntrack)
      let (service, backend) = (verdict.service, verdict.backend)
      let flags = verdict.flags
      verdict = PacketVerdict(open(place.slot, connection.key, transport, at: now, &probe))
      (verdict.service, verdict.backend) = (service, backend)
      verdict.flags.formUnion(flags)
      return
    }
    judge(
      place, transport, lacksBackend: lacksBackend, sourceIdentity: sourceIdentity, at: now, &verdict, &probe)
  }

  /// The connection's slot, which may be new.
  @inline(__always)
  mutating func place(_ connection: OrientedTuple, at now: UInt32) -> ConnectionTable.Place {
    let place = connections.place(connection, at: now)
    // From here on slots are given to other connections.
    if place.isNew, connections.isFull, journal.count > 0 { settleJournal(at: now) }
    return place
  }

  /// A packet of a connection whose slot is known.
  @inline(__always)
  mutating func judge(
    _ place: ConnectionTable.Place, _ transport: Transport, lacksBackend: Bool, sourceIdentity: UInt32, at now: UInt32,
    _ verdict: inout PacketVerdict, _ probe: inout some StageProbe
  ) {
    let slot = place.slot
    let orientation = place.orientation
    // Packets of several queues may be recorded a little out of order.
    let silence = now > slot.pointee.lastSeen ? now &- slot.pointee.lastSeen : 0
    slot.pointee.lastSeen = now
    probe.leave(.conntrack)
    if slot.pointee.generation != generation {
      resolve(slot)
      probe.leave(.identity)
    }
    if sourceIdentity != 0 { slot.setIdentity(sourceIdentity, orientation: orientation) }
    let fromFirst = orientation == 0
    verdict.sourceIdentity = fromFirst ? slot.pointee.firstIdentity : slot.pointee.secondIdentity
    verdict.destinationIdentity = fromFirst ? slot.pointee.secondIdentity : slot.pointee.firstIdentity
    verdict.sourceEndpoint = fromFirst ? slot.pointee.firstEndpoint : slot.pointee.secondEndpoint
    verdict.destinationEndpoint = fromFirst ? slot.pointee.secondEndpoint : slot.pointee.firstEndpoint
    if place.isNew {
      verdict.flags.insert(.newFlow)
      totalsBuffer.base.pointee.flows &+= 1
    }

    let flags = slot.pointee.flags
    if flags.contains(.withinEndpoint) { verdict.flags.insert(.withinEndpoint) }
    let hop = Hop(slot: slot, orientation: orientation, transport: transport, now: now)
    if transport.traits.contains(.neighbourDiscovery) {
      verdict.flags.insert(.neighbourDiscovery)
    } else if flags.contains(.refused), followsRefusal(hop, silence: silence) {
      verdict.verdict = .dropped
      verdict.reason = flags.contains(.refusedByDeny) ? .policyDeny : .policyDenied
      verdict.flags.insert(.followsRefusal)
    } else {
      if flags.contains(fromFirst ? .firstManaged : .secondManaged) {
        if lacksBackend {
          verdict.egress = Self.drop(.serviceBackendNotFound)
        } else {
          verdict.egress = judge(hop, direction: 1, endpoint: verdict.sourceEndpoint, peer: verdict.destinationIdentity)
        }
        probe.leave(.egress)
      }
      if flags.contains(fromFirst ? .secondManaged : .firstManaged), verdict.egress.verdict != .dropped {
        verdict.ingress = judge(hop, direction: 0, endpoint: verdict.destinationEndpoint, peer: verdict.sourceIdentity)
        probe.leave(.ingress)
      }
      verdict.conclude()
      if verdict.verdict == .dropped || flags.contains(.refused) { noteRefusal(hop, verdict) }
    }
    countFlow(slot, FlowVerdict(verdict.verdict))
    slot.deriveShortcuts(at: now)
  }

  /// A packet without a tuple is dropped at the first endpoint it meets, if any.
  @inline(never)
  private mutating func judgeObstacle(
    _ headers: borrowing PacketHeaders, _ reason: DropReason, _ traits: Transport.Traits,
    _ verdict: inout PacketVerdict, _ probe: inout some StageProbe
  ) {
    let version = headers.ipVersion
    guard version == 4 || version == 6 else { return }
    probe.leave(.parse)
    let ends = ends(
      sourceHigh: headers.source.high, sourceLow: headers.source.low, destinationHigh: headers.destination.high,
      destinationLow: headers.destination.low, family: version)
    probe.leave(.identity)
    verdict.sourceIdentity = ends.sourceIdentity
    verdict.destinationIdentity = ends.destinationIdentity
    verdict.sourceEndpoint = ends.source
    verdict.destinationEndpoint = ends.destination
    if ends.isWithinEndpoint { verdict.flags.insert(.withinEndpoint) }
    let reason = isFamilyEnabled(version) ? reason : .unsupportedNetworkProtocol
    if ends.sourceIsManaged {
      // On the way out, untracked fragments are refused before their protocol is looked at.
      let first = reason == .invalidPacket && traits.contains(.untrackedFragment)
      verdict.egress = Self.drop(first ? .fragmentationNotSupported : reason)
    } else if ends.destinationIsManaged {
      verdict.ingress = Self.drop(reason)
    }
    verdict.conclude()
  }

  @inline(__always)
  mutating func countFlow(_ slot: UnsafeMutablePointer<ConnectionSlot>, _ verdict: FlowVerdict) {
    let isCounted = slot.pointee.flags.contains(.counted)
    if isCounted, verdict.rawValue <= slot.pointee.flowVerdict.rawValue { return }
    totalsBuffer.base.pointee.moveFlow(from: isCounted ? slot.pointee.flowVerdict : nil, to: verdict)
    slot.pointee.flowVerdict = verdict
    slot.pointee.flags.insert(.counted)
  }

  @inline(__always)
  mutating func isFamilyEnabled(_ version: UInt8) -> Bool {
    version == 6 ? tables.settings.enableIPv6 : tables.settings.enableIPv4
  }
}
