import Layer7

enum Messages {
  /// Both directions of a connection: pieces by turns.
  static func http1(_ bytes: RawSpan) {
    var exchanges = HTTP1Exchanges()
    var parsers = [HTTP1Parser(), HTTP1Parser()]
    var held: [[UInt8]] = [[], []]
    for (index, piece) in Pieces(bytes).ranges.enumerated() {
      let direction = index & 1
      for index in piece { held[direction].append(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
      for side in [direction, 1 - direction] {
        while true {
          let waiting = held[side]
          let (consumed, event) = parsers[side].consume(waiting.span.bytes, &exchanges)
          precondition(0...waiting.count ~= consumed)
          if case .head = event { touch(parsers[side].head, waiting) }
          held[side].removeFirst(consumed)
          guard case .head = event, !held[side].isEmpty else { break }
        }
      }
    }
  }

  private static func touch(_ head: HTTP1Head, _ bytes: [UInt8]) {
    for field in head.fields { _ = head.value(of: field, in: bytes.span.bytes) }
  }

  /// The first byte chooses how the stream begins.
  static func http2(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let start: HTTP2Parser.Start = bytes.unsafeLoad(as: UInt8.self) & 1 == 0 ? .clientPreface : .midstream
    var parser = HTTP2Parser(start)
    var position = 1
    while true {
      let (consumed, event) = parser.consume(bytes.extracting(position..<bytes.byteCount))
      precondition(0...bytes.byteCount - position ~= consumed)
      position += consumed
      switch event {
      case .headers:
        let block = parser.block
        for field in block.fields { _ = (block.text(field.name), block.text(field.value)) }
      case .needsBytes, .failed: return
      }
    }
  }

  static func dns(_ bytes: RawSpan) {
    guard let message = DNSMessage(bytes) else { return }
    _ = message.policyName(in: bytes)
    for question in message.questions { _ = DNSMessage.displayName(in: bytes, at: question.name) }
    for record in message.records { _ = DNSMessage.displayName(in: bytes, at: record.name) }
  }

  static func kafka(_ bytes: RawSpan) {
    var exchanges = KafkaExchanges()
    for role in [KafkaParser.Role.client, .broker] {
      var parser = KafkaParser(role)
      var position = 0
      reading: while true {
        let (consumed, event) = parser.consume(bytes.extracting(position..<bytes.byteCount), &exchanges)
        precondition(0...bytes.byteCount - position ~= consumed)
        position += consumed
        switch event {
        case .request, .response: continue
        case .needsBytes, .notKafka: break reading
        }
      }
    }
  }
}
