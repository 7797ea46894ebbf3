import Addresses
import Dataplane
import Kernel
import Packet
import Rules
import Tables

/// The Swift engine and the kernel program side by side: the same tables, packets and clock.
struct Differential: ~Copyable {
  private var engine: Engine
  private var datapath: Datapath
  private var tables: Tables
  private let hook: DatapathOptions.Hook
  /// What the engine's verdicts say of the tables in force: packets and bytes by policy and entry.
  private var expected: [[Datapath.Traffic]] = []
  private(set) var tableSets = 1
  private(set) var packets = 0
  private(set) var hops = 0
  /// How often each outcome of a hop was met: that all are is what makes agreement mean something.
  private(set) var outcomes: [Outcome: Int] = [:]
  private(set) var now: UInt32 = 1_000_000
  /// Of packets on which they differ: what each said, and the bytes.
  private(set) var differences: [String] = []

  struct Outcome: Hashable {
    var state: ConnectionState
    var verdict: Verdict
    var reason: UInt8
    var matchType: MatchType
  }

  struct Variant: Sendable, CustomStringConvertible {
    var layout: DatapathOptions.Layout
    var hook: DatapathOptions.Hook
    var assumeAuthenticated = true

    var description: String {
      "\(layout.rawValue) layout, \(hook.rawValue)\(assumeAuthenticated ? "" : ", unauthenticated")"
    }
  }

  init(tables: Tables, _ variant: Variant) throws {
    var engineOptions = EngineOptions()
    engineOptions.followsRefusals = false
    engineOptions.assumeAuthenticated = variant.assumeAuthenticated
    engineOptions.maximumFragments = 1 << 16
    engine = Engine(tables: tables, options: engineOptions)
    var options = DatapathOptions()
    options.layout = variant.layout
    options.hooks = [variant.hook]
    options.clockIsGiven = true
    options.keepsVerdict = true
    options.assumeAuthenticated = variant.assumeAuthenticated
    datapath = try Datapath(tables: tables, options: options)
    hook = variant.hook
    self.tables = tables
    expectNothing()
  }

  /// Connections stay in both.
  mutating func replaceTables(_ tables: Tables) throws {
    try compareCounters()
    engine.replaceTables(LookupTables(tables))
    try datapath.replaceTables(tables)
    self.tables = tables
    tableSets += 1
    expectNothing()
  }

  mutating func wait(seconds: Int) {
    now += UInt32(seconds)
  }

  /// Judges a frame by both.
  mutating func judge(_ frame: [UInt8]) throws {
    guard isRunnable(frame) else { return }
    let headers = frame.withUnsafeBytes {
      PacketHeaders(dissecting: $0, linkType: .ethernet, originalLength: UInt32($0.count))
    }
    let mine = engine.judge(headers, at: Int64(now) * 1_000_000_000, length: UInt32(frame.count))
    datapath.now = now
    let run = try frame.withUnsafeBytes { try datapath.testRun($0, program: .hook(hook)) }
    let theirs = datapath.lastVerdict
    packets += 1
    for hop in [(mine.sourceEndpoint, mine.egress), (mine.destinationEndpoint, mine.ingress)] where hop.1.isPresent {
      hops += 1
      let outcome = Outcome(
        state: hop.1.state, verdict: hop.1.verdict, reason: hop.1.reason.rawValue, matchType: hop.1.matchType)
      outcomes[outcome, default: 0] += 1
      guard hop.1.entry >= 0, let policy = tables.endpoints[Int(hop.0)].policy else { continue }
      expected[policy][Int(hop.1.entry)].packets += 1
      expected[policy][Int(hop.1.entry)].bytes += UInt64(frame.count)
    }
    guard !agree(mine, theirs) || run.passes != (mine.verdict != .dropped) else { return }
    differences.append(
      "packet \(packets) at \(now): \(frame.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())\n"
        + "engine \(mine)\nkernel \(theirs) passes \(run.passes)")
  }

  mutating func compareCounters() throws {
    let counted = try datapath.entryCounters()
    guard counted != expected else { return }
    differences.append("after packet \(packets): counters are \(counted), should be \(expected)")
  }

  /// Test runs of tc programs refuse frames whose type promises a longer IP header than they hold; XDP takes them.
  private func isRunnable(_ frame: [UInt8]) -> Bool {
    guard hook == .tc else { return true }
    switch UInt16(frame[12]) << 8 | UInt16(frame[13]) {
    case 0x0800: return frame.count >= 14 + 20
    case 0x86dd: return frame.count >= 14 + 40
    default: return true
    }
  }

  private mutating func expectNothing() {
    expected = tables.policies.map { Array(repeating: Datapath.Traffic(), count: $0.entries.count) }
  }

  /// Everything that the program tells: it knows no flows, names its own endpoint only where it judges, and the peer
  /// only where it had to look it up.
  private func agree(_ mine: PacketVerdict, _ theirs: PacketVerdict) -> Bool {
    guard mine.verdict == theirs.verdict, mine.reason == theirs.reason, mine.egress == theirs.egress,
      mine.ingress == theirs.ingress, mine.service == theirs.service, mine.backend == theirs.backend,
      mine.flags.contains(.fromService) == theirs.flags.contains(.fromService)
    else { return false }
    if mine.egress.isPresent {
      guard mine.sourceEndpoint == theirs.sourceEndpoint else { return false }
      if theirs.destinationIdentity != 0, mine.destinationIdentity != theirs.destinationIdentity { return false }
    }
    if mine.ingress.isPresent {
      guard mine.destinationEndpoint == theirs.destinationEndpoint else { return false }
      if theirs.sourceIdentity != 0, mine.sourceIdentity != theirs.sourceIdentity { return false }
    }
    return true
  }
}
