import Addresses
import Cluster
import Compiler
import Dataplane
import Explanation
import Manifest
import Policy
import Rules
import Tables

/// One side of a traced connection: the policy of the endpoint there.
struct TraceHop {
  var direction: Direction
  /// Index into `Tables.endpoints`.
  var endpoint: Int
  var peerIdentity: UInt32
  var verdict: PolicyVerdict
  /// The entry that decided.
  var entry: PolicyMapEntry?
  /// Why the endpoint's policy cannot be computed; then there is no verdict.
  var error: String?
  /// Of a redirect: what the proxy makes of what the connection carries, where that was asked.
  var layer7: L7Answer?
}

struct TraceEnd {
  var probe: ProbeEnd
  /// Index into `Tables.endpoints`, whether or not it is local.
  var endpoint: Int?
  /// As its own node sees it.
  var identity: UInt32
}

struct TraceResult {
  var source: TraceEnd
  var destination: TraceEnd
  var probe: Probe
  var egress: TraceHop?
  var ingress: TraceHop?
  /// DNS answers of captures that gave an end its names.
  var answers: [CapturedNames.Answer] = []
  /// What a user should know beside the verdict.
  var notes: [String] = []

  /// As the other end sees it, where that one is judged.
  var sourceIdentity: UInt32 { ingress?.peerIdentity ?? source.identity }
  var destinationIdentity: UInt32 { egress?.peerIdentity ?? destination.identity }

  var hops: [TraceHop] { [egress, ingress].compactMap(\.self) }
}

/// Asks the policies of both ends about a connection.
struct Tracer {
  let tables: Tables
  private let lookup: LookupTables
  private let endpointsByName: [String: [Int]]
  /// What other nodes see at a node's own addresses.
  private let remoteNodes: [IPAddress: UInt32]
  /// Addresses of pods that use their node's network.
  private let hostNetworkPods: [String: IPAddress]
  /// Pod addresses that the agent does not find under their usual text.
  private let unfindable: Set<IPAddress>
  private let judge: L7Judge

  /// - Parameter compatibility: how addresses are found; the tables may be of another.
  init(_ compilation: Compilation, compatibility: Compatibility) {
    let cluster = compilation.input.cluster
    tables = compilation.tables
    lookup = LookupTables(tables)
    judge = L7Judge(compilation.input)
    endpointsByName = Dictionary(grouping: tables.endpoints.indices) { [tables] in tables.endpoints[$0].name }
    remoteNodes = Dictionary(
      tables.ipcache.lazy.filter { $0.nodeIndex >= 0 }.map { ($0.prefix.address, $0.identity) },
      uniquingKeysWith: { first, _ in first })
    hostNetworkPods = Dictionary(
      cluster.pods.lazy.filter(\.hostNetwork).compactMap { pod in
        pod.addresses.first.map { ("\(pod.namespace)/\(pod.name)", $0) }
      }, uniquingKeysWith: { first, _ in first })
    unfindable =
      compatibility.reproducesBugs ? Set(cluster.pods.lazy.flatMap(\.oddlyWrittenAddresses)) : []
  }

  func trace(_ probe: Probe) throws(ProbeError) -> TraceResult {
    let source = try resolve(probe.source, other: probe.destination)
    let destination = try resolve(probe.destination, other: probe.source)
    var probe = probe
    if let name = probe.portName { probe.port = try port(named: name, probe.protocolNumber, at: destination) }
    return TraceResult(
      source: source, destination: destination, probe: probe,
      egress: hop(.egress, at: source, peer: destination, probe),
      ingress: hop(.ingress, at: destination, peer: source, probe))
  }

