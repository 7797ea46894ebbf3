import Addresses
import Layer7
import Rules

/// Reads what proxied TCP connections say, and judges it as the proxies on their way would.
struct ProxyStreams: StreamConsumer, ~Copyable {
  /// The connection of the packet in hand.
  struct Current {
    var route: ProxyRoute
    /// The packet is the connection's SYN: what still comes of an earlier one between the same ends is not its.
    var opens: Bool
  }

  var report: ProxyReport
  var exchanges = DNSExchanges()
  var quic = QUICConnections()
  var current: Current?
  let settings: ProxySettings
  var policies: ProxyPolicies
  /// What all unanswered requests take, and the fields of HTTP/2.
  var heldBytes = 0
  private var connections: ContiguousArray<ProxyConnection?> = []

  init(_ policies: ProxyPolicies, _ settings: ProxySettings) {
    self.policies = policies
    self.settings = settings
    report = ProxyReport(recordsEvents: settings.recordsEvents)
  }

  mutating func forgetPackets() {
    report = ProxyReport(recordsEvents: settings.recordsEvents)
    exchanges = DNSExchanges()
    quic = QUICConnections()
    current = nil
    heldBytes = 0
    connections.removeAll(keepingCapacity: true)
  }

  mutating func begin(_ stream: Int) {
    while connections.count <= stream { connections.append(nil) }
    if let old = connections[stream] {
      heldBytes -= old.heldBytes
      let isOver = old.reading == .opaque || old.closedBy != nil || old.hasEnded
      let isRestarted = old.client == current?.route.client && old.server == current?.route.server
      // Forgotten for another connection.
      if !isOver, !isRestarted { report.counters.givenUp += 1 }
    }
    guard let current else { return connections[stream] = nil }
    let hops = hops(of: current.route)
    connections[stream] =
      hops.isEmpty
      ? nil
      : ProxyConnection(
        hops, client: current.route.client, server: current.route.server, hasBeginning: current.opens)
    self.current?.opens = false
  }

  /// The proxies on the way, with what they demand. Those that Weir does not model are left out and counted.
  mutating func hops(of route: ProxyRoute, isNew: Bool = true) -> [ProxyHop] {
    var hops: [ProxyHop] = []
    for place in route.places {
      guard let hop = policies.hop(place, route) else { continue }
      if case .unmodelled(let name) = hop.kind {
        if isNew { report.counters.unjudged[.unmodelled(name), default: 0] += 1 }
      } else {
        hops.append(hop)
      }
    }
    return hops
  }

  /// The packet in hand belongs to a connection that was closed before.
  mutating func follow(_ stream: Int) {
    let connection = connections.indices.contains(stream) ? connections[stream] : nil
    report.outcome.isSettled = connection.map { $0.closedBy != nil || $0.reading == .opaque } ?? true
    guard report.outcome.refusedBy == nil, let closer = connection?.closedBy else { return }
    report.outcome.refusedBy = closer
    report.outcome.followsRefusal = true
  }

  mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    guard let connection = connection(chunk), connection.closedBy == nil, connection.reading != .opaque else {
      return .done
    }
    return read(bytes, chunk, connection, isClient: chunk.isAscending == connection.isClientAscending)
  }

  mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool {
    if reason == .end, connections.indices.contains(chunk.stream) { connections[chunk.stream]?.hasEnded = true }
    guard reason != .end, let connection = connection(chunk), connection.closedBy == nil else { return false }
    // What cannot be known to fit is larger than any body.
    var lost = UInt64.max
    if case .lost(let count?) = reason { lost = UInt64(count) }
    let isClient = chunk.isAscending == connection.isClientAscending
    if isClient {
      connection.isDamaged = true
      noteLoss(of: lost, connection)
    }
    switch connection.reading {
    case .opening:
      guard isClient else { return true }
      if asksForServerName(connection) { giveUp(connection, .incomplete) }
    case .http1:
      if isClient { connection.clientHTTP1.skip(lost) } else { connection.serverHTTP1.skip(lost) }
    case .http2:
      if isClient { connection.clientHTTP2?.skip(lost) } else { connection.serverHTTP2?.skip(lost) }
    case .kafka: if isClient { connection.kafka.skip(lost) }
    case .dns: if isClient { giveUp(connection, .incomplete) }
    case .opaque: break
    }
    return connection.reading != .opaque
  }

  /// Counts a connection that goes on behind bytes of its client that may have held requests.
  private mutating func noteLoss(of count: UInt64, _ connection: ProxyConnection) {
    switch connection.reading {
    case .http1 where connection.clientHTTP1.isWithinBody(count): return
    case .http1, .http2, .kafka: break
    // These are given up, or nothing is asked of them.
    case .opening, .dns, .opaque: return
    }
    guard !connection.isIncomplete else { return }
    connection.isIncomplete = true
    report.counters.unjudged[.incomplete, default: 0] += 1
  }

  /// The connection of a chunk, if it is that of the packet in hand: of others, which are only told to end, nothing is
  /// judged any more.
  private func connection(_ chunk: StreamChunk) -> ProxyConnection? {
    guard let current, !current.opens, connections.indices.contains(chunk.stream),
      let connection = connections[chunk.stream]
    else { return nil }
    let (client, server) = (current.route.client, current.route.server)
    let isCurrent =
      chunk.source == client && chunk.destination == server || chunk.source == server && chunk.destination == client
    return isCurrent ? connection : nil
  }

  // MARK: - What proxies do with a connection

  /// A proxy closes the connection.
  mutating func close(_ connection: ProxyConnection, _ hop: ProxyHop, _ text: @autoclosure () -> String) {
    connection.closedBy = hop.direction
    heldBytes -= connection.heldBytes
    connection.forgetRequests()
    report.refuse(hop.direction, endsFlow: true)
    report.add(ProxyEvent(hop.direction, .connection(text()), isDropped: true))
  }

  mutating func close(_ connection: ProxyConnection, _ hop: ProxyHop, _ reason: CloseReason) {
    report.counters.closed[reason, default: 0] += 1
    close(connection, hop, "\(reason.rawValue): the proxy closes the connection")
  }

  /// Nothing more can be said of the connection.
  mutating func giveUp(_ connection: ProxyConnection, _ reason: UnjudgedReason) {
    connection.reading = .opaque
    if reason == .incomplete, connection.isIncomplete { return }
    report.counters.unjudged[reason, default: 0] += 1
  }

  // MARK: - Reading

  /// What a look at some bytes came to.
  enum Step {
    /// So many bytes were read; more may follow in those at hand.
    case goOn(Int)
    /// So many were read, and of the rest at least `needed` have to be there.
    case wait(Int, needed: Int = 0)
  }

  private mutating func read(
    _ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection, isClient: Bool
  ) -> Consumption {
    var position = 0
    while position < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: position)
      let step = isClient ? readClient(rest, chunk, connection) : readServer(rest, chunk, connection)
      if connection.closedBy != nil || connection.reading == .opaque { return .done }
      switch step {
      case .goOn(let count): position += count
      case .wait(let count, let needed): return Consumption(consumed: position + count, needed: needed)
      }
    }
    return Consumption(consumed: position)
  }

  private mutating func readClient(_ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection) -> Step {
    switch connection.reading {
    case .opening: open(bytes, connection)
    case .http1: readHTTP1(bytes, chunk, connection)
    case .http2: readHTTP2(bytes, chunk, connection)
    case .dns: readDNS(bytes, chunk, connection, isClient: true)
    case .kafka: readKafka(bytes, connection)
    case .opaque: .wait(0)
    }
  }

  private mutating func readServer(_ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection) -> Step {
    switch connection.reading {
    case .http1: readHTTP1Response(bytes, chunk, connection)
    case .http2: readHTTP2Response(bytes, chunk, connection)
    case .dns: readDNS(bytes, chunk, connection, isClient: false)
    // What a server says before its client, and replies of Kafka, no proxy judges.
    case .opening, .kafka, .opaque: .wait(bytes.byteCount)
    }
  }
}
