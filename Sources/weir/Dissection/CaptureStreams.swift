import Layer7

/// Reads the streams of one capture's TCP connections.
///
/// Which protocol a direction speaks shows in what it says first. Until it has shown, every segment is looked at again:
/// TLS may begin behind something else, such as STARTTLS or the answer of a proxy.
struct CaptureStreams: StreamConsumer, ~Copyable {
  enum Side {
    /// Whether anything was said before.
    case unknown(isFirst: Bool)
    case tls(TLSStreamReader)
    case http1(Int32)
    case http2(Int32)
    case dns
    case kafka(Int32)
    /// Nothing that is said is of interest.
    case ignored

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
  private var sides = GrowingTable<Side>()
  /// The number of a connection's exchanges, or `nothing`.
  private var exchangeNumbers = GrowingTable<Int32>()
  private var exchanges = ParserPool<Exchanges>()
  private var http1 = ParserPool<HTTP1Parser>()
  private var http2 = ParserPool<HTTP2Parser>()
  private var kafka = ParserPool<KafkaParser>()

  /// What the fields of all directions of HTTP/2 take, and may take.
  private var fieldBytes = 0
  private static let maximumFieldBytes = 1 << 28
  /// Directions of HTTP/2 that were given up because all take too much.
  private(set) var exhaustions = 0

  private static let nothing: Int32 = -1

  init(listsMessages: Bool) {
    messages = CaptureMessages(listsMessages: listsMessages)
  }

  mutating func begin(_ stream: Int) {
    while exchangeNumbers.count <= stream {
      exchangeNumbers.append(Self.nothing)
      sides.append(.unknown(isFirst: true))
      sides.append(.unknown(isFirst: true))
    }
    change(stream * 2, to: .unknown(isFirst: true))
    change(stream * 2 + 1, to: .unknown(isFirst: true))
    forgetExchanges(stream)
  }

  private mutating func change(_ side: Int, to new: Side) {
    switch sides[side] {
    case .http1(let number): http1.giveBack(number)
    case .http2(let number):
      fieldBytes -= http2[number].heldBytes
      http2[number] = HTTP2Parser(.midstream)
      http2.giveBack(number)
    case .kafka(let number): kafka.giveBack(number)
    case .unknown, .tls, .dns, .ignored: break
    }
    sides[side] = new
  }

  private mutating func forgetExchanges(_ stream: Int) {
    guard exchangeNumbers[stream] != Self.nothing else { return }
    exchanges.giveBack(exchangeNumbers[stream])
    exchangeNumbers[stream] = Self.nothing
  }

  private mutating func exchangeNumber(_ stream: Int) -> Int32 {
    if exchangeNumbers[stream] == Self.nothing { exchangeNumbers[stream] = exchanges.take(Exchanges()) }
    return exchangeNumbers[stream]
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
    case .unknown, .dns, .ignored: break
    case .tls(var reader):
      var position = 0
      while case .hello(let hello) = reader.next(bytes, &position, isFinal: true) {
        messages.add(hello, isDatagram: false, place(chunk))
      }
      sides[chunk.side] = .unknown(isFirst: true)
    case .http1(let number): http1[number].skip(lost)
    case .http2(let number):
      fieldBytes -= http2[number].heldBytes
      http2[number].skip(lost)
      fieldBytes += http2[number].heldBytes
    case .kafka(let number): kafka[number].skip(lost)
    }
    if reason == .end { end(chunk) }
    return reason != .end
  }

