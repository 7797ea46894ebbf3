import Addresses
import Cluster
import Compiler
import Dataplane
import Layer7
import Names
import Proxy
import Tables

/// What DNS answers teach while packets are judged, and the tables that follow it.
struct NameStage: ~Copyable {
  private var cache: NameCache
  private var compiled: Compiled

  /// Tables that can follow names.
  struct Compiled: ~Copyable {
    /// nil: no rule asks for what could be learnt, so the tables stay as they are.
    fileprivate var learned: LearnedTables?
    fileprivate(set) var tables: Tables
    fileprivate(set) var lookup: LookupTables
    fileprivate let vantage: Vantage

    /// - Parameter tables: the input's, where they need not follow.
    fileprivate init(_ input: Compiler.Input, _ tables: Tables, vantage: Vantage) {
      self.vantage = vantage
      guard input.learnsNames else {
        self.tables = tables
        lookup = LookupTables(tables, vantage: vantage)
        learned = nil
        return
      }
      var learned = LearnedTables(input, vantage: vantage)
      self.tables = learned.tables
      lookup = learned.lookup
      self.learned = consume learned
    }

    /// Learning a name may change the tables.
    var follows: Bool {
      switch learned {
      case .some: true
      case nil: false
      }
    }
  }

  /// - Parameter tables: the input's, where they need not follow.
  init(_ input: Compiler.Input, _ tables: Tables, vantage: Vantage) {
    cache = NameCache(NameSettings(input.cluster.settings), seeds: input.names)
    compiled = Compiled(input, tables, vantage: vantage)
  }

  /// At the beginning; with all identities that came since.
  var tables: Tables { compiled.tables }
  var lookup: LookupTables { compiled.lookup }

  /// A packet may change the tables that the next one is judged by, so each is to be judged by itself.
  var changesTables: Bool { compiled.follows }

  var counters: NameCache.Counters { cache.counters }

  /// What the names known now stand for.
  var addresses: [(name: String, addresses: [IPAddress])] { cache.addresses }

  func sources(of address: IPAddress) -> [(name: String, source: NameCache.Source)] { cache.sources(of: address) }

  /// The names of an end of a packet, as the endpoint at the other end knows them.
  func names(of address: IPAddress, knownTo endpoint: Int32, at time: Int64) -> [String] {
    cache.isEmpty ? [] : cache.names(of: address, knownTo: Int(endpoint), at: time)
  }

  /// Whether `advance` has something to do.
  func isDue(at time: Int64) -> Bool { cache.isDue(at: time) }

  /// Lets time pass.
  ///
  /// - Parameter connections: as `NameCache.advance` wants them.
  mutating func advance(
    to time: Int64, connections: (_ time: Int64, _ body: (_ endpoint: Int, _ peer: IPAddress) -> Void) -> Void
  ) -> [NameCache.Change] {
    cache.advance(to: time, connections: connections)
  }

  /// Takes up answers.
  mutating func learn(_ answers: [DNSAnswer]) -> [NameCache.Change] {
    var changes: [NameCache.Change] = []
    for answer in answers {
      let bytes = answer.bytes
      let read = NameAnswer(
        answer.message, to: answer.name, in: bytes.span.bytes, endpoint: answer.endpoint, time: answer.time)
      if let read, let change = cache.learn(read) { changes.append(change) }
    }
    return changes
  }

  /// Lets the tables follow what names stand for.
  ///
  /// - Parameter judge: is told of identities that come and go.
  /// - Returns: what this changed in the tables, in order.
  mutating func follow<Judge: IdentityJudge & ~Copyable>(
    _ changes: [NameCache.Change], _ judge: inout Judge
  ) -> [LearnedTables.Effect] {
    guard changesTables else { return [] }
    var effects: [LearnedTables.Effect] = []
    for change in changes {
      guard let effect = compiled.learned?.apply(change) else { continue }
      switch effect {
      case .none: continue
      case .changed(let delta):
        compiled.tables.append(delta)
        for identity in delta.identities {
          judge.insert(identity.id, selectedBy: compiled.learned?.selectors(of: identity.id) ?? [])
        }
        for identity in delta.identitiesRemoved { judge.remove(identity) }
      case .replaced(let tables):
        compiled.tables = tables
        judge.replaceTables(tables)
      }
      effects.append(effect)
    }
    if !effects.isEmpty, let lookup = compiled.learned?.lookup { compiled.lookup = lookup }
    return effects
  }

