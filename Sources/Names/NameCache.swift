public import Addresses

/// What DNS answers have taught so far: Cilium's name manager, in capture time (`cilium-policy.md` §7.6).
///
/// Each endpoint remembers what it asked for; all of it together is what `toFQDNs` means. Once a minute what has expired
/// is put aside, and it is forgotten when two rounds over the connections found none that uses it. Time begins with the
/// first call.
public struct NameCache: ~Copyable {
  /// What a name stands for from now on.
  public struct Change: Sendable, Equatable {
    public var name: String
    /// Sorted; empty: the name is forgotten.
    public var addresses: [IPAddress]

    public init(name: String, addresses: [IPAddress]) {
      self.name = name
      self.addresses = addresses
    }
  }

  /// The answer that an address of a name came with, the first since it was last unknown.
  public struct Source: Sendable, Equatable {
    public var endpoint: Int
    /// Capture time in nanoseconds.
    public var time: Int64
    /// In seconds, as the server said.
    public var timeToLive: UInt32
  }

  public struct Counters: Sendable, Equatable {
    /// Answers with addresses.
    public var answers: UInt64 = 0
    /// Different names, and different pairs of name and address.
    public var names: UInt64 = 0
    public var addresses: UInt64 = 0
    /// Pairs that were forgotten again.
    public var expired: UInt64 = 0
    /// Addresses that were not learnt, as the cache was full.
    public var dropped: UInt64 = 0

    public init() {}
  }

  private let settings: NameSettings
  private var histories: [Int: NameHistory] = [:]
  private var current: [String: [IPAddress: Source]] = [:]
  private var seeds: [IPAddress: Set<String>] = [:]
  private var everNamed: Set<String> = []
  /// In nanoseconds; nil before the first call.
  private var start: Int64?
  /// Rounds of the collector and over the connections so far.
  private var collections: Int64 = 0
  private var scans: Int64 = 0
  /// Of all histories.
  private var count = 0
  /// When something may be forgotten next, in nanoseconds; nil while nothing can be.
  public private(set) var nextEvent: Int64?
  public private(set) var counters = Counters()

  /// - Parameter seeds: names that were resolved before the first packet, for good.
  public init(_ settings: NameSettings, seeds: [(name: String, addresses: [IPAddress])] = []) {
    self.settings = settings
    for (name, addresses) in seeds {
      for address in addresses { self.seeds[address, default: []].insert(Self.displayed(name)) }
    }
  }

  public var isEmpty: Bool { current.isEmpty && seeds.isEmpty }

  /// The names that an endpoint knows an address by, sorted, without their final dots: those of Hubble's flows.
  ///
  /// - Parameter time: capture time in nanoseconds.
  public func names(of address: IPAddress, knownTo endpoint: Int, at time: Int64) -> [String] {
    let learnt = histories[endpoint]?.names(of: address, at: time) ?? []
    guard let seeded = seeds[address] else { return learnt.map(Self.displayed).sorted() }
    return seeded.union(learnt.map(Self.displayed)).sorted()
  }

  /// The names that have an address now, with where each was learnt.
  public func sources(of address: IPAddress) -> [(name: String, source: Source)] {
    current.compactMap { name, addresses in addresses[address].map { (Self.displayed(name), $0) } }
      .sorted { $0.name < $1.name }
  }

  /// What was learnt and not forgotten, by name.
  public var addresses: [(name: String, addresses: [IPAddress])] {
    current.map { ($0.key, $0.value.keys.sorted()) }.sorted { $0.0 < $1.0 }
  }

  /// Goes on with other endpoints: what those that are gone have asked for is kept until nobody can know it any more.
  ///
  /// - Parameter number: the new index of an endpoint; nil: it is gone.
  public mutating func renumber(_ number: (_ endpoint: Int) -> Int?) {
    var (histories, gone): ([Int: NameHistory], Int) = ([:], -1)
    for (endpoint, history) in self.histories.sorted(by: { $0.key < $1.key }) {
      if endpoint >= 0, let number = number(endpoint) {
        histories[number] = history
      } else {
        histories[gone] = history
        gone -= 1
      }
    }
    self.histories = histories
    for (name, addresses) in current {
      current[name] = addresses.mapValues { source in
        var source = source
        source.endpoint = source.endpoint >= 0 ? number(source.endpoint) ?? -1 : -1
        return source
      }
    }
  }

  private static func displayed(_ name: String) -> String {
    name.count > 1 && name.hasSuffix(".") ? String(name.dropLast()) : name
  }

  /// Times are those of captures, whatever they say: up to the year 2106, where the connections' clock ends too, and
  /// lifetimes can still be added.
  private static func clamped(_ time: Int64) -> Int64 { min(max(time, 0), Int64(UInt32.max) * 1_000_000_000) }

  // MARK: Learning

