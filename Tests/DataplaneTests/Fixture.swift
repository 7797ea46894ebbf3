import Addresses
import Dataplane
import Packet
import Rules
import Tables

/// Tables made by hand: pods a (10.0.0.1, identity 1001) and b (10.0.0.2, identity 1002) on one node, both also in
/// fd00::/64; a and b without policy until a test gives them one.
struct Fixture {
  static let a = 1001 as UInt32
  static let b = 1002 as UInt32

  var tables = Tables()

  init() {
    addEndpoint("default/a", identity: Self.a, ["10.0.0.1", "fd00::1"])
    addEndpoint("default/b", identity: Self.b, ["10.0.0.2", "fd00::2"])
  }

  mutating func addEndpoint(
    _ name: String, identity: UInt32, _ addresses: [String], node: String = "node1", isLocal: Bool = true
  ) {
    var endpoint = Endpoint(name: name, identity: identity, isLocal: isLocal)
    endpoint.node = node
    endpoint.nodeIndex = node == "node1" ? 0 : 1
    endpoint.addresses = addresses.map { address($0) }
    tables.endpoints.append(endpoint)
    for address in endpoint.addresses {
      // A node's own address is in the tables as other nodes see it.
      let isHost = identity == ReservedIdentity.host
      tables.ipcache.append(
        IPCacheEntry(
          prefix: IPPrefix(host: address), identity: isHost ? ReservedIdentity.remoteNode : identity,
          nodeIndex: isHost ? endpoint.nodeIndex : -1))
    }
  }

  /// Gives an endpoint a policy that enforces the directions which have entries.
  mutating func setPolicy(_ endpoint: Int, _ entries: [PolicyMapEntry]) {
    var policy = EndpointPolicy()
    policy.ingressEnforced = entries.contains { $0.key.direction == .ingress }
    policy.egressEnforced = entries.contains { $0.key.direction == .egress }
    policy.entries = entries
    if !policy.ingressEnforced { policy.entries.append(.allow(.ingress)) }
    if !policy.egressEnforced { policy.entries.append(.allow(.egress)) }
    tables.policies.append(policy)
    tables.endpoints[endpoint].policy = tables.policies.count - 1
  }

  func engine(_ options: EngineOptions = EngineOptions()) -> Engine {
    Engine(tables: tables, options: options)
  }
}

/// A literal of a test; anything unreadable would be the test's own mistake and shows as ::.
func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv6High: 0, low: 0) }

extension PolicyMapEntry {
  static func entry(
    _ direction: Direction, _ identity: UInt32 = 0, _ protocolNumber: UInt8 = 0, _ port: UInt16 = 0, bits: UInt8 = 0
  ) -> PolicyMapEntry {
    PolicyMapEntry(
      key: PolicyMapKey(
        direction: direction, identity: identity, protocolNumber: protocolNumber, port: port, portPrefixLength: bits))
  }

  static func allow(
    _ direction: Direction, _ identity: UInt32 = 0, _ protocolNumber: UInt8 = 0, _ port: UInt16 = 0,
    bits: UInt8? = nil, auth: AuthenticationType = .none, explicit: Bool = false
  ) -> PolicyMapEntry {
    var entry = entry(direction, identity, protocolNumber, port, bits: bits ?? (port == 0 ? 0 : 16))
    entry.authentication = auth
    entry.authenticationIsExplicit = explicit
    return entry
  }

  static func deny(
    _ direction: Direction, _ identity: UInt32 = 0, _ protocolNumber: UInt8 = 0, _ port: UInt16 = 0, bits: UInt8? = nil
  ) -> PolicyMapEntry {
    var entry = entry(direction, identity, protocolNumber, port, bits: bits ?? (port == 0 ? 0 : 16))
    entry.isDeny = true
    return entry
  }

  static func redirect(
    _ direction: Direction, _ identity: UInt32 = 0, _ protocolNumber: UInt8 = 0, _ port: UInt16 = 0,
    priority: UInt8 = 27, to redirect: UInt16 = 1
  ) -> PolicyMapEntry {
    var entry = entry(direction, identity, protocolNumber, port, bits: port == 0 ? 0 : 16)
    entry.redirect = redirect
    entry.proxyPriority = priority
    return entry
  }
}

enum TCP {
  static let fin: UInt16 = 1
  static let syn: UInt16 = 2
  static let rst: UInt16 = 4
  static let ack: UInt16 = 16
}

extension PacketHeaders {
  static func ip(_ source: String, _ destination: String, protocolNumber: UInt8) -> PacketHeaders {
    var headers = PacketHeaders()
    headers.outcome = .ip
    headers.source = address(source)
    headers.destination = address(destination)
    headers.ipVersion = headers.source.isIPv6 ? 6 : 4
    headers.protocolNumber = protocolNumber
    headers.transportOffset = 34
    headers.payloadOffset = 54
    headers.payloadEnd = 54
    return headers
  }

  static func ports(
    _ protocolNumber: UInt8, _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16
  ) -> PacketHeaders {
    var headers = ip(source, destination, protocolNumber: protocolNumber)
    headers.sourcePort = sourcePort
    headers.destinationPort = destinationPort
    headers.flags = .hasPorts
    return headers
  }

  static func tcp(
    _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16, _ flags: UInt16 = TCP.syn
  ) -> PacketHeaders {
    var headers = ports(6, source, sourcePort, destination, destinationPort)
    headers.tcpFlags = flags
    return headers
  }

  static func udp(
    _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16
  ) -> PacketHeaders {
    ports(17, source, sourcePort, destination, destinationPort)
  }

  static func icmp(
    _ source: String, _ destination: String, type: UInt8, code: UInt8 = 0, identifier: UInt16 = 0
  ) -> PacketHeaders {
    var headers = ip(source, destination, protocolNumber: address(source).isIPv6 ? 58 : 1)
    headers.icmpType = type
    headers.icmpCode = code
    headers.icmpIdentifier = identifier
    headers.flags = .hasICMP
    return headers
  }

  /// The same packet as a fragment: the first, or a later one, which has no ports.
  func fragment(_ identification: UInt32, first: Bool) -> PacketHeaders {
    var headers = self
    headers.fragmentIdentification = identification
    headers.flags.insert(.fragment)
    if first {
      headers.flags.insert(.moreFragments)
    } else {
      headers.flags.insert(.laterFragment)
      headers.flags.remove([.hasPorts, .hasICMP])
      (headers.sourcePort, headers.destinationPort, headers.tcpFlags) = (0, 0, 0)
      headers.fragmentOffset = 185
    }
    return headers
  }

  /// The same packet the other way.
  func reversed(_ flags: UInt16? = nil) -> PacketHeaders {
    var headers = self
    (headers.source, headers.destination) = (destination, source)
    (headers.sourcePort, headers.destinationPort) = (destinationPort, sourcePort)
    if let flags { headers.tcpFlags = flags }
    return headers
  }
}

extension Engine {
  mutating func judge(_ headers: PacketHeaders, at seconds: Int64 = 1000) -> PacketVerdict {
    judge(headers, at: seconds * 1_000_000_000, length: 60)
  }
}
