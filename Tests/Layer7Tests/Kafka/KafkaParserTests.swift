import Layer7
import Rules
import Testing

@Suite struct KafkaParserTests {
  private static func string(_ text: String) -> [UInt8] { [0, UInt8(text.utf8.count)] + Array(text.utf8) }
  private static func compact(_ text: String) -> [UInt8] { [UInt8(text.utf8.count + 1)] + Array(text.utf8) }

  static func request(_ key: UInt8, _ version: UInt8, _ number: UInt8, _ client: String?, _ body: [UInt8]) -> [UInt8] {
    let message = [0, key, 0, version, 0, 0, 0, number] + (client.map(string) ?? [255, 255]) + body
    return [0, 0, UInt8(message.count >> 8), UInt8(message.count & 255)] + message
  }

  /// Fetch 4: replica, wait, bytes, bytes, isolation, two topics of a partition each.
  static let fetch = request(
    1, 4, 1, "c",
    Array(repeating: 0, count: 17) + [0, 0, 0, 2] + string("orders") + [0, 0, 0, 1] + Array(repeating: 0, count: 16)
      + string("bills") + [0, 0, 0, 1] + Array(repeating: 0, count: 16))
  /// Produce 9 is flexible: tagged fields after header, partitions and topics.
  static let produce = request(
    0, 9, 2, nil,
    [1, 3, 2, 7, 7] + [0] + [0, 1, 0, 0, 0, 9] + [2] + compact("orders") + [2] + [0, 0, 0, 0] + [4, 1, 2, 3] + [0] + [0]
  )
  static let versions = request(18, 3, 3, "c", [0] + compact("lib") + compact("1") + [0])

  private func log(_ bytes: [UInt8], splitAt offsets: [Int] = [], broker: [UInt8] = []) -> [String] {
    var exchanges = KafkaExchanges()
    var log: [String] = []
    for (role, bytes, offsets) in [(KafkaParser.Role.client, bytes, offsets), (.broker, broker, [])] {
      var parser = KafkaParser(role)
      var pending: [UInt8] = []
      var position = 0
      for offset in offsets + [bytes.count] {
        pending += bytes[position..<offset]
        position = offset
        read: while true {
          let (consumed, event) = parser.consume(pending.span.bytes, &exchanges)
          precondition(0...pending.count ~= consumed)
          let segment = pending
          pending.removeFirst(consumed)
          switch event {
          case .needsBytes: break read
          case .notKafka: log.append("not Kafka")
          case .response(let response): log.append("< \(response.correlationID) \(response.apiKey ?? -1)")
          case .request(let request):
            var names: [String]? = request.topics == nil ? nil : []
            for topic in request.topics ?? [] { names?.append(segment.span.bytes.text(topic)) }
            let client = request.clientID.map { segment.span.bytes.text($0) } ?? "-"
            log.append(
              "> \(request.correlationID) \(request.apiKey).\(request.apiVersion) \(client) "
                + (names?.joined(separator: ",") ?? "?"))
          }
          if pending.isEmpty { break }
        }
      }
    }
    return log
  }

  private static let stream = fetch + produce + versions
  private static let expected = ["> 1 1.4 c orders,bills", "> 2 0.9 - orders", "> 3 18.3 c "]

  @Test func topicsOfPlainAndFlexibleVersions() {
    #expect(log(Self.stream) == Self.expected)
  }

  @Test func everySplitGivesTheSameRequests() {
    for offset in 1..<Self.stream.count {
      #expect(log(Self.stream, splitAt: [offset]) == Self.expected, "split at \(offset)")
    }
    #expect(log(Self.stream, splitAt: Array(1..<Self.stream.count)) == Self.expected)
  }

  @Test func responsesNameTheirRequests() {
    let responses: [UInt8] = [0, 0, 0, 5, 0, 0, 0, 3, 9, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 77]
    #expect(log(Self.stream, broker: responses) == Self.expected + ["< 3 18", "< 1 1", "< 77 -1"])
  }