  /// What a direction needed is free for others, and what both shared when both have ended.
  private mutating func end(_ chunk: StreamChunk) {
    change(chunk.side, to: .ignored)
    if case .ignored = sides[chunk.otherSide] { forgetExchanges(chunk.stream) }
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
    case .http1(let number): return readHTTP1(number, bytes, chunk)
    case .http2(let number): return readHTTP2(number, bytes, chunk)
    case .dns: return readDNS(bytes, chunk)
    case .kafka(let number): return readKafka(number, bytes, chunk)
    case .ignored: return Step(consumed: 0, isDone: true)
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
    case .dns: sides[chunk.side] = .dns
    case .http1, .http2, .kafkaClient, .kafkaBroker:
      begin(found, chunk.side)
      // What one direction speaks tells what the other does.
      if sides[chunk.otherSide].isUnknown { begin(found.answer, chunk.otherSide) }
    }
    return Step(consumed: 0, isHandedOver: true)
  }

  private mutating func begin(_ found: StreamProtocol, _ side: Int) {
    switch found {
    case .http1: change(side, to: .http1(http1.take(HTTP1Parser(), prepare: { $0.restart() })))
    case .http2: change(side, to: .http2(http2.take(HTTP2Parser(.midstream))))
    case .kafkaClient: change(side, to: .kafka(kafka.take(KafkaParser(.client))))
    case .kafkaBroker: change(side, to: .kafka(kafka.take(KafkaParser(.broker))))
    case .tls, .dns: break
    }
  }

  private mutating func readTLS(_ parser: TLSStreamReader, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var reader = parser
    var position = 0
    while true {
      switch reader.next(bytes, &position) {
      case .hello(let hello):
        messages.add(hello, isDatagram: false, place(chunk))
        // The other end answers, and says no hello itself.
        change(chunk.otherSide, to: .ignored)
      case .needs(let count):
        sides[chunk.side] = .tls(reader)
        return Step(consumed: position, needed: count)
      case .done: return Step(consumed: 0, isDone: true)
      }
    }
  }

  private mutating func readHTTP1(_ number: Int32, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    let exchange = exchangeNumber(chunk.stream)
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = http1[number].consume(rest, &exchanges[exchange].http)
      position += consumed
      switch event {
      case .head: messages.add(http1[number].head, rest, place(chunk))
      case .needsBytes, .waits: return Step(consumed: position)
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
      change(chunk.side, to: .http2(http2.take(HTTP2Parser(isPreface ? .clientPreface : .firstFrame))))
    case .tunnel, .upgraded:
      forgetExchanges(chunk.stream)
      change(chunk.side, to: .unknown(isFirst: true))
      change(chunk.otherSide, to: .unknown(isFirst: true))
    }
  }

  private mutating func readHTTP2(_ number: Int32, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var position = 0
    while true {
      fieldBytes -= http2[number].heldBytes
      let (consumed, event) = http2[number].consume(bytes.extracting(droppingFirst: position))
      fieldBytes += http2[number].heldBytes
      position += consumed
      if fieldBytes > Self.maximumFieldBytes {
        exhaustions += 1
        change(chunk.side, to: .ignored)
        return Step(consumed: position, isDone: true)
      }
      switch event {
      case .headers: messages.add(http2[number].block, place(chunk))
      case .needsBytes: return Step(consumed: position)
      case .failed:
        change(chunk.side, to: .ignored)
        return Step(consumed: position, isDone: true)
      }
    }
  }

  private mutating func readDNS(_ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    var parser = DNSStreamParser()
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = parser.consume(rest)
      position += consumed
      guard case .message(let range) = event else { return Step(consumed: position) }
      let dialect = DNSDialect.of(chunk.source.port, chunk.destination.port) ?? .dns
      let content = rest.extracting(range)
      if let message = DNSMessage(content) { messages.add(message, content, dialect, place(chunk)) }
    }
  }

  private mutating func readKafka(_ number: Int32, _ bytes: RawSpan, _ chunk: StreamChunk) -> Step {
    let exchange = exchangeNumber(chunk.stream)
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = kafka[number].consume(rest, &exchanges[exchange].kafka)
      position += consumed
      switch event {
      case .request(let request): messages.add(request, rest, place(chunk))
      case .response(let response): messages.add(response, place(chunk))
      case .needsBytes, .notKafka: return Step(consumed: position)
      }
    }
  }

  private func place(_ chunk: StreamChunk) -> MessagePlace {
    MessagePlace(
      frame: chunk.frame, protocolNumber: chunk.protocolNumber, source: chunk.source, destination: chunk.destination)
  }
}
