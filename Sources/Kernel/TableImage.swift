internal import Addresses
internal import CBPF
internal import Dataplane
internal import Rules
public import Tables

/// `Tables` as the keys and values of the BPF maps.
public struct TableImage: Sendable {
  /// A policy map.
  struct Policy: Sendable {
    var keys: [policy_key] = []
    var entries: [policy_entry] = []
    /// Bit n: some key of a specific identity, or of any peer, has prefix length n.
    var peerLengths: UInt32 = 0
    var anyLengths: UInt32 = 0
  }

  private(set) var ipcacheKeys: [ipcache_key] = []
  private(set) var ipcacheEntries: [ipcache_entry] = []
  /// Of local endpoints, whose identities no name can change.
  private(set) var ownAddresses: Set<IPAddress> = []
  private(set) var endpointKeys: [endpoint_key] = []
  var endpointValues: [endpoint] = []
  /// As `Tables.policies`; empty where no endpoint is judged by it.
  var policies: [Policy]
  /// `Tables.endpoints`' index and the policy of each judged endpoint, by its number in the maps less 1.
  private(set) var judged: [(endpoint: Int, policy: Int)] = []
  /// Where each policy's entries begin among the counters.
  let firstEntries: [UInt32]
  /// How many entries each of `Tables.policies` has, and all of them together.
  let entryCounts: [Int]
  let loadedEntries: Int
  /// Entries that names have added since, in the order of their counters: the policy, and which of its entries they are.
  var laterEntries: [(policy: Int, entry: Int)] = []
  /// How many more entries and addresses there is room for.
  let spareEntries: Int
  let services: Services
  var settings: datapath_settings

  /// - Throws: when there are more endpoints or nodes than the maps can tell apart.
  public init(
    _ tables: Tables, assumeAuthenticated: Bool = true, spareEntries: Int = 0
  ) throws(KernelError) {
    var next: UInt32 = 0
    firstEntries = tables.policies.map { policy in
      defer { next += UInt32(policy.entries.count) }
      return next
    }
    entryCounts = tables.policies.map(\.entries.count)
    loadedEntries = Int(next)
    self.spareEntries = spareEntries
    settings = datapath_settings(tables.settings)
    services = Services(tables)
    settings.has_services = services.keys.isEmpty ? 0 : 1
    settings.assume_authenticated = assumeAuthenticated ? 1 : 0
    settings.entry_count = max(next + UInt32(clamping: spareEntries), 1)
    settings.dns_redirect = tables.number(of: .dns)
    settings.http_redirect = tables.number(of: .http)
    settings.parser_redirect = tables.number(of: .proxylib)
    policies = Array(repeating: Policy(), count: tables.policies.count)
    for (index, endpoint) in tables.endpoints.enumerated() {
      guard let policy = LookupTables.judgingPolicy(of: endpoint, in: tables) else { continue }
      judged.append((index, policy))
      if policies[policy].keys.isEmpty {
        policies[policy] = Policy(tables.policies[policy], firstEntry: firstEntries[policy])
      }
    }
    guard judged.count <= Int(ENDPOINT_ENTRIES) else {
      throw KernelError(
        .tooLarge, "fill the endpoint map", "\(judged.count) endpoints have policies; the map takes \(ENDPOINT_ENTRIES)"
      )
    }
    guard tables.policies.count < 0xffff else {
      throw KernelError(.tooLarge, "fill the policy map", "there are more than 65,534 policies")
    }
    guard tables.endpoints.allSatisfy({ $0.nodeIndex < 0xffff }), tables.ipcache.allSatisfy({ $0.nodeIndex < 0xffff })
    else { throw KernelError(.tooLarge, "fill the ipcache", "there are more than 65,535 nodes") }
    addEndpoints(tables)
    addAddresses(tables)
  }

  init(_ tables: Tables, _ options: DatapathOptions) throws(KernelError) {
    try self.init(
      tables, assumeAuthenticated: options.assumeAuthenticated, spareEntries: options.spareEntries)
    if let endpoint = options.endpoint, !serve(endpoint, of: tables) {
      throw KernelError(.failed, "serve one endpoint", "the tables have no policy for it")
    }
  }

