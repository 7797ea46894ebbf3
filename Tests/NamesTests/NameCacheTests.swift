import Addresses
import Names
import Testing

/// What is learnt, and for how long it counts.
@Suite struct NameCacheTests {
  private static let second: Int64 = 1_000_000_000
  private let one = IPAddress(ipv4: 0xc633_6401)
  private let two = IPAddress(ipv4: 0xc633_6402)

  private func answer(
    _ name: String, _ addresses: [IPAddress], ttl: UInt32 = 30, by endpoint: Int = 0, at seconds: Int64 = 0
  ) -> NameAnswer {
    NameAnswer(
      endpoint: endpoint, name: name, addresses: addresses, timeToLive: ttl, time: seconds * Self.second)
  }

  /// Lets time pass while these connections are open.
  private func advance(
    _ cache: inout NameCache, to seconds: Int64, open: [(endpoint: Int, peer: IPAddress)] = []
  ) -> [NameCache.Change] {
    cache.advance(to: seconds * Self.second) { _, mark in
      for (endpoint, peer) in open { mark(endpoint, peer) }
    }
  }

  @Test func anAnswerChangesANameOnce() {
    var cache = NameCache(NameSettings())
    #expect(cache.learn(answer("a.example.", [two, one])) == .init(name: "a.example.", addresses: [one, two]))
    #expect(cache.learn(answer("a.example.", [one], at: 5)) == nil)
    #expect(cache.learn(answer("b.example.", [one], at: 5)) == .init(name: "b.example.", addresses: [one]))
    #expect(cache.counters.answers == 3)
    #expect(cache.counters.names == 2)
    #expect(cache.counters.addresses == 3)
    #expect(cache.names(of: one, knownTo: 0, at: 0) == ["a.example", "b.example"])
    #expect(cache.names(of: one, knownTo: 1, at: 0).isEmpty)
    #expect(cache.sources(of: one).map(\.source.time) == [0, 5 * Self.second])
  }

  @Test("flows show a name until its time to live is over, not longer")
  func flowNames() {
    var cache = NameCache(NameSettings())
    _ = cache.learn(answer("a.example.", [one], ttl: 30))
    #expect(cache.names(of: one, knownTo: 0, at: 30 * Self.second) == ["a.example"])
    #expect(cache.names(of: one, knownTo: 0, at: 31 * Self.second).isEmpty)
    var settings = NameSettings()
    settings.minimumTimeToLive = 3600
    var longer = NameCache(settings)
    _ = longer.learn(answer("a.example.", [one], ttl: 30))
    #expect(longer.names(of: one, knownTo: 0, at: 3600 * Self.second) == ["a.example"])
  }

  @Test("an address counts until two rounds over the connections after its expiry, then the next collection")
  func expiry() {
    var cache = NameCache(NameSettings())
    _ = cache.learn(answer("a.example.", [one], ttl: 30))
    // Put aside at 60 s; rounds at 300 s and 600 s.
    #expect(advance(&cache, to: 599).isEmpty)
    #expect(advance(&cache, to: 600) == [.init(name: "a.example.", addresses: [])])
    #expect(cache.counters.expired == 1)
    #expect(cache.nextEvent == nil)
  }

  @Test("connections keep an address; a grace period delays the end")
  func connections() {
    var cache = NameCache(NameSettings())
    _ = cache.learn(answer("a.example.", [one, two], ttl: 30))
    #expect(advance(&cache, to: 1199, open: [(0, one)]) == [.init(name: "a.example.", addresses: [one])])
    #expect(advance(&cache, to: 1199 + 300) == [.init(name: "a.example.", addresses: [])])
    var settings = NameSettings()
    settings.gracePeriod = 900
    var patient = NameCache(settings)
    _ = patient.learn(answer("a.example.", [one], ttl: 30))
    #expect(advance(&patient, to: 1199).isEmpty)
    #expect(advance(&patient, to: 1200) == [.init(name: "a.example.", addresses: [])])
  }

  @Test("connections of another endpoint do not keep it, another endpoint's answer does")
  func endpoints() {
    var cache = NameCache(NameSettings())
    _ = cache.learn(answer("a.example.", [one], ttl: 30))
    _ = cache.learn(answer("b.example.", [two], ttl: 30))
    _ = cache.learn(answer("b.example.", [two], ttl: 86_400, by: 1))
    #expect(advance(&cache, to: 3600, open: [(1, one)]) == [.init(name: "a.example.", addresses: [])])
  }

  @Test("learning again in time changes nothing; learning again late brings the name back")
  func renewal() {
    var cache = NameCache(NameSettings())
    _ = cache.learn(answer("a.example.", [one], ttl: 30))
    #expect(advance(&cache, to: 400).isEmpty)
    #expect(cache.learn(answer("a.example.", [one], ttl: 7200, at: 400)) == nil)
    #expect(advance(&cache, to: 7000).isEmpty)
    #expect(advance(&cache, to: 90_000) == [.init(name: "a.example.", addresses: [])])
    #expect(cache.learn(answer("a.example.", [one], at: 90_000)) != nil)
  }

  @Test("of too many addresses those that expire first are let go")
  func limits() {
    var settings = NameSettings()
    settings.maximumAddresses = 2
    settings.maximumDeferred = 0
    var cache = NameCache(settings)
    let many = (0..<4).map { IPAddress(ipv4: 0xc633_6400 + UInt32($0)) }
    for (index, address) in many.enumerated() {
      _ = cache.learn(answer("a.example.", [address], ttl: UInt32(1000 - 100 * index)))
    }
    #expect(advance(&cache, to: 60) == [.init(name: "a.example.", addresses: [many[0], many[1]])])
    settings.maximumEntries = 3
    var small = NameCache(settings)
    _ = small.learn(answer("a.example.", many))
    #expect(small.counters.addresses == 3)
    #expect(small.counters.dropped == 1)
  }

  @Test func seedsStay() {
    var cache = NameCache(NameSettings(), seeds: [("a.example", [one])])
    #expect(cache.names(of: one, knownTo: 7, at: 1 << 60) == ["a.example"])
    #expect(advance(&cache, to: 100_000).isEmpty)
  }

  @Test("a capture of years costs no round for each of its minutes")
  func longTimes() {
    var cache = NameCache(NameSettings())
    _ = cache.learn(answer("a.example.", [one], ttl: .max))
    _ = cache.learn(answer("b.example.", [one], ttl: 0))
    #expect(advance(&cache, to: 4_000_000_000).count == 1)
  }
}
