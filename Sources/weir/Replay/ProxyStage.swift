import Dataplane
import Packet
import Proxy
import Rules
import Tables

/// The proxies behind one engine.
struct ProxyStage: ~Copyable {
  private var tables: Tables
  private var proxies: Proxies

  /// Nil where no policy redirects anything.
  init?(_ tables: Tables, _ settings: ProxySettings) {
    guard !tables.redirects.isEmpty else { return nil }
    self.tables = tables
    proxies = Proxies(tables, settings: settings)
  }

  mutating func insert(_ identity: UInt32, selectedBy selectors: Set<String>) {
    proxies.insert(identity, selectedBy: selectors)
  }

  mutating func remove(_ identity: UInt32) { proxies.remove(identity) }

  /// Judges further connections by other tables, whose endpoints keep their numbers.
  mutating func replaceTables(_ tables: Tables) {
    self.tables = tables
    proxies.replaceTables(tables)
  }

  mutating func forgetPackets() { proxies.forgetPackets() }

  var counters: ProxyCounters { proxies.counters }
  /// Of the packet judged last.
  private(set) var events: [ProxyEvent] = []
  /// DNS answers that were let through with the packet judged last, if the settings ask for them.
  var answers: [DNSAnswer] { judgedLast ? proxies.answers : [] }
  /// The first proxy on the way of the packet judged last; nil when there was none.
  private(set) var firstProxy: Direction?
  /// The packet judged last went through a proxy.
  private var judgedLast = false

  /// Lets the proxies on a packet's way judge it, and corrects its verdict and the engine's counts.
  ///
  /// - Returns: whether the packet goes from a server to its client.
  mutating func judge(_ view: PacketView, _ verdict: inout PacketVerdict, with engine: inout Engine) -> Bool {
    events.removeAll(keepingCapacity: true)
    firstProxy = nil
    judgedLast = Proxies.concerns(verdict)
    guard judgedLast else { return false }
    let outcome = proxies.judge(
      Proxies.Packet(
        headers: view.headers, bytes: view.packet.bytes, originalLength: view.packet.originalLength,
        timestamp: view.packet.timestamp), verdict)
    firstProxy = outcome.firstProxy
    events = proxies.events
    if let refuser = outcome.refusedBy {
      engine.refuse(
        view.headers, &verdict, by: refuser, backend: backend(of: verdict), endsFlow: outcome.endsFlow,
        followsRefusal: outcome.followsRefusal)
    }
    return outcome.isReply
  }

  /// Judges what waits in one more connection for bytes that the captures turn out to lack, and corrects the engine's
  /// counts; nil when there is none. `events` are then those of the connection.
  mutating func judgeWaiting(with engine: inout Engine) -> Proxies.Waiting? {
    guard var waiting = proxies.judgeWaiting() else { return nil }
    events = proxies.events
    if let refuser = waiting.outcome.refusedBy, !waiting.isRefused {
      engine.refuse(
        waiting.packet.headers, &waiting.verdict, by: refuser, backend: backend(of: waiting.verdict),
        endsFlow: waiting.outcome.endsFlow, followsRefusal: waiting.outcome.followsRefusal)
    }
    return waiting
  }

  private func backend(of verdict: PacketVerdict) -> ServiceBackend? {
    verdict.backend >= 0 ? tables.backends[Int(verdict.backend)] : nil
  }
}
