import Layer7

/// Kafka's requests; its replies pass unseen (`cilium-policy.md` §7.7).
extension ProxyStreams {
  mutating func readKafka(_ bytes: RawSpan, _ connection: ProxyConnection) -> Step {
    let (consumed, event) = connection.kafka.consume(bytes, &connection.kafkaExchanges)
    switch event {
    case .request(let request):
      judge(request, bytes, connection)
      return .goOn(consumed)
    case .needsBytes, .response:
      return .wait(consumed)
    case .notKafka:
      guard connection.isWhole, let hop = connection.hops.first(where: { $0.kind == .kafka }) else {
        return .wait(consumed)
      }
      close(connection, hop, .notKafka)
      return .goOn(consumed)
    }
  }

  private mutating func judge(_ request: KafkaRequest, _ bytes: RawSpan, _ connection: ProxyConnection) {
    report.counters.kafkaRequests += 1
    let content = ProxyEvent.Content.kafka(
      KafkaContent(
        apiKey: request.apiKeyName, apiVersion: request.apiVersion, correlationID: request.correlationID,
        topic: request.topics?.first.map { bytes.text($0) } ?? ""))
    for hop in connection.hops where hop.kind == .kafka {
      if policies[hop.rules].envoy?.decide(request, in: bytes, from: hop.remote) == .denied {
        report.counters.kafkaDenied += 1
        report.refuse(hop.direction, endsFlow: false)
        return report.add(ProxyEvent(hop.direction, content, isDropped: true))
      }
      report.add(ProxyEvent(hop.direction, content))
    }
  }
}
