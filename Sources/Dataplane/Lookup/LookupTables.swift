public import Addresses
public import Rules
public import Tables

/// `Tables` compiled for reading: built once, never changed, shared by any number of engines and threads. Tables that a
/// `LookupEditor` made are the exception: it changes them, and they belong to its thread.
public final class LookupTables: Sendable {
  let addresses: AddressTable
  let rangesIPv4: PrefixRanges<UInt32>
  let rangesIPv6: PrefixRanges<UInt128>
  let endpoints: FixedBuffer<EndpointRecord>
  let policies: PolicyIndex
  let services: ServiceIndex
  private let groups: ServiceGroups
  let settings: PathSettings
  let vantage: Vantage
  /// Whether the numbers of `identities` are the cluster's own.
  let hasClusterIdentities: Bool
  /// Whether any node's address is known.
  let hasNodes: Bool
  /// Sorted.
  private let identities: FixedBuffer<UInt32>

  /// - Parameter vantage: where the packets were captured.
  public convenience init(_ tables: Tables, vantage: Vantage = .node) {
    self.init(tables, vantage: vantage, spareAddresses: 0)
  }

  /// - Parameter spareAddresses: how many addresses may come later, and policy entries with them; 0: the tables stay.
  init(_ tables: Tables, vantage: Vantage, spareAddresses: Int) {
    settings = PathSettings(tables.settings)
    self.vantage = vantage
    hasClusterIdentities = tables.settings.hasClusterIdentities
    hasNodes = tables.ipcache.contains { $0.prefix.isHost && ReservedIdentity.isNode($0.identity) }
    identities = FixedBuffer(tables.identities.map(\.id).sorted(), padding: 0)
    policies = PolicyIndex(tables.policies, hasSpareRoom: spareAddresses > 0)
    services = ServiceIndex(services: tables.services, backends: tables.backends)
    groups = ServiceGroups(services: tables.services, backends: tables.backends)
    endpoints = FixedBuffer(Self.records(of: tables), padding: EndpointRecord())

    var prefixesIPv4: [PrefixRanges<UInt32>.Prefix] = []
    var prefixesIPv6: [PrefixRanges<UInt128>.Prefix] = []
    addresses = AddressTable(
      count: tables.ipcache.count + tables.endpoints.reduce(0) { $0 + $1.addresses.count } + spareAddresses)
    for entry in tables.ipcache {
      let (address, length) = (entry.prefix.address, entry.prefix.length)
      if entry.prefix.isHost {
        addresses.setIdentity(entry.identity, node: entry.nodeIndex, of: address)
      } else if address.isIPv6 {
        prefixesIPv6.append(.init(first: address.bits128, length: length, value: entry.identity))
      } else {
        prefixesIPv4.append(
          .init(first: UInt32(truncatingIfNeeded: address.low), length: length, value: entry.identity))
      }
    }
    rangesIPv4 = PrefixRanges(prefixesIPv4, fallback: tables.settings.worldIPv4)
    rangesIPv6 = PrefixRanges(prefixesIPv6, fallback: tables.settings.worldIPv6)
    // An address that two endpoints claim belongs to the one that is judged.
    for judged in [true, false] {
      for (index, endpoint) in tables.endpoints.enumerated() where (endpoints[index].policy >= 0) == judged {
        for address in endpoint.addresses { addresses.setEndpoint(index, of: address) }
      }
    }
  }

  /// What one of the policies says of a peer: the same lookup that packets go through.
  ///
  /// - Parameters:
  ///   - policy: index into `Tables.policies`.
  ///   - port: destination port; the ICMP type for ICMP and ICMPv6; 0 for other protocols.
  public func lookup(
    policy: Int, direction: Direction, peer: UInt32, protocolNumber: UInt8, port: UInt16
  ) -> PolicyVerdict {
    precondition(policy >= 0 && policy < policies.policyCount, "no such policy")
    return policies.lookup(
      policy: policy, direction: Int(direction.rawValue), peer: peer, protocolNumber: protocolNumber, port: port)
  }

  /// The same for the packet path, whose arguments were checked when the tables were built.
  ///
  /// A method of the tables, since the index would be copied on its way to one of its own.
  @inline(never)
  func decide(policy: Int, direction: Int, peer: UInt32, protocolNumber: UInt8, port: UInt16) -> PolicyVerdict {
    policies.lookup(policy: policy, direction: direction, peer: peer, protocolNumber: protocolNumber, port: port)
  }

