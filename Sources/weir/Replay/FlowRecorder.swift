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
  /// The event that is being made. Most of it is the same for all of a packet's, and copying one costs more than
  /// everything else here.
  private var flow = Flow()
  /// Names that the ends of the packet to be recorded next are known by.
  var names: (source: [String], destination: [String]) = ([], [])
  /// Where the packets are judged, of a live interface.
  var interface: Flow.Interface?
  /// How long each hop took for the packet to be recorded next, where it was timed.
  var latency: [(name: String, nanoseconds: UInt64)] = []

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

  /// Gives the packet's events to `sink`, in the order in which it met the hops.
  ///
  /// - Parameter tunnel: the outer headers where the packet was in a tunnel.
  mutating func record<Sink: FlowSink & ~Copyable>(
    _ headers: PacketHeaders, _ verdict: PacketVerdict, tunnel: Flow.Tunnel? = nil, at time: Int64,
    to sink: inout Sink
  ) throws(Sink.Failure) {
    begin(headers, verdict, tunnel, at: time)
    if verdict.egress.isPresent {
      showPacket(headers, verdict, at: .egress)
      try record(verdict.egress, .egress, verdict.sourceEndpoint, to: &sink)
    }
    if verdict.ingress.isPresent {
      showPacket(headers, verdict, at: .ingress)
      try record(verdict.ingress, .ingress, verdict.destinationEndpoint, to: &sink)
    }
    guard recordsEveryPacket, !verdict.egress.isPresent, !verdict.ingress.isPresent else { return }
    showPacket(headers, verdict, at: nil)
    flow.trafficDirection = .unknown
    flow.observer = directory.observer(at: -1)
    beginEvent()
    if verdict.verdict == .dropped {
      drop(for: verdict.reason)
    } else {
      // Nobody judged it, and so there is no verdict to show.
      flow.eventType = .trace(.fromNetwork)
      flow.traceObservationPoint = .fromNetwork
    }
    try give(to: &sink)
  }

  private mutating func record<Sink: FlowSink & ~Copyable>(
    _ hop: HopVerdict, _ direction: Direction, _ endpoint: Int32, to sink: inout Sink
  ) throws(Sink.Failure) {
    flow.trafficDirection = direction == .egress ? .egress : .ingress
    flow.observer = directory.observer(at: endpoint)
    // The host's filter of ICMPv6 comes before its policy.
    let isPolicyDrop =
      hop.verdict == .dropped && hop.flags.contains(.policyAsked) && hop.reason != .forbiddenICMPv6
    let isNew = hop.flags.contains(.opensConnection) || (hop.state == .new && hop.verdict == .audit)
    let hasVerdict =
      isPolicyDrop || (isNew && !hop.flags.contains(.notEnforced) && hop.flags.contains(.policyAsked))
    if hasVerdict {
      beginEvent()
      judge(hop, direction, endpoint)
      try give(to: &sink)
    }
    if hop.verdict == .dropped {
      beginEvent()
      drop(for: hop.reason)
      try give(to: &sink)
    } else if !hasVerdict, isNew || recordsEveryPacket {
      beginEvent()
      trace(hop, direction)
      try give(to: &sink)
    }
  }

  /// Gives the event to `sink`.
  private mutating func give<Sink: FlowSink & ~Copyable>(to sink: inout Sink) throws(Sink.Failure) {
    index += 1
    flow.uuid = FlowUUID(seed: seed, index: index)
    try sink.take(flow)
  }

  // MARK: The kinds of events

  /// Makes the event a policy verdict.
  private mutating func judge(_ hop: HopVerdict, _ direction: Direction, _ endpoint: Int32) {
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
  }

  /// The rules behind the entry that decided, as a list of the provenance.
  private func rules(of hop: HopVerdict, _ endpoint: Int32) -> UInt32 {
    guard endpoint >= 0, hop.entry >= 0, let policy = tables.endpoints[Int(endpoint)].policy else { return 0 }
    if let lookup { return lookup.rules(policy: policy, entry: hop.entry) }
    let entries = tables.policies[policy].entries
    return Int(hop.entry) < entries.count ? entries[Int(hop.entry)].rules : 0
  }

  private mutating func drop(for reason: DropReason) {
    flow.verdict = .dropped
    flow.dropReason = Flow.DropReason(rawValue: UInt32(reason.rawValue))
    flow.eventType = .drop(flow.dropReason)
  }

  private mutating func trace(_ hop: HopVerdict, _ direction: Direction) {
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
  }

  // MARK: What all of them share

  /// Takes up what all of a packet's events say.
  private mutating func begin(
    _ headers: PacketHeaders, _ verdict: PacketVerdict, _ tunnel: Flow.Tunnel?, at time: Int64
  ) {
    flow.time = time
    flow.type = .l3l4
    flow.summary = .derived
    flow.ethernet =
      headers.flags.contains(.hasEthernet)
      ? Flow.Ethernet(source: headers.sourceMAC, destination: headers.destinationMAC) : nil
    if headers.ipVersion != 0 {
      flow.sharedSource = directory.end(endpoint: verdict.sourceEndpoint, identity: verdict.sourceIdentity)
      flow.sharedDestination = directory.end(
        endpoint: verdict.destinationEndpoint, identity: verdict.destinationIdentity)
    } else {
      flow.sharedSource = FlowEndpoint.none
      flow.sharedDestination = FlowEndpoint.none
    }
    flow.details = Flow.Details.none
    if !names.source.isEmpty { flow.sourceNames = names.source }
    if !names.destination.isEmpty { flow.destinationNames = names.destination }
    if let tunnel { flow.tunnel = tunnel }
    if let interface { flow.interface = interface }
    if !latency.isEmpty { flow.extensions = .latency(latency) }
  }

  /// Takes up the packet's addresses and ports.
  ///
  /// - Parameter direction: the hop that it is shown at; nil: as it was captured.
  private mutating func showPacket(_ headers: PacketHeaders, _ verdict: PacketVerdict, at direction: Direction?) {
    flow.ip = headers.ipVersion == 0 ? nil : Flow.IP(source: headers.source, destination: headers.destination)
    flow.l4 = Self.layer4(of: headers)
    guard verdict.service >= 0 else { return }
    // What an earlier hop named. Asked first, as a change costs the details a copy.
    if flow.sourceService != nil { flow.sourceService = nil }
    if flow.destinationService != nil { flow.destinationService = nil }
    flow.showService(of: verdict, at: direction, in: tables)
  }

  /// Forgets what only the event before said.
  private mutating func beginEvent() {
    flow.verdict = .unknown
    flow.dropReason = .unknown
    flow.authType = .disabled
    flow.isReply = nil
    flow.eventType = .none
    flow.policyMatchType = .none
    flow.traceObservationPoint = .unknown
    flow.traceReason = .unknown
    flow.attribution = Flow.Attribution.none
  }

  /// An event of the packet that is yet to say what happened.
  mutating func flow(
    of headers: PacketHeaders, _ verdict: PacketVerdict, tunnel: Flow.Tunnel?, at time: Int64
  ) -> Flow {
    begin(headers, verdict, tunnel, at: time)
    // Proxies see the backend's address, in both directions.
    showPacket(headers, verdict, at: .egress)
    flow.trafficDirection = .unknown
    flow.observer = directory.observer(at: -1)
    beginEvent()
    return flow
  }

  /// Gives an event of somebody else's making to `sink`.
  mutating func give<Sink: FlowSink & ~Copyable>(_ flow: consuming Flow, to sink: inout Sink) throws(Sink.Failure) {
    index += 1
    flow.uuid = FlowUUID(seed: seed, index: index)
    try sink.take(flow)
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
