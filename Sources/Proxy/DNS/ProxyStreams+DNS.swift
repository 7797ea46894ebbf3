import Layer7
import Rules

/// DNS as Cilium's proxy answers and passes it on (`cilium-policy.md` §7.5).
extension ProxyStreams {
  /// One message over TCP.
  mutating func readDNS(
    _ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection, isClient: Bool
  ) -> Step {
    // The parser keeps nothing from one call to the next.
    let (consumed, event) = connection.dns.consume(bytes)
    guard case .message(let range) = event else { return .wait(consumed) }
    let message = bytes.extracting(range)
    let place = DNSPlace(
      client: connection.client, server: connection.server, protocolNumber: 6, time: chunk.timestamp)
    if isClient { judgeQuery(message, place, connection.hops) } else { passAnswer(message, place) }
    return .goOn(consumed)
  }

  mutating func judgeQuery(_ bytes: RawSpan, _ place: DNSPlace, _ hops: [ProxyHop]) {
    guard let hop = hops.first(where: { $0.kind == .dns }) else { return }
    report.counters.dnsQueries += 1
    guard let message = DNSMessage(bytes), !message.isResponse, message.failure == nil,
      let name = message.policyName(in: bytes)
    else {
      // The proxy's library answers by itself what it cannot read, and no query goes on.
      report.counters.dnsDenied += 1
      report.refuse(hop.direction, endsFlow: place.isDatagram)
      report.add(ProxyEvent(hop.direction, .connection(CloseReason.notDNS.rawValue), isDropped: true))
      return
    }
    let content = DNSContent(query: name, types: message.questions.map { DNSContent.typeName($0.type) })
    var passed: [ProxyHop] = []
    for hop in hops where hop.kind == .dns {
      if policies[hop.rules].dns.decide(name, to: hop.remote) == .refused {
        report.counters.dnsDenied += 1
        report.refuse(hop.direction, endsFlow: place.isDatagram)
        report.add(ProxyEvent(hop.direction, .dns(content), isDropped: true))
        var answer = content
        answer.code = settings.dnsRefusalCode
        for direction in [hop.direction] + passed.reversed().map(\.direction) {
          report.add(ProxyEvent(direction, .dns(answer), isResponse: true))
        }
        return
      }
      report.add(ProxyEvent(hop.direction, .dns(content)))
      passed.append(hop)
    }
    exchanges.sent(.init(name: name, time: place.time, hops: passed), place.key(message.id))
  }

  /// Passes on the answer to a query that was let through; all others nobody waits for.
  mutating func passAnswer(_ bytes: RawSpan, _ place: DNSPlace) {
    guard let message = DNSMessage(bytes), message.isResponse else { return }
    let key = place.key(message.id)
    guard var query = exchanges.answered(key) else { return }
    if query.count > 1 {
      // Sent again before the answer came: there may be another.
      query.count -= 1
      exchanges.sent(query, key)
    }
    // An answer to another question, and one that is damaged, is not believed.
    guard message.failure == nil, message.policyName(in: bytes) == query.name,
      let content = DNSContent(answer: message, to: query.name, in: bytes)
    else { return addAnswer(DNSContent(failed: message, query.name), query, place) }
    addAnswer(content, query, place)
    guard settings.keepsAnswers, message.responseCode == 0, !content.addresses.isEmpty else { return }
    for hop in query.hops {
      report.answers.append(
        DNSAnswer(
          endpoint: Int(hop.endpoint), name: query.name, time: place.time, message: message,
          bytes: bytes.withUnsafeBytes { [UInt8]($0) }))
    }
  }

  private mutating func addAnswer(_ content: DNSContent, _ query: DNSExchanges.Query, _ place: DNSPlace) {
    let (latency, overflow) = place.time.subtractingReportingOverflow(query.time)
    for hop in query.hops.reversed() {
      report.add(
        ProxyEvent(hop.direction, .dns(content), isResponse: true, latency: overflow ? 0 : latency))
    }
  }
}

/// Between whom a DNS message is exchanged, and when.
struct DNSPlace {
  var client: StreamEnd
  var server: StreamEnd
  var protocolNumber: UInt8
  /// Capture time in nanoseconds.
  var time: Int64

  /// A query is all that there is of its conversation; over TCP, others may follow.
  var isDatagram: Bool { protocolNumber == 17 }

  func key(_ identifier: UInt16) -> DNSExchanges.Key {
    .init(client: client, server: server, protocolNumber: protocolNumber, identifier: identifier)
  }
}
