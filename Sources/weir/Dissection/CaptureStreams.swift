import Layer7

/// Reads the streams of one capture's TCP connections.
///
/// Which protocol a direction speaks shows in what it says first. Until it has shown, every segment is looked at again:
/// TLS may begin behind something else, such as STARTTLS or the answer of a proxy.
struct CaptureStreams: StreamConsumer {
  private enum Side {
    case unknown
    case tls(TLSStreamReader)
  }

  var messages = CaptureMessages()
  private var sides: ContiguousArray<Side> = []

  mutating func begin(_ stream: Int) {
    while sides.count < stream * 2 + 2 { sides.append(.unknown) }
    sides[stream * 2] = .unknown
    sides[stream * 2 + 1] = .unknown
  }

  mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    switch sides[chunk.side] {
    case .unknown: recognise(bytes, chunk)
    case .tls(let reader): readTLS(reader, bytes, chunk)
    }
  }

  mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool {
    if case .tls(var reader) = sides[chunk.side], bytes.byteCount > 0 {
      var position = 0
      while case .hello(let hello) = reader.next(bytes, &position, isFinal: true) { add(hello, chunk) }
    }
    sides[chunk.side] = .unknown
    return reason != .end
  }

  private mutating func recognise(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    switch TLSStreamReader.recognises(bytes) {
    case true: return readTLS(TLSStreamReader(), bytes, chunk)
    case nil: return Consumption(consumed: 0)
    case false: break
    }
    return Consumption(consumed: bytes.byteCount)
  }

  private mutating func readTLS(_ reader: TLSStreamReader, _ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    var reader = reader
    var position = 0
    while true {
      switch reader.next(bytes, &position) {
      case .hello(let hello): add(hello, chunk)
      case .needs(let count):
        sides[chunk.side] = .tls(reader)
        return Consumption(consumed: position, needed: count)
      case .done: return .done
      }
    }
  }

  private mutating func add(_ hello: TLSClientHello, _ chunk: StreamChunk) {
    messages.tls.add(
      CaptureMessages.Hello(hello: hello, isDatagram: false), frame: chunk.frame, protocolNumber: 6,
      from: chunk.source, to: chunk.destination)
  }
}
