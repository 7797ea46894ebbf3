internal import Addresses

/// What one endpoint's queries brought: Cilium's `DNSHistory` and its zombies.
struct NameHistory {
  /// An address whose names have expired, but which connections may still use.
  struct Deferred {
    var names: Set<String>
    /// When it expired, or expired again; and when a connection was last seen, in nanoseconds.
    var expired: Int64
    var used: Int64 = .min
    /// How many rounds of the connection table there had been.
    var round: Int64
  }

  /// Until when each address of a name counts, in nanoseconds.
  private(set) var names: [String: [IPAddress: Int64]] = [:]
  private var namesOfAddress: [IPAddress: Set<String>] = [:]
  private(set) var deferred: [IPAddress: Deferred] = [:]
  /// No address expires before.
  private(set) var earliest = Int64.max
  /// Addresses times names.
  private(set) var count = 0

  var isEmpty: Bool { names.isEmpty && deferred.isEmpty }

  /// Names that an address has at a time, without those that have expired.
  func names(of address: IPAddress, at time: Int64) -> [String] {
    guard let known = namesOfAddress[address] else { return [] }
    return known.filter { names[$0]?[address].map { $0 >= time } ?? false }
  }

  /// True when the name did not have the address.
  ///
  /// - Parameter maximum: addresses of a name; with more, the next round lets some go.
  mutating func learn(
    _ name: String, _ address: IPAddress, until expiry: Int64, at time: Int64, _ maximum: Int
  ) -> Bool {
    let known = names[name]?[address]
    if known == nil { count += 1 }
    // A shorter lifetime does not cut a longer one.
    names[name, default: [:]][address] = max(expiry, known ?? .min)
    namesOfAddress[address, default: []].insert(name)
    earliest = min(earliest, (names[name]?.count ?? 0) > maximum ? time : expiry)
    return known == nil
  }

  // MARK: Letting go

  /// Defers what has expired, and what a name has too many of; the names concerned.
  mutating func expire(at time: Int64, round: Int64, maximumAddresses: Int) -> Set<String> {
    var concerned: Set<String> = []
    guard earliest < time else { return [] }
    earliest = .max
    for (name, addresses) in names {
      var gone = addresses.filter { $0.value < time }.map(\.key)
      let left = addresses.count - gone.count
      if left > maximumAddresses {
        let kept = addresses.filter { $0.value >= time }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        gone += kept.prefix(left - maximumAddresses).map(\.key)
      }
      for address in gone { postpone(name, address, at: time, round) }
      if !gone.isEmpty { concerned.insert(name) }
      earliest = min(earliest, names[name]?.values.min() ?? .max)
    }
    return concerned
  }

  private mutating func postpone(_ name: String, _ address: IPAddress, at time: Int64, _ round: Int64) {
    count -= 1
    names[name]?[address] = nil
    if names[name]?.isEmpty ?? false { names[name] = nil }
    namesOfAddress[address]?.remove(name)
    if namesOfAddress[address]?.isEmpty ?? false { namesOfAddress[address] = nil }
    deferred[address, default: Deferred(names: [], expired: time, round: round)].names.insert(name)
    deferred[address]?.expired = time
  }

  mutating func markUsed(_ address: IPAddress, at time: Int64) { deferred[address]?.used = time }

  /// Forgets the deferred addresses that no connection has used for long enough, and those beyond the limits; the names
  /// concerned, those of the addresses that stay included.
  ///
  /// - Parameters:
  ///   - scan: when the connections were last looked at.
  ///   - round: how many times they had been.
  mutating func collect(scan: Int64, round: Int64, _ settings: NameSettings) -> Set<String> {
    guard !deferred.isEmpty else { return [] }
    var concerned: Set<String> = []
    let grace = settings.gracePeriod * 1_000_000_000
    for (address, zombie) in deferred {
      concerned.formUnion(zombie.names)
      // Two rounds must have gone by without a connection.
      if scan > zombie.expired + grace, scan > zombie.used, round >= zombie.round + 2 { deferred[address] = nil }
    }
    limitNames(settings.maximumAddresses)
    let excess = deferred.count - settings.maximumDeferred
    if excess > 0 {
      let oldest = deferred.sorted {
        ($0.value.used, $0.value.expired, $0.key) < ($1.value.used, $1.value.expired, $1.key)
      }
      for (address, _) in oldest.prefix(excess) { deferred[address] = nil }
    }
    return concerned
  }

  /// A name keeps those of its deferred addresses that were used last.
  private mutating func limitNames(_ maximum: Int) {
    guard deferred.count > maximum else { return }
    var addresses: [String: [(used: Int64, address: IPAddress)]] = [:]
    for (address, zombie) in deferred {
      for name in zombie.names { addresses[name, default: []].append((zombie.used, address)) }
    }
    for (name, list) in addresses where list.count > maximum {
      for (_, address) in list.sorted(by: { ($0.used, $0.address) < ($1.used, $1.address) }).prefix(
        list.count - maximum)
      {
        deferred[address]?.names.remove(name)
        if deferred[address]?.names.isEmpty ?? false { deferred[address] = nil }
      }
    }
  }
}