  /// Takes up an answer; nil when it says nothing that was not known.
  public mutating func learn(_ answer: NameAnswer) -> Change? {
    let time = Self.clamped(answer.time)
    if start == nil { start = time }
    counters.answers += 1
    let expiry = time + max(Int64(answer.timeToLive), settings.minimumTimeToLive) * 1_000_000_000
    let source = Source(endpoint: answer.endpoint, time: answer.time, timeToLive: answer.timeToLive)
    var isNew = false
    for address in answer.addresses {
      guard count < settings.maximumEntries else {
        counters.dropped += 1
        continue
      }
      let isAdded = histories[answer.endpoint, default: NameHistory()].learn(
        answer.name, address, until: expiry, at: time, settings.maximumAddresses)
      if isAdded { count += 1 }
      guard current[answer.name]?[address] == nil else { continue }
      current[answer.name, default: [:]][address] = source
      isNew = true
      counters.addresses += 1
    }
    if let start, let earliest = histories[answer.endpoint]?.earliest, earliest < .max { noteExpiry(earliest, start) }
    if everNamed.count < settings.maximumEntries, everNamed.insert(answer.name).inserted { counters.names += 1 }
    return isNew ? change(answer.name) : nil
  }

  private func change(_ name: String) -> Change {
    Change(name: name, addresses: (current[name] ?? [:]).keys.sorted())
  }

  // MARK: Time

  /// Whether `advance` has something to do.
  public func isDue(at time: Int64) -> Bool { start == nil || nextEvent ?? .max <= time }

  private mutating func schedule() {
    nextEvent = nil
    guard let start else { return }
    if histories.values.contains(where: { !$0.deferred.isEmpty }) {
      nextEvent = min(time(of: collections + 1, start), scanTime(of: scans + 1, start))
    }
    let earliest = histories.values.reduce(Int64.max) { min($0, $1.earliest) }
    if earliest < .max { noteExpiry(earliest, start) }
  }

  /// The first round after the expiry counts.
  private mutating func noteExpiry(_ expiry: Int64, _ start: Int64) {
    let interval = NameSettings.collectionInterval * 1_000_000_000
    let round = max(collections + 1, (expiry - start) / interval + 1)
    nextEvent = min(nextEvent ?? .max, time(of: round, start))
  }

  private func time(of collection: Int64, _ start: Int64) -> Int64 {
    start + collection * NameSettings.collectionInterval * 1_000_000_000
  }

  private func scanTime(of scan: Int64, _ start: Int64) -> Int64 {
    start + scan * settings.scanInterval * 1_000_000_000
  }

  /// Lets time pass.
  ///
  /// - Parameters:
  ///   - now: in nanoseconds; everything due up to then is done.
  ///   - connections: calls its last argument with the opener's endpoint and the other end's address of each connection
  ///     that is open at a time.
  /// - Returns: what was forgotten by that, in order.
  public mutating func advance(
    to now: Int64, connections: (_ time: Int64, _ body: (_ endpoint: Int, _ peer: IPAddress) -> Void) -> Void
  ) -> [Change] {
    let now = Self.clamped(now)
    guard let start else {
      self.start = now
      return []
    }
    var changes: [Change] = []
    while let due = nextEvent, due <= now {
      let elapsed = due - start
      collections = elapsed / (NameSettings.collectionInterval * 1_000_000_000)
      let scansBefore = scans
      scans = elapsed / (settings.scanInterval * 1_000_000_000)
      if scans > scansBefore, due == scanTime(of: scans, start) {
        connections(due) { endpoint, peer in histories[endpoint]?.markUsed(peer, at: due) }
      }
      if due == time(of: collections, start) { changes += collect(at: due, start) }
      schedule()
    }
    return changes
  }

  private mutating func collect(at now: Int64, _ start: Int64) -> [Change] {
    var concerned: Set<String> = []
    let (scan, round) = (scanTime(of: scans, start), scans)
    for endpoint in Array(histories.keys) {
      guard var history = histories.removeValue(forKey: endpoint) else { continue }
      concerned.formUnion(history.expire(at: now, round: round, maximumAddresses: settings.maximumAddresses))
      concerned.formUnion(history.collect(scan: scan, round: round, settings))
      if !history.isEmpty { histories[endpoint] = history }
    }
    count = histories.values.reduce(0) { $0 + $1.count + $1.deferred.count }
    return concerned.sorted().compactMap { forget($0) }
  }

  /// Keeps of a name what some endpoint still knows; nil when that is everything.
  private mutating func forget(_ name: String) -> Change? {
    guard let addresses = current[name] else { return nil }
    let kept = addresses.filter { address, _ in
      histories.values.contains {
        $0.names[name]?[address] != nil || $0.deferred[address]?.names.contains(name) ?? false
      }
    }
    guard kept.count < addresses.count else { return nil }
    counters.expired += UInt64(addresses.count - kept.count)
    current[name] = kept.isEmpty ? nil : kept
    return change(name)
  }
}