  /// Serves one endpoint alone, whatever the addresses of its packets.
  ///
  /// - Parameter endpoint: index into `Tables.endpoints`.
  /// - Returns: false when the endpoint is not judged.
  private mutating func serve(_ endpoint: Int, of tables: Tables) -> Bool {
    guard let position = judged.firstIndex(where: { $0.endpoint == endpoint }) else { return false }
    settings.endpoint = value(at: position, tables)
    return true
  }

  // MARK: Endpoints

  private mutating func addEndpoints(_ tables: Tables) {
    var seen: Set<IPAddress> = []
    for (position, place) in judged.enumerated() {
      let value = value(at: position, tables)
      for address in tables.endpoints[place.endpoint].addresses where seen.insert(address).inserted {
        var key = CBPF.endpoint_key()
        key.address = address.words
        key.family = address.familyNumber
        endpointKeys.append(key)
        endpointValues.append(value)
      }
    }
  }

  private func value(at position: Int, _ tables: Tables) -> endpoint {
    let place = judged[position]
    let source = tables.endpoints[place.endpoint]
    let policy = tables.policies[place.policy]
    var value = CBPF.endpoint()
    value.number = UInt16(position + 1)
    value.node = UInt16(clamping: source.nodeIndex + 1)
    value.identity = source.identity
    if source.identity == ReservedIdentity.host { value.flags |= UInt32(ENDPOINT_HOST) }
    if policy.isEnforced(.ingress) { value.flags |= UInt32(ENDPOINT_INGRESS_ENFORCED) }
    if policy.isEnforced(.egress) { value.flags |= UInt32(ENDPOINT_EGRESS_ENFORCED) }
    value.policy = UInt32(place.policy + 1)
    value.peer_lengths = policies[place.policy].peerLengths
    value.any_lengths = policies[place.policy].anyLengths
    return value
  }

  // MARK: Addresses

  private mutating func addAddresses(_ tables: Tables) {
    var identities: [IPPrefix: (identity: UInt32, node: Int32)] = [:]
    for entry in tables.ipcache {
      identities[entry.prefix] = (entry.identity, entry.prefix.isHost ? entry.nodeIndex : -1)
    }
    // A local endpoint is known by its own identity, not by what the ipcache says of its address.
    for (address, endpoint) in owners(tables) where endpoint.isLocal && endpoint.identity != 0 {
      ownAddresses.insert(address)
      let prefix = IPPrefix(host: address)
      if let known = identities[prefix], known.node >= 0 { continue }
      identities[prefix] = (endpoint.identity, -1)
    }
    for (prefix, value) in identities.sorted(by: { $0.key < $1.key }) {
      var entry = ipcache_entry()
      entry.identity = value.identity
      entry.node = UInt16(clamping: value.node + 1)
      ipcacheKeys.append(ipcache_key(prefix))
      ipcacheEntries.append(entry)
    }
  }

  /// Who has each address: of two that claim it, the one that is judged, else the first.
  private func owners(_ tables: Tables) -> [IPAddress: Endpoint] {
    var owners: [IPAddress: Endpoint] = [:]
    let judgedIndices = Set(judged.map(\.endpoint))
    for isJudged in [true, false] {
      for (index, endpoint) in tables.endpoints.enumerated() where judgedIndices.contains(index) == isJudged {
        for address in endpoint.addresses where owners[address] == nil { owners[address] = endpoint }
      }
    }
    return owners
  }
}

extension TableImage.Policy {
  /// - Parameter firstEntry: the number of the policy's first entry among the counters of all.
  init(_ policy: EndpointPolicy, firstEntry: UInt32) {
    var seen: Set<PolicyMapKey> = []
    for (index, entry) in policy.entries.enumerated() {
      // A second entry of one key never answers.
      guard seen.insert(entry.key.normalized).inserted else { continue }
      keys.append(policy_key(entry.key.normalized))
      entries.append(policy_entry(entry, cookie: firstEntry + UInt32(index)))
    }
    // Cilium has this entry wherever a direction is open.
    for direction in Direction.allCases where !policy.isEnforced(direction) {
      let all = PolicyMapKey(direction: direction, identity: 0, protocolNumber: 0, port: 0, portPrefixLength: 0)
      guard seen.insert(all).inserted else { continue }
      keys.append(policy_key(all))
      entries.append(policy_entry(PolicyMapEntry(key: all), cookie: .max))
    }
    for key in keys {
      let bit: UInt32 = 1 << UInt32(key.lengthBeyondIdentity)
      if key.identity == 0 { anyLengths |= bit } else { peerLengths |= bit }
    }
  }
}

