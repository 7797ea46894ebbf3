import Addresses
import Dataplane
import Flow
import Names
import Packet
import Rules
import Tables

/// Turns what the engine decided about a packet into events, as Cilium's monitor and Hubble would make them
/// (`hubble-output.md` §4).
///
/// A new connection gives one event at each hop: a policy verdict where the endpoint enforces the direction, else a
/// trace. A denied packet gives a policy verdict and a drop; what would never have been sent after a refused opening
/// is counted, and shown only with every packet.
struct FlowRecorder {
  private var tables: Tables
  /// What the verdicts come from, where it is not as the tables were.
  private var lookup: LookupTables?
  /// Every packet, not only those that open a connection or are dropped.
  private let recordsEveryPacket: Bool
  /// Tells this recorder's events from those of another.
  private let seed: UInt64
  var directory: EndpointDirectory
  private var index: UInt64 = 0
  /// The events of the packet recorded last, in the order in which it met the hops.
  private(set) var flows: [Flow] = []
  /// Names that the ends of the packet to be recorded next are known by.
  var names: (source: [String], destination: [String]) = ([], [])

  init(tables: Tables, lookup: LookupTables? = nil, recordsEveryPacket: Bool, seed: UInt64 = 0) {
    self.tables = tables
    self.lookup = lookup
    self.recordsEveryPacket = recordsEveryPacket
    self.seed = seed
    directory = EndpointDirectory(tables)
  }

  /// Goes on with tables that have changed.
  mutating func follow(_ effect: LearnedTables.Effect, _ lookup: LookupTables) {
    self.lookup = lookup
    switch effect {
    case .none: return
    case .changed(let delta): tables.append(delta)
    case .replaced(let tables): self.tables = tables
    }
    directory.follow(effect)
  }

  /// Goes on with tables to which names have added, where verdicts count entries as `Tables.appendEntries` does.
  mutating func followEntries(_ delta: TablesDelta) {
    tables.appendEntries(delta)
    directory.follow(.changed(delta))
  }

  /// Forgets the events of the packet before.
  mutating func beginPacket() { flows.removeAll(keepingCapacity: true) }

  /// Puts the packet's events into `flows`.
  ///
  /// - Parameter tunnel: the outer headers where the packet was in a tunnel.
  mutating func record(
    _ headers: PacketHeaders, _ verdict: PacketVerdict, tunnel: Flow.Tunnel? = nil, at time: Int64
  ) {
    beginPacket()
    var base = flow(of: headers, verdict, at: time)
    base.tunnel = tunnel
    if verdict.egress.isPresent { record(verdict.egress, .egress, verdict.sourceEndpoint, base) }
    if verdict.ingress.isPresent { record(verdict.ingress, .ingress, verdict.destinationEndpoint, base) }
    if recordsEveryPacket, !verdict.egress.isPresent, !verdict.ingress.isPresent {
      var flow = base
      if verdict.verdict == .dropped {
        flow.verdict = .dropped
        flow.dropReason = Flow.DropReason(rawValue: UInt32(verdict.reason.rawValue))
        flow.eventType = .drop(flow.dropReason)
        add(flow)
        return
      }
      // Nobody judged it, and so there is no verdict to show.
      flow.eventType = .trace(.fromNetwork)
      flow.traceObservationPoint = .fromNetwork
      add(flow)
    }
  }

  private mutating func record(_ hop: HopVerdict, _ direction: Direction, _ endpoint: Int32, _ base: Flow) {
    var flow = base
    flow.trafficDirection = direction == .egress ? .egress : .ingress
    flow.observer = directory.observer(at: endpoint)
    // The host's filter of ICMPv6 comes before its policy.
    let isPolicyDrop =
      hop.verdict == .dropped && hop.flags.contains(.policyAsked) && hop.reason != .forbiddenICMPv6
    let isNew = hop.flags.contains(.opensConnection) || (hop.state == .new && hop.verdict == .audit)
    let hasVerdict =
      isPolicyDrop || (isNew && !hop.flags.contains(.notEnforced) && hop.flags.contains(.policyAsked))
    if hasVerdict { add(policyVerdict(flow, hop, direction, endpoint)) }
    if hop.verdict == .dropped {
      flow.verdict = .dropped
      flow.dropReason = Flow.DropReason(rawValue: UInt32(hop.reason.rawValue))
      flow.eventType = .drop(flow.dropReason)
      add(flow)
    } else if !hasVerdict, isNew || recordsEveryPacket {
      add(trace(flow, hop, direction))
    }
  }