  private func resolve(_ end: ProbeEnd, other: ProbeEnd) throws(ProbeError) -> TraceEnd {
    switch end {
    case .pod(let name):
      if let index = endpointsByName[name]?.first {
        return TraceEnd(probe: end, endpoint: index, identity: tables.endpoints[index].identity)
      }
      if let address = hostNetworkPods[name] { return try resolve(.address(address), other: other) }
      let known = tables.endpoints.map(\.name).filter { $0.contains("/") }
      throw ProbeError(message: "no pod is called \(name)", hint: NameHint.nearest(to: name, in: known))
    case .address(let address):
      guard !unfindable.contains(address) else {
        return TraceEnd(probe: end, endpoint: nil, identity: identityAround(address))
      }
      let (endpoint, identity) = lookup.resolve(address)
      return TraceEnd(probe: end, endpoint: endpoint, identity: identity)
    case .reserved(let name):
      let indices = endpointsByName["reserved:\(name)"] ?? []
      // Of several nodes' hosts the one beside the other end is meant.
      let node = try? resolveNode(of: other)
      let index = indices.first {
        tables.endpoints[$0].isLocal && (node == nil || tables.endpoints[$0].nodeIndex == node)
      }
      guard let index = index ?? indices.first else {
        throw ProbeError(
          message: "there is no reserved:\(name)", hint: "known: reserved:host, reserved:health, reserved:ingress")
      }
      return TraceEnd(probe: end, endpoint: index, identity: tables.endpoints[index].identity)
    }
  }

  /// The identity of the nearest block around an address that is not found itself.
  private func identityAround(_ address: IPAddress) -> UInt32 {
    let blocks = tables.ipcache.filter { !$0.prefix.isHost && $0.prefix.contains(address) }
    let nearest = blocks.max { $0.prefix.length < $1.prefix.length }
    return nearest?.identity ?? (address.isIPv6 ? tables.settings.worldIPv6 : tables.settings.worldIPv4)
  }

  private func resolveNode(of end: ProbeEnd) throws(ProbeError) -> Int32? {
    if case .reserved = end { return nil }
    return try resolve(end, other: end).endpoint.map { tables.endpoints[$0].nodeIndex }
  }

  private func port(named name: String, _ protocolNumber: UInt8, at end: TraceEnd) throws(ProbeError) -> UInt16 {
    guard let index = end.endpoint,
      let port = tables.endpoints[index].ports.first(where: {
        $0.name.lowercased() == name.lowercased() && $0.protocolNumber == protocolNumber
      })
    else {
      throw ProbeError(
        message: "\(end.probe.text) has no \(Probe.name(of: protocolNumber)) port called \(name)",
        hint: "give the number, as in --to-port 8080/TCP")
    }
    return port.port
  }

  private func hop(_ direction: Direction, at end: TraceEnd, peer: TraceEnd, _ probe: Probe) -> TraceHop? {
    guard let index = end.endpoint, tables.endpoints[index].isLocal, let policy = tables.endpoints[index].policy else {
      return nil
    }
    let identity = self.identity(of: peer, seenBy: tables.endpoints[index])
    let verdict = lookup.lookup(
      policy: policy, direction: direction, peer: identity, protocolNumber: probe.protocolNumber, port: probe.port)
    var hop = TraceHop(
      direction: direction, endpoint: index, peerIdentity: identity, verdict: verdict,
      entry: verdict.entry >= 0 ? tables.policies[policy].entries[Int(verdict.entry)] : nil,
      error: tables.policies[policy].error)
    if hop.error == nil, verdict.redirect > 0, !probe.layer7.isEmpty {
      hop.layer7 = judge.answer(
        probe.layer7, tables.redirects[Int(verdict.redirect) - 1], tables.policies[policy], direction,
        namespace: tables.endpoints[index].namespace, peer: identity, protocolNumber: probe.protocolNumber,
        port: probe.port)
    }
    return hop
  }

  /// A node's address is the host to its own endpoints and a remote node to all others.
  private func identity(of end: TraceEnd, seenBy endpoint: Endpoint) -> UInt32 {
    guard case .address(let address) = end.probe, let remote = remoteNodes[address], let index = end.endpoint,
      tables.endpoints[index].nodeIndex != endpoint.nodeIndex
    else { return end.identity }
    return remote
  }
}