extension Tables {
  /// As policy entries have it: 1 + index; 0: there is none.
  fileprivate func number(of redirect: Redirect) -> UInt16 {
    UInt16(clamping: (redirects.firstIndex(of: redirect) ?? -1) + 1)
  }
}

extension PolicyMapKey {
  /// The same key with its wild bits cleared, as the trie wants them.
  var normalized: PolicyMapKey {
    let bits = protocolNumber == 0 ? 0 : min(portPrefixLength, 16)
    return PolicyMapKey(
      direction: direction, identity: identity, protocolNumber: protocolNumber,
      port: bits == 0 ? 0 : port & ~(UInt16.max >> UInt16(bits)), portPrefixLength: bits)
  }
}

extension ipcache_key {
  init(_ prefix: IPPrefix) {
    self.init()
    prefix_length = UInt32(Int(IPCACHE_STATIC_PREFIX) + prefix.length)
    family = prefix.address.familyNumber
    address = prefix.address.words
  }
}

extension policy_key {
  init(_ key: PolicyMapKey) {
    self.init()
    prefix_length = UInt32(POLICY_STATIC_PREFIX) + UInt32(key.prefixLength)
    identity = key.identity
    egress = key.direction == .egress ? 1 : 0
    `protocol` = key.protocolNumber
    port = key.port.bigEndian
  }
}

extension policy_entry {
  init(_ entry: PolicyMapEntry, cookie: UInt32) {
    self.init()
    self.cookie = cookie
    deny_and_length = entry.key.normalized.prefixLength << UInt8(POLICY_LENGTH_SHIFT)
    guard !entry.isDeny else {
      deny_and_length |= UInt8(POLICY_DENY)
      return
    }
    proxy_port = entry.redirect.bigEndian
    proxy_priority = entry.proxyPriority
    authentication = entry.authentication.rawValue
    if entry.authenticationIsExplicit { authentication |= UInt8(POLICY_AUTHENTICATION_EXPLICIT) }
  }
}

extension datapath_settings {
  init(_ settings: DatapathSettings) {
    self.init()
    func number(_ truth: Bool) -> UInt8 { truth ? 1 : 0 }
    enable_ipv4 = number(settings.enableIPv4)
    enable_ipv6 = number(settings.enableIPv6)
    audit_mode = number(settings.auditMode)
    sctp = number(settings.sctp)
    icmp_rules = number(settings.icmpRules)
    extended_protocols = number(settings.extendedIPProtocols)
    allow_fragmentation_needed = number(settings.allowICMPFragNeeded)
    track_ipv4_fragments = number(settings.fragmentTrackingIPv4)
    track_ipv6_fragments = number(settings.fragmentTrackingIPv6)
    host_firewall = number(settings.hostFirewall)
    has_tunnel_port = number(settings.tunnelPort != nil)
    tunnel_port = (settings.tunnelPort ?? 0).bigEndian
    tcp_lifetime = settings.timeoutTCP
    tcp_syn_lifetime = settings.timeoutTCPSyn
    tcp_fin_lifetime = settings.timeoutTCPFin
    other_lifetime = settings.timeoutAny
    world_ipv4 = settings.worldIPv4
    world_ipv6 = settings.worldIPv6
  }
}

extension IPAddress {
  var familyNumber: UInt8 { UInt8(isIPv6 ? FAMILY_IPV6 : FAMILY_IPV4) }

  /// In network order, IPv4 in the first.
  var words: (UInt32, UInt32, UInt32, UInt32) {
    func word(_ half: UInt64, _ shift: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: half >> shift).bigEndian }
    return isIPv6
      ? (word(high, 32), word(high, 0), word(low, 32), word(low, 0)) : (word(low, 0), 0, 0, 0)
  }
}
