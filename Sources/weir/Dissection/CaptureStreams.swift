import Layer7

/// Reads the streams of one capture's TCP connections.
///
/// Which protocol a direction speaks shows in what it says first. Until it has shown, every segment is looked at again:
/// TLS may begin behind something else, such as STARTTLS or the answer of a proxy.
struct CaptureStreams: StreamConsumer {
  private enum Side {
    /// Whether anything was said before.
    case unknown(isFirst: Bool)
    case tls(TLSStreamReader)
    case http1(HTTP1Parser)
    case http2(HTTP2Parser)
    case dns(DNSStreamParser)
    case kafka(KafkaParser)

    var isUnknown: Bool {
      if case .unknown = self { true } else { false }
    }
  }

  /// What both directions of a connection know of each other.
  private struct Exchanges {
    var http = HTTP1Exchanges()
    var kafka = KafkaExchanges()
  }

  var messages: CaptureMessages
  private var sides: ContiguousArray<Side> = []
  private var exchanges: ContiguousArray<Exchanges> = []

  init(listsMessages: Bool) {
    messages = CaptureMessages(listsMessages: listsMessages)
  }

  mutating func begin(_ stream: Int) {
    while exchanges.count <= stream {
      exchanges.append(Exchanges())
      sides.append(.unknown(isFirst: true))
      sides.append(.unknown(isFirst: true))
    }
    exchanges[stream] = Exchanges()
    sides[stream * 2] = .unknown(isFirst: true)
    sides[stream * 2 + 1] = .unknown(isFirst: true)
  }

  mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    // A parser may hand over to another one in the middle of the bytes; no more often than they are long.
    var position = 0
    while position < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: position)
      let step = read(rest, chunk)
      if step.isDone { return .done }
      position += step.consumed
      guard step.isHandedOver else { return Consumption(consumed: position, needed: step.needed) }
    }
    return Consumption(consumed: position)
  }

  mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool {
    // What cannot be known to fit is larger than any body.
    var lost = UInt64.max
    if case .lost(let count?) = reason { lost = UInt64(count) }
    switch sides[chunk.side] {
    case .unknown: break
    case .tls(var reader):
      var position = 0
      while case .hello(let hello) = reader.next(bytes, &position, isFinal: true) {
        messages.add(hello, isDatagram: false, place(chunk))
      }
      sides[chunk.side] = .unknown(isFirst: true)
    case .http1(var parser):
      parser.skip(lost)
      sides[chunk.side] = .http1(parser)
    case .http2(var parser):
      parser.skip(lost)
      sides[chunk.side] = .http2(parser)
    case .dns: break
    case .kafka(var parser):
      parser.skip(lost)
      sides[chunk.side] = .kafka(parser)
    }
    return reason != .end
  }

  // MARK: - Reading

  private struct Step {
    var consumed: Int
    var needed = 0
    /// Another protocol's parser is to read on.
    var isHandedOver = false
    var isDone = false
  }

  private mutating func read(_ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    switch sides[chunk.side] {
    case .unknown(let isFirst): return recognise(bytes, chunk, isFirst: isFirst)
    case .tls(let reader): return readTLS(reader, bytes, chunk)
    case .http1(let parser): return readHTTP1(parser, bytes, chunk)
    case .http2(let parser): return readHTTP2(parser, bytes, chunk)
    case .dns(let parser): return readDNS(parser, bytes, chunk)
    case .kafka(let parser): return readKafka(parser, bytes, chunk)
    }
  }

  private mutating func recognise(_ bytes: RawSpan, _ chunk: StreamChunk, isFirst: Bool) -> Step {
    let recognition = StreamProtocol.recognise(
      bytes, from: chunk.source.port, to: chunk.destination.port, isFirst: isFirst)
    guard case .known(let found) = recognition else {
      guard recognition == .unknown else { return Step(consumed: 0) }
      if isFirst { sides[chunk.side] = .unknown(isFirst: false) }
      return Step(consumed: bytes.byteCount)
    }
    switch found {
    case .tls: sides[chunk.side] = .tls(TLSStreamReader())
    case .http1: begin(chunk, .http1(HTTP1Parser()), other: .http1(HTTP1Parser()))
    case .http2: begin(chunk, .http2(HTTP2Parser(.midstream)), other: .http2(HTTP2Parser(.midstream)))
    case .dns: sides[chunk.side] = .dns(DNSStreamParser())
    case .kafkaClient: begin(chunk, .kafka(KafkaParser(.client)), other: .kafka(KafkaParser(.broker)))
    case .kafkaBroker: begin(chunk, .kafka(KafkaParser(.broker)), other: .kafka(KafkaParser(.client)))
    }
    return Step(consumed: 0, isHandedOver: true)
  }

  /// What one direction speaks tells what the other does.
  private mutating func begin(_ chunk: StreamChunk, _ side: Side, other: Side) {
    sides[chunk.side] = side
    if sides[chunk.otherSide].isUnknown { sides[chunk.otherSide] = other }
  }

  private mutating func readTLS(_ parser: TLSStreamReader, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var reader = parser
    var position = 0
    while true {
      switch reader.next(bytes, &position) {
      case .hello(let hello): messages.add(hello, isDatagram: false, place(chunk))
      case .needs(let count):
        sides[chunk.side] = .tls(reader)
        return Step(consumed: position, needed: count)
      case .done: return Step(consumed: 0, isDone: true)
      }
    }
  }

  private mutating func readHTTP1(_ parser: HTTP1Parser, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var parser = parser
    // The parser's lists are this copy's alone while it reads.
    sides[chunk.side] = .unknown(isFirst: false)
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = parser.consume(rest, &exchanges[chunk.stream].http)
      position += consumed
      switch event {
      case .head: messages.add(parser.head, rest, place(chunk))
      case .needsBytes, .waits:
        sides[chunk.side] = .http1(parser)
        return Step(consumed: position)
      case .switched(let successor):
        let isPreface =
          position < bytes.byteCount && bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) == UInt8(ascii: "P")
        hand(over: successor, isPreface: isPreface, chunk)
        return Step(consumed: position, isHandedOver: true)
      case .failed: return Step(consumed: position)
      }
    }
  }

  /// Both directions leave HTTP/1 at once: what they knew of it does not hold for what comes.
  private mutating func hand(
    over successor: HTTP1Exchanges.Successor, isPreface: Bool, _ chunk: StreamChunk
  ) {
    switch successor {
    case .http2:
      // The other direction switches when it has read its last message.
      sides[chunk.side] = .http2(HTTP2Parser(isPreface ? .clientPreface : .firstFrame))
    case .tunnel, .upgraded:
      exchanges[chunk.stream].http = HTTP1Exchanges()
      sides[chunk.side] = .unknown(isFirst: true)
      sides[chunk.otherSide] = .unknown(isFirst: true)
    }
  }

  private mutating func readHTTP2(_ parser: HTTP2Parser, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var parser = parser
    sides[chunk.side] = .unknown(isFirst: false)
    var position = 0
    while true {
      let (consumed, event) = parser.consume(bytes.extracting(droppingFirst: position))
      position += consumed
      switch event {
      case .headers: messages.add(parser.block, place(chunk))
      case .needsBytes:
        sides[chunk.side] = .http2(parser)
        return Step(consumed: position)
      case .failed: return Step(consumed: position, isDone: true)
      }
    }
  }

  private mutating func readDNS(_ parser: DNSStreamParser, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var parser = parser
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = parser.consume(rest)
      position += consumed
      guard case .message(let range) = event else {
        sides[chunk.side] = .dns(parser)
        return Step(consumed: position)
      }
      let dialect = DNSDialect.of(chunk.source.port, chunk.destination.port) ?? .dns
      let content = rest.extracting(range)
      if let message = DNSMessage(content) { messages.add(message, content, dialect, place(chunk)) }
    }
  }

  private mutating func readKafka(_ parser: KafkaParser, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var parser = parser
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = parser.consume(rest, &exchanges[chunk.stream].kafka)
      position += consumed
      switch event {
      case .request(let request): messages.add(request, rest, place(chunk))
      case .response(let response): messages.add(response, place(chunk))
      case .needsBytes, .notKafka:
        sides[chunk.side] = .kafka(parser)
        return Step(consumed: position)
      }
    }
  }

  private func place(_ chunk: StreamChunk) -> MessagePlace {
    MessagePlace(
      frame: chunk.frame, protocolNumber: chunk.protocolNumber, source: chunk.source, destination: chunk.destination)
  }
}
