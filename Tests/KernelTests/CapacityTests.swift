import Addresses
import Dataplane
import Kernel
import Rules
import Tables
import Testing

/// What happens when something is full.
@Suite(.serialized, .enabled(if: kernelIsUsable))
struct CapacityTests {
  private static let client = IPAddress(ipv4: 0x0a00_0001)
  private static let server = IPAddress(ipv4: 0x0a00_0002)

  /// The server's policy allows everything, or sends DNS through the proxy.
  private static func tables(redirect: Redirect? = nil) -> Tables {
    var tables = Tables()
    var policy = EndpointPolicy()
    policy.ingressEnforced = true
    var entry = PolicyMapEntry(
      key: PolicyMapKey(direction: .ingress, identity: 0, protocolNumber: 0, port: 0, portPrefixLength: 0))
    if let redirect {
      tables.redirects = [redirect]
      entry.redirect = 1
    }
    policy.entries = [entry]
    tables.policies = [policy]
    tables.endpoints = [endpoint("lab/server", server)]
    return tables
  }

  private static func endpoint(_ name: String, _ address: IPAddress) -> Endpoint {
    var endpoint = Endpoint(name: name, identity: 300, isLocal: true)
    endpoint.addresses = [address]
    endpoint.policy = 0
    return endpoint
  }

  private static func frame(_ sourcePort: UInt16, _ port: UInt16, payload: Int = 0, isUDP: Bool = false) -> [UInt8] {
    var builder = FrameBuilder(type: 0x0800)
    var transport: [UInt8] = [UInt8(sourcePort >> 8), UInt8(sourcePort & 255), UInt8(port >> 8), UInt8(port & 255)]
    if isUDP {
      transport += [0, UInt8(8 + payload), 0, 0]
    } else {
      transport += [0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 1, 0, 0, 0, 0, 0]
    }
    builder.appendIPv4(
      client, server, protocolNumber: isUDP ? 17 : 6, payload: transport + [UInt8](repeating: 7, count: payload))
    return builder.bytes
  }

  @Test("more endpoints than the map takes are refused with what is too much")
  func tooManyEndpoints() throws {
    var tables = Self.tables()
    tables.endpoints = (0..<65_536).map {
      Self.endpoint("lab/\($0)", IPAddress(ipv4: 0x0a00_0000 + UInt32($0)))
    }
    do throws(KernelError) {
      _ = try Datapath(tables: tables)
      Issue.record("they fit")
    } catch {
      #expect(error.kind == .tooLarge)
      #expect(error.description == "fill the endpoint map: 65536 endpoints have policies; the map takes 65535")
    }
  }

  @Test(
    "with more connections than are remembered, the oldest are forgotten and nothing is dropped",
    arguments: DatapathOptions.Layout.allCases)
  func tooManyConnections(_ layout: DatapathOptions.Layout) throws {
    var options = DatapathOptions()
    options.layout = layout
    options.keepsVerdict = true
    options.maximumConnections = 1024
    var datapath = try Datapath(tables: Self.tables(), options: options)
    for port in 0..<8192 {
      let run = try Self.frame(UInt16(10_000 + port), 80).withUnsafeBytes { try datapath.testRun($0) }
      try #require(run.passes && datapath.lastVerdict.ingress.state == .new)
    }
    // The first is forgotten: its next packet is a new one's. The last is not.
    _ = try Self.frame(18_191, 80).withUnsafeBytes { try datapath.testRun($0) }
    #expect(datapath.lastVerdict.ingress.state == .established)
    _ = try Self.frame(10_000, 80).withUnsafeBytes { try datapath.testRun($0) }
    #expect(datapath.lastVerdict.ingress.state == .new)
    #expect(try datapath.totals()[0][0].packets == 8194)
  }