  /// The rules behind an entry (index into `Provenance.lists`).
  ///
  /// - Parameters:
  ///   - policy: index into `Tables.policies`.
  ///   - entry: as a verdict names it; below 0, or unknown: no rules.
  public func rules(policy: Int, entry: Int32) -> UInt32 {
    policy >= 0 && policy < policies.policyCount ? policies.rules(policy: policy, entry: entry) : 0
  }

  /// Who has an address: the endpoint (index into `Tables.endpoints`), if any, and the security identity.
  public func resolve(_ address: IPAddress) -> (endpoint: Int?, identity: UInt32) {
    let owner = owner(high: address.high, low: address.low, family: address.isIPv6 ? 6 : 4)
    return (owner.endpoint < 0 ? nil : Int(owner.endpoint), owner.identity(seenFrom: owner.node))
  }

  /// Whether an address belongs to a node.
  func isNode(_ owner: AddressOwner) -> Bool { owner.node >= 0 || ReservedIdentity.isNode(owner.identity) }

  func isPod(_ owner: AddressOwner) -> Bool { owner.endpoint >= 0 && !isNode(owner) }

  /// Whether a security identity is in the tables.
  func isKnown(_ identity: UInt32) -> Bool {
    var (first, end) = (0, identities.count)
    while first < end {
      let middle = (first + end) / 2
      if identities[middle] < identity { first = middle + 1 } else { end = middle }
    }
    return first < identities.count && identities[first] == identity
  }

  /// Which of several engines judges the packets between two addresses.
  @inline(__always)
  func engine(
    sourceHigh: UInt64, sourceLow: UInt64, destinationHigh: UInt64, destinationLow: UInt64, _ count: Int
  ) -> Int {
    let source = groups.representative(high: sourceHigh, low: sourceLow)
    let destination = groups.representative(high: destinationHigh, low: destinationLow)
    let hash = Hashing.pair(
      Hashing.tupleEnd(high: source.high, low: source.low, port: 0),
      Hashing.tupleEnd(high: destination.high, low: destination.low, port: 0), protocolNumber: 0)
    return Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
  }

  /// - Parameter family: 4 or 6.
  func owner(high: UInt64, low: UInt64, family: UInt8) -> AddressOwner {
    let exact = addresses.find(high: high, low: low, family: family).pointee
    if exact.node >= 0 { return AddressOwner(endpoint: exact.endpoint, identity: exact.identity, node: exact.node) }
    if exact.endpoint >= 0 {
      let record = endpoints[Int(exact.endpoint)]
      // A local endpoint is known by its own identity, not by what the ipcache says of its address.
      if record.isLocal, record.identity != 0 {
        return AddressOwner(endpoint: exact.endpoint, identity: record.identity, node: -1)
      }
    }
    if exact.hasIdentity { return AddressOwner(endpoint: exact.endpoint, identity: exact.identity, node: -1) }
    let identity =
      family == 6
      ? rangesIPv6.find(UInt128(high) &<< 64 | UInt128(low))
      : rangesIPv4.find(UInt32(truncatingIfNeeded: low))
    return AddressOwner(endpoint: exact.endpoint, identity: identity, node: -1)
  }

  private static func records(of tables: Tables) -> [EndpointRecord] {
    tables.endpoints.map { endpoint in
      var record = EndpointRecord()
      record.identity = endpoint.identity
      record.isLocal = endpoint.isLocal
      record.node = endpoint.nodeIndex
      record.policy = Int32(clamping: judgingPolicy(of: endpoint, in: tables) ?? -1)
      return record
    }
  }

  /// The policy (index into `Tables.policies`) that the datapath asks about the endpoint's packets. None for the host
  /// without the host firewall, for the ingress endpoint, whose policy the proxy alone enforces, and where the policy
  /// could not be computed.
  public static func judgingPolicy(of endpoint: Endpoint, in tables: Tables) -> Int? {
    guard endpoint.isLocal, let policy = endpoint.policy, tables.policies.indices.contains(policy),
      tables.policies[policy].error == nil
    else { return nil }
    switch endpoint.identity {
    case ReservedIdentity.host: return tables.settings.hostFirewall ? policy : nil
    case ReservedIdentity.ingress: return nil
    default: return policy
    }
  }
}

extension IPAddress {
  fileprivate var bits128: UInt128 { UInt128(high) << 64 | UInt128(low) }
}
