import Proxy
import Rules
import Tables
import Testing

/// However a stream is cut into segments, in whatever order and however often they come, the proxies see one thing.
@Suite struct SegmentationTests {
  private struct Conversation {
    var redirect: Redirect
    var filter: L4Filter
    var sent: [UInt8]
  }

  private static let conversations: [Conversation] = [
    Conversation(
      redirect: .http, filter: .on(80, [.http([("GET", "/ok.*"), ("POST", "/post")])]),
      sent: Messages.request("GET", "/ok?a=b") + Messages.request("POST", "/post", body: "GET /no HTTP/1.1\r\n\r\n")
        + Messages.request("GET", "/no") + Messages.request("GET", "/ok")),
    Conversation(
      redirect: .http, filter: .on(80, [.http([("GET", "/ok.*")])]),
      sent: Messages.request("GET", "/ok") + Array("no request\r\nGET /ok HTTP/1.1\r\n\r\n".utf8)),
    Conversation(
      redirect: .http, filter: .on(80, [.names(["a.example"])]), sent: Messages.clientHello("a.example", padding: 600)
    ),
    Conversation(redirect: .http, filter: .on(80, [.names(["a.example"])]), sent: Messages.clientHello("b.example")),
    Conversation(
      redirect: .dns, filter: .on(80, [.dns(["*.example"])]),
      sent: ["a.example", "evil.test", "b.example"].flatMap { name in
        let query = Messages.query(name)
        return Wire.big(UInt16(query.count)) + query
      }),
    Conversation(
      redirect: .proxylib,
      filter: .on(
        80,
        [
          .peer(
            parser: "kafka",
            .kafka([
              {
                var rule = KafkaRule()
                rule.topic = "orders"
                return rule
              }()
            ]))
        ]),
      sent: Messages.kafkaMetadata(["orders"]) + Messages.kafkaMetadata(["salaries"])
        + Messages.kafkaMetadata(["orders"])),
  ]

  private func events(_ conversation: Conversation, _ segments: (inout Wire) -> [Wire.Segment]) -> [String] {
    var stage = Stage(egress: (conversation.redirect, [conversation.filter]))
    var wire = Wire(port: 80)
    stage.run(wire.handshake() + segments(&wire))
    let counters = stage.counters
    return stage.events.map(\.text) + ["\(counters.httpRequests) \(counters.httpDenied) \(counters.closed)"]
  }

  @Test(arguments: 0..<conversations.count)
  func anyCutGivesTheSameEvents(_ number: Int) {
    let conversation = Self.conversations[number]
    let whole = events(conversation) { [$0.tcp(conversation.sent)] }
    #expect(whole.count > 1)
    let bytes = events(conversation) { wire in conversation.sent.map { wire.tcp([$0]) } }
    #expect(bytes == whole, "byte by byte")
    var generator = SeededGenerator(seed: UInt64(number))
    for round in 0..<40 {
      let cut = events(conversation) { wire in
        var segments: [Wire.Segment] = []
        var rest = conversation.sent[...]
        while !rest.isEmpty {
          let count = Int.random(in: 1...max(1, conversation.sent.count / 4), using: &generator)
          segments.append(wire.tcp(Array(rest.prefix(count))))
          rest = rest.dropFirst(count)
        }
        if round % 2 == 1 {
          // Some again, and neighbours exchanged.
          for _ in 0..<segments.count {
            let place = Int.random(in: 0..<segments.count, using: &generator)
            if Bool.random(using: &generator) {
              segments.insert(segments[place], at: Int.random(in: place...segments.count, using: &generator))
            } else if place > 0 {
              segments.swapAt(place, place - 1)
            }
          }
        }
        return segments
      }
      #expect(cut == whole, "round \(round)")
    }
  }

  @Test func nothingThatIsSentCanCrashAProxy() {
    var generator = SeededGenerator(seed: 99)
    for _ in 0..<400 {
      let conversation = Self.conversations.randomElement(using: &generator) ?? Self.conversations[0]
      var bytes = conversation.sent
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = events(conversation) { wire in
        [wire.tcp(bytes), wire.tcp(bytes, isReply: true), wire.tcp(bytes.reversed())]
      }
      var stage = Stage(egress: (.dns, [.on(80, .udp, [.dns(["*"])])]))
      let wire = Wire(port: 80)
      stage.run([wire.udp(Array(bytes.dropFirst(2))), wire.udp(Array(bytes.dropFirst(2)), isReply: true)])
    }
  }
}

/// Repeats its numbers.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