  // MARK: The kinds of events

  private mutating func policyVerdict(
    _ flow: consuming Flow, _ hop: HopVerdict, _ direction: Direction, _ endpoint: Int32
  ) -> Flow {
    flow.eventType = .policyVerdict
    flow.policyMatchType = Flow.PolicyMatchType(rawValue: UInt32(hop.matchType.rawValue))
    flow.authType = Flow.AuthType(rawValue: Int32(hop.authenticationNumber)) ?? .disabled
    let rules = rules(of: hop, endpoint)
    var decision = EndpointDirectory.Decision.logged
    switch hop.verdict {
    case .dropped:
      flow.verdict = .dropped
      flow.dropReason = Flow.DropReason(rawValue: UInt32(hop.reason.rawValue))
      if hop.reason == .policyDeny { decision = direction == .egress ? .egressDenied : .ingressDenied }
    case .audit:
      flow.verdict = .audit
      flow.isReply = false
      flow.policyMatchType = .none
    default:
      flow.verdict = hop.verdict == .redirected ? .redirected : .forwarded
      flow.isReply = false
      decision = direction == .egress ? .egressAllowed : .ingressAllowed
    }
    flow.attribution = directory.attribution(of: rules, decision)
    return flow
  }

  /// The rules behind the entry that decided, as a list of the provenance.
  private func rules(of hop: HopVerdict, _ endpoint: Int32) -> UInt32 {
    guard endpoint >= 0, hop.entry >= 0, let policy = tables.endpoints[Int(endpoint)].policy else { return 0 }
    if let lookup { return lookup.rules(policy: policy, entry: hop.entry) }
    let entries = tables.policies[policy].entries
    return Int(hop.entry) < entries.count ? entries[Int(hop.entry)].rules : 0
  }

  private func trace(_ flow: consuming Flow, _ hop: HopVerdict, _ direction: Direction) -> Flow {
    flow.verdict = .forwarded
    flow.traceObservationPoint =
      hop.verdict == .redirected ? .toProxy : direction == .egress ? .toStack : .toEndpoint
    flow.eventType = .trace(flow.traceObservationPoint)
    flow.isReply = hop.state == .reply
    flow.traceReason =
      switch hop.state {
      case .new: .new
      case .established: .established
      case .reply: .reply
      case .related: .related
      }
    return flow
  }

  // MARK: What all of them share

  mutating func flow(of headers: PacketHeaders, _ verdict: PacketVerdict, at time: Int64) -> Flow {
    var flow = Flow()
    flow.time = time
    flow.observer = directory.observer(at: -1)
    flow.type = .l3l4
    if headers.flags.contains(.hasEthernet) {
      flow.ethernet = Flow.Ethernet(source: headers.sourceMAC, destination: headers.destinationMAC)
    }
    if headers.ipVersion != 0 {
      flow.ip = Flow.IP(source: headers.source, destination: headers.destination)
      flow.sharedSource = directory.end(endpoint: verdict.sourceEndpoint, identity: verdict.sourceIdentity)
      flow.sharedDestination = directory.end(
        endpoint: verdict.destinationEndpoint, identity: verdict.destinationIdentity)
    }
    flow.l4 = Self.layer4(of: headers)
    flow.summary = .derived
    if !names.source.isEmpty { flow.sourceNames = names.source }
    if !names.destination.isEmpty { flow.destinationNames = names.destination }
    flow.nameService(of: verdict, in: tables)
    return flow
  }

  mutating func add(_ flow: consuming Flow) {
    index += 1
    flow.uuid = FlowUUID(seed: seed, index: index)
    flows.append(flow)
  }

  static func layer4(of headers: PacketHeaders) -> Flow.Layer4? {
    let (source, destination) = (headers.sourcePort, headers.destinationPort)
    switch L4Protocol(rawValue: headers.protocolNumber) {
    case .tcp where headers.flags.contains(.hasPorts):
      return .tcp(.init(source: source, destination: destination, flags: .init(rawValue: headers.tcpFlags)))
    case .udp where headers.flags.contains(.hasPorts): return .udp(.init(source: source, destination: destination))
    case .sctp where headers.flags.contains(.hasPorts): return .sctp(.init(source: source, destination: destination))
    case .icmp where headers.flags.contains(.hasICMP):
      return .icmpv4(.init(type: headers.icmpType, code: headers.icmpCode))
    case .icmpv6 where headers.flags.contains(.hasICMP):
      return .icmpv6(.init(type: headers.icmpType, code: headers.icmpCode))
    default: return nil
    }
  }
}