  // MARK: Other input

  /// Everything as it is now, without what is gone.
  mutating func wholeTables() -> Tables {
    if let tables = compiled.learned?.tables { compiled.tables = tables }
    return compiled.tables
  }

  /// Other input, with the names that are known.
  func compiled(_ input: Compiler.Input, _ tables: Tables) -> Compiled {
    var input = input
    guard input.learnsNames else { return Compiled(input, tables, vantage: compiled.vantage) }
    input.names += cache.addresses
    return Compiled(input, tables, vantage: compiled.vantage)
  }

  /// Goes on with tables that were made by `compiled`; their endpoints are known by their names.
  mutating func adopt(_ next: consuming Compiled) {
    let numbers = Dictionary(
      next.tables.endpoints.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let known = compiled.tables.endpoints.map(\.name)
    cache.renumber { known.indices.contains($0) ? numbers[known[$0]] : nil }
    compiled = next
  }
}

/// Whoever judges by identities, some of which names bring.
protocol IdentityJudge: ~Copyable {
  /// Takes up an identity that came after the tables, and that these selectors (`FilterPeer.selector`) select.
  mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>)
  /// Forgets an identity that was inserted.
  mutating func remove(_ identity: UInt32)
  /// Judges further connections by other tables, whose endpoints keep their numbers.
  mutating func replaceTables(_ tables: Tables)
}

extension Proxies: IdentityJudge {}
extension ProxyStage: IdentityJudge {}

extension Optional: IdentityJudge where Wrapped: IdentityJudge & ~Copyable {
  mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    self?.insert(identity, selectedBy: selectors)
  }

  mutating func remove(_ identity: UInt32) { self?.remove(identity) }
  mutating func replaceTables(_ tables: Tables) { self?.replaceTables(tables) }
}

extension NameStage {
  /// Lets time pass before the packet that was captured at `time` is judged.
  ///
  /// - Returns: what this changed in the tables, in order.
  mutating func advance(
    to time: Int64, _ engine: inout Engine, _ proxies: inout ProxyStage?
  ) -> [LearnedTables.Effect] {
    guard cache.isDue(at: time) else { return [] }
    let changes = cache.advance(to: time) { now, mark in
      engine.forEachOpenedConnection(at: now) { endpoint, peer in mark(Int(endpoint), peer) }
    }
    return follow(changes, &engine, &proxies)
  }

  /// Takes up the answers that came with the packet judged last.
  mutating func learn(_ engine: inout Engine, _ proxies: inout ProxyStage?) -> [LearnedTables.Effect] {
    guard let answers = proxies?.answers, !answers.isEmpty else { return [] }
    return follow(learn(answers), &engine, &proxies)
  }

  private mutating func follow(
    _ changes: [NameCache.Change], _ engine: inout Engine, _ proxies: inout ProxyStage?
  ) -> [LearnedTables.Effect] {
    let effects = follow(changes, &proxies)
    if !effects.isEmpty { engine.replaceTables(lookup) }
    return effects
  }
}

extension Tables {
  /// Takes up what events name: identities and the rules behind entries. What is gone stays, for what it was.
  mutating func append(_ delta: TablesDelta) {
    for identity in delta.identities {
      let place = identities.lastIndex { $0.id < identity.id }.map { $0 + 1 } ?? 0
      identities.insert(identity, at: place)
    }
    for (index, rule) in delta.rules {
      if index < provenance.rules.count { provenance.rules[index] = rule } else { provenance.rules.append(rule) }
    }
    provenance.lists += delta.lists
  }

  /// Takes up entries too, each behind those that its policy has had so far: the order of `Datapath.follow`.
  mutating func appendEntries(_ delta: TablesDelta) {
    append(delta)
    for change in delta.policies where policies.indices.contains(change.policy) {
      for case .set(let entry) in change.operations { policies[change.policy].entries.append(entry) }
    }
  }
}
