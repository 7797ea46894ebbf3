import Addresses
import Cluster
import Compiler
import Dataplane
import Layer7
import Names
import Proxy
import Tables

/// What DNS answers teach while captures are replayed, and the tables that follow it.
struct NameStage: ~Copyable {
  private var cache: NameCache
  /// nil: no rule asks for what could be learnt, so the tables stay as they are.
  private var learned: LearnedTables?
  /// At the beginning; with all identities that came since.
  private(set) var tables: Tables
  private(set) var lookup: LookupTables

  /// - Parameter tables: the input's, where they need not follow.
  init(_ input: Compiler.Input, _ tables: Tables, vantage: Vantage) {
    cache = NameCache(NameSettings(input.cluster.settings), seeds: input.names)
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

  /// A packet may change the tables that the next one is judged by, so each is to be judged by itself.
  var changesTables: Bool {
    switch learned {
    case .some: true
    case nil: false
    }
  }

  var counters: NameCache.Counters { cache.counters }

  /// What the names known now stand for.
  var addresses: [(name: String, addresses: [IPAddress])] { cache.addresses }

  func sources(of address: IPAddress) -> [(name: String, source: NameCache.Source)] { cache.sources(of: address) }

  /// The names of an end of a packet, as the endpoint at the other end knows them.
  func names(of address: IPAddress, knownTo endpoint: Int32, at time: Int64) -> [String] {
    cache.isEmpty ? [] : cache.names(of: address, knownTo: Int(endpoint), at: time)
  }

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
    var changes: [NameCache.Change] = []
    for answer in answers {
      let bytes = answer.bytes
      let read = NameAnswer(
        answer.message, to: answer.name, in: bytes.span.bytes, endpoint: answer.endpoint, time: answer.time)
      if let read, let change = cache.learn(read) { changes.append(change) }
    }
    return follow(changes, &engine, &proxies)
  }

  private mutating func follow(
    _ changes: [NameCache.Change], _ engine: inout Engine, _ proxies: inout ProxyStage?
  ) -> [LearnedTables.Effect] {
    guard changesTables else { return [] }
    var effects: [LearnedTables.Effect] = []
    for change in changes {
      guard let effect = learned?.apply(change) else { continue }
      switch effect {
      case .none: continue
      case .changed(let delta):
        tables.append(delta)
        for identity in delta.identities {
          proxies?.insert(identity.id, selectedBy: learned?.selectors(of: identity.id) ?? [])
        }
        for identity in delta.identitiesRemoved { proxies?.remove(identity) }
      case .replaced(let tables):
        self.tables = tables
        proxies?.replaceTables(tables)
      }
      effects.append(effect)
    }
    guard !effects.isEmpty, let lookup = learned?.lookup else { return effects }
    self.lookup = lookup
    engine.replaceTables(lookup)
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
}
