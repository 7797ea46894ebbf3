import Proxy
import Rules
import Tables
import Testing

/// Kafka requests (`cilium-policy.md` §7.7).
@Suite struct KafkaProxyTests {
  private func stage(_ topics: [String]) -> Stage {
    let rules = topics.map { topic in
      var rule = KafkaRule()
      rule.topic = topic
      return rule
    }
    return Stage(egress: (.proxylib, [.on(9092, [.peer(parser: "kafka", .kafka(rules))])]))
  }

  @Test func requestsAreJudgedByTheTopicsThatTheyName() {
    var stage = stage(["orders", "offers"])
    var wire = Wire(port: 9092)
    stage.run(wire.handshake())
    #expect(stage.send(wire.tcp(Messages.kafkaMetadata(["orders"]))).refusedBy == nil)
    #expect(stage.send(wire.tcp(Messages.kafkaMetadata(["orders", "offers"]))).refusedBy == nil)
    let refused = stage.send(wire.tcp(Messages.kafkaMetadata(["orders", "salaries"])))
    #expect(refused.refusedBy == .egress)
    #expect(!refused.endsFlow)
    #expect(stage.send(wire.tcp(Messages.kafkaMetadata(["orders"]))).refusedBy == nil)
    #expect(
      stage.events.map(\.text) == [
        "egress request FORWARDED metadata orders", "egress request FORWARDED metadata orders",
        "egress request DROPPED metadata orders", "egress request FORWARDED metadata orders",
      ])
    #expect(stage.counters.kafkaRequests == 4)
    #expect(stage.counters.kafkaDenied == 1)
  }

  @Test func whatIsNotKafkaClosesTheConnection() {
    var stage = stage(["orders"])
    var wire = Wire(port: 9092)
    stage.run(wire.handshake())
    #expect(stage.send(wire.tcp(Messages.request("GET", "/"))).endsFlow)
    #expect(stage.counters.closed == [.notKafka: 1])
  }

  @Test func otherParsersAreNotGuessed() {
    var stage = Stage(
      egress: (
        .proxylib,
        [.on(9042, [.peer(parser: "cassandra", .proxylib(parser: "cassandra", rules: [["query_action": "select"]]))])]
      ))
    var wire = Wire(port: 9042)
    stage.run(wire.handshake() + [wire.tcp([1, 2, 3])])
    #expect(stage.outcomes.allSatisfy { $0.refusedBy == nil })
    #expect(stage.counters.unjudged == [.unmodelled("l7proto cassandra"): 1])
  }
}