  @Test("events that nobody reads are lost and counted")
  func eventsAreLost() throws {
    var options = DatapathOptions()
    options.keepsVerdict = true
    options.events = .all
    var datapath = try Datapath(tables: Self.tables(), options: options)
    _ = try Self.frame(1, 80).withUnsafeBytes { try datapath.testRun($0, repetitions: 40_000) }
    let read = try datapath.readEvents { _, _ in }
    let lost = try datapath.lostEvents().reduce(0, +)
    #expect(lost > 0 && read > 10_000)
    #expect(UInt64(read) + lost == 40_000)
    // There is room again.
    _ = try Self.frame(1, 80).withUnsafeBytes { try datapath.testRun($0) }
    #expect(try datapath.readEvents { _, _ in } == 1)
  }

  @Test("copies that nobody reads are lost and counted, and requests leave room for names")
  func copiesAreLost() throws {
    var options = DatapathOptions()
    options.keepsVerdict = true
    options.followsProxied = true
    func fill(_ redirect: Redirect, isUDP: Bool) throws -> (read: Int, lost: UInt64) {
      var datapath = try Datapath(tables: Self.tables(redirect: redirect), options: options)
      let run = try Self.frame(1, 53, payload: 200, isUDP: isUDP).withUnsafeBytes {
        try datapath.testRun($0, repetitions: 40_000)
      }
      #expect(run.passes)
      var bytes = 0
      let read = try datapath.readCopies { copy, frame in
        bytes += frame.count
        #expect(Int(copy.length) == frame.count && copy.verdict.ingress.redirect == 1)
      }
      return (read, try datapath.lostCopies())
    }
    let names = try fill(.dns, isUDP: true)
    #expect(names.lost > 0 && UInt64(names.read) + names.lost == 40_000)
    let requests = try fill(.http, isUDP: false)
    #expect(UInt64(requests.read) + requests.lost == 40_000)
    #expect(requests.read < names.read * 3 / 5)
    // What Envoy cannot be on the way of is not copied.
    #expect(try fill(.http, isUDP: true) == (0, 0))
    #expect(try fill(.listener("ns/config/name"), isUDP: false) == (0, 0))
  }

  @Test(
    "of a settled connection nothing is copied, and a refused one is dropped until it is opened anew",
    arguments: DatapathOptions.Layout.allCases)
  func marks(_ layout: DatapathOptions.Layout) throws {
    var options = DatapathOptions()
    options.layout = layout
    options.keepsVerdict = true
    options.followsProxied = true
    var datapath = try Datapath(tables: Self.tables(redirect: .http), options: options)
    let opening = Self.frame(1, 443)
    var data = opening
    data[47] = 0x10
    var reset = opening
    reset[47] = 0x04
    func copied(_ frame: [UInt8]) throws -> ProxiedConnection? {
      _ = try frame.withUnsafeBytes { try datapath.testRun($0) }
      var connection: ProxiedConnection?
      _ = try datapath.readCopies { copy, _ in connection = copy.connection }
      return connection
    }
    let first = try #require(try copied(opening))
    #expect(try copied(data) != nil)
    try datapath.mark(first, .settled)
    #expect(try copied(data) == nil && datapath.lastVerdict.verdict == .redirected)
    try datapath.mark(first, .refused)
    #expect(try copied(data) == nil && datapath.lastVerdict.verdict == .dropped)
    #expect(datapath.lastVerdict.reason.rawValue == 205)
    #expect(try datapath.totals()[0][205].packets == 1 && datapath.totals()[0][0].packets == 3)
    // A reset ends it; the next opening is another connection, which the old mark does not concern.
    #expect(try copied(reset) == nil)
    let second = try #require(try copied(opening))
    #expect(datapath.lastVerdict.verdict == .redirected)
    try datapath.mark(first, .refused)
    #expect(try copied(data) != nil && datapath.lastVerdict.verdict == .redirected)
    try datapath.mark(second, .refused)
    #expect(try copied(data) == nil && datapath.lastVerdict.verdict == .dropped)
  }
}