  @Test func whatIsNoKafkaOrDamaged() {
    #expect(log(Array("GET / HTTP/1.1\r\n\r\n".utf8)) == ["not Kafka"])
    #expect(log([0, 0, 0, 20, 0, 200, 0, 1]) == ["not Kafka"])
    // A topic's length beyond the message, and a version without a schema that fits.
    var damaged = Self.fetch
    damaged[36] = 200
    #expect(log(damaged + Self.versions) == ["> 1 1.4 c ?", "> 3 18.3 c "])
    let versions = Self.versions
    #expect(KafkaRecognition.begins(versions.span.bytes) == true)
    let text = Array("GET / HTTP/1.1\r\n\r\n".utf8)
    #expect(KafkaRecognition.begins(text.span.bytes) == false)
  }

  @Test func aLongMessageIsPassedOver() {
    let length = KafkaParser.maximumRead + 50_000
    var long = [0, UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255)] + Self.fetch.dropFirst(4)
    long += Array(repeating: 0, count: length - (long.count - 4))
    #expect(
      log(long + Self.versions, splitAt: [100, 40_000, KafkaParser.maximumRead + 10]) == ["> 1 1.4 c ?", "> 3 18.3 c "])
  }

  @Test func changedBytesNeverCrash() {
    var random = Random(seed: 9092)
    for _ in 0..<20_000 {
      var bytes = Self.stream
      random.damage(&bytes)
      _ = log(bytes, splitAt: [Int.random(in: 0...bytes.count, using: &random)], broker: random.bytes(40))
      _ = KafkaRecognition.begins(bytes.span.bytes)
    }
  }

  private func decide(_ rules: [KafkaRule], _ bytes: [UInt8]) -> KafkaRuleSet.Decision? {
    var exchanges = KafkaExchanges()
    var parser = KafkaParser(.client)
    guard case .request(let request) = parser.consume(bytes.span.bytes, &exchanges).event else { return nil }
    return KafkaRuleSet(rules).decide(request, in: bytes.span.bytes)
  }

  private func rule(
    role: String = "", apiKey: String = "", apiVersion: String = "", clientID: String = "", topic: String = ""
  ) -> KafkaRule {
    var rule = KafkaRule()
    rule.role = role
    rule.apiKey = apiKey
    rule.apiVersion = apiVersion
    rule.clientID = clientID
    rule.topic = topic
    return rule
  }

  @Test func rules() {
    #expect(decide([], Self.fetch) == .allowed(rule: nil))
    #expect(decide([rule()], Self.fetch) == .allowed(rule: 0))
    #expect(decide([rule(role: "produce"), rule(role: "consume")], Self.fetch) == .allowed(rule: 1))
    #expect(decide([rule(apiKey: "Fetch", apiVersion: "4", clientID: "c")], Self.fetch) == .allowed(rule: 0))
    #expect(decide([rule(apiKey: "fetch", apiVersion: "5")], Self.fetch) == .denied)
    #expect(decide([rule(clientID: "d")], Self.fetch) == .denied)
    #expect(decide([rule(clientID: "d")], Self.produce) == .denied)
  }

  @Test("several rules cover a request's topics together; a topic does not concern requests that name none")
  func topics() {
    #expect(decide([rule(topic: "orders")], Self.fetch) == .denied)
    #expect(decide([rule(topic: "orders"), rule(topic: "bills")], Self.fetch) == .allowed(rule: 1))
    #expect(decide([rule(topic: "orders")], Self.produce) == .allowed(rule: 0))
    #expect(decide([rule(role: "consume", topic: "orders")], Self.versions) == .allowed(rule: 0))
    var damaged = Self.fetch
    damaged[36] = 200
    #expect(decide([rule(topic: "orders"), rule(topic: "bills")], damaged) == .denied)
    #expect(decide([rule(apiKey: "fetch")], damaged) == .allowed(rule: 0))
  }
}
