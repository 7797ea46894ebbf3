/// Finds the messages in one direction of an HTTP/1 connection (RFC 9112).
///
/// Feed it the direction's bytes in order with `consume`, again and again, each time with what was not consumed and the
/// bytes that came since. A head that lies in one segment is read where it is; bodies are passed over without being kept.
/// Which of the two directions it reads shows in each message's first line.
public struct HTTP1Parser: Sendable {
  public enum Event: Sendable, Hashable {
    /// Nothing more to tell; the unconsumed bytes must be passed again with more.
    case needsBytes
    /// `head` is complete; its ranges are those of the bytes passed in this call.
    case head
    /// Only the other direction can tell what these bytes are: feed it first.
    case waits
    /// From the unconsumed bytes on another protocol is spoken.
    case switched(HTTP1Exchanges.Successor)
    /// Not HTTP, or beyond a limit. All bytes passed are consumed; the parser looks for a message at the beginning of
    /// the next ones, as it does after a gap.
    case failed(Failure)
  }

  public enum Failure: Sendable, Hashable {
    case notHTTP
    /// More than `maximumHead` bytes.
    case headTooLong
    /// More than `maximumFields` fields.
    case tooManyFields
    /// A chunk's size is no number below 2⁶⁰, or its line is longer than `maximumChunkLine`.
    case invalidChunk
    /// More than `maximumHead` bytes of trailers.
    case trailersTooLong
    /// A request whose end cannot be known: contradicting lengths, or a transfer coding other than `chunked` last.
    case unknownLength
  }

  /// Bytes of a head, first line to blank line. Envoy's own limit in Cilium is 60 KiB.
  public static let maximumHead = 128 << 10
  public static let maximumFields = 1_024
  /// Bytes of a chunk's size and extensions.
  public static let maximumChunkLine = 4_096
  /// Bytes that wait for the other direction before they are taken for another protocol.
  public static let maximumWaiting = 64 << 10

  enum State: Sendable {
    /// Before a message's first line.
    case between
    case head(HTTP1HeadReader)
    case body(UInt64)
    case chunkSize
    case chunk(UInt64)
    case chunkEnd
    /// Bytes of trailers so far.
    case trailers(Int)
    case untilClose
    /// After the head of a message without a known end.
    case unknownEnd
  }

  /// The last head that was completed.
  public internal(set) var head = HTTP1Head()
  var state = State.between

  public init() {}

  /// As new, for another direction; its memory is kept.
  public mutating func restart() {
    head.reset()
    state = .between
  }

  /// Reads on until a message's head is complete or the bytes are used up; returns how many bytes are done with.
  public mutating func consume(_ bytes: RawSpan, _ exchanges: inout HTTP1Exchanges) -> (consumed: Int, event: Event) {
    var position = 0
    while true {
      switch state {
      case .between:
        let step = begin(bytes, &position, &exchanges)
        guard let event = step else { continue }
        return (position, event)
      case .head(var reader):
        // Only one call begins a head within its bytes; later ones get it from its first byte on.
        switch reader.read(bytes, into: &head) {
        case .complete(let end):
          state = framing(bytes, &exchanges)
          return (end, .head)
        case .incomplete:
          state = position == 0 ? .head(reader) : .between
          return (position, .needsBytes)
        case .failed(let failure):
          return fail(bytes, failure)
        }
      case .unknownEnd:
        return fail(bytes, .unknownLength)
      case .untilClose:
        return (bytes.byteCount, .needsBytes)
      default:
        if let failure = passBody(bytes, &position) { return fail(bytes, failure) }
        if case .between = state { continue }
        return (position, .needsBytes)
      }
    }
  }

  /// Tells that `count` bytes of the direction were lost. A body's known length goes on counting; otherwise the parser
  /// looks for a message at the beginning of what comes.
  public mutating func skip(_ count: UInt64) {
    switch state {
    case .body(let rest) where isWithinBody(count): state = rest == count ? .between : .body(rest - count)
    case .chunk(let rest) where isWithinBody(count): state = rest == count ? .chunkEnd : .chunk(rest - count)
    case .untilClose: break
    default: state = .between
    }
  }

  /// Whether `count` lost bytes are all of a body that the parser passes over, and so hide no message.
  public func isWithinBody(_ count: UInt64) -> Bool {
    switch state {
    case .body(let rest), .chunk(let rest): rest >= count
    case .untilClose: true
    default: false
    }
  }

  private mutating func fail(_ bytes: RawSpan, _ failure: Failure) -> (consumed: Int, event: Event) {
    state = .between
    return (bytes.byteCount, .failed(failure))
  }

  /// Looks at a message's first bytes; an event when they are not the beginning of a head.
  private mutating func begin(_ bytes: RawSpan, _ position: inout Int, _ exchanges: inout HTTP1Exchanges) -> Event? {
    guard position < bytes.byteCount else { return .needsBytes }
    if let successor = exchanges.successor { return .switched(successor) }
    // Blank lines before a message are passed over (RFC 9112 §2.2).
    while position < bytes.byteCount {
      let byte = bytes.byte(position)
      guard byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") else { break }
      position += 1
    }
    guard position < bytes.byteCount else { return .needsBytes }
    let recognition = HTTP1Recognition.recognise(bytes, from: position)
    switch recognition {
    case .http2Preface:
      exchanges.switch(to: .http2)
      return .switched(.http2)
    case .undecided:
      return .needsBytes
    case .neither where !exchanges.isConnectPending && !exchanges.isUpgradePending:
      position = bytes.byteCount
      return .failed(.notHTTP)
    case .request where !exchanges.isConnectPending, .response:
      head.reset()
      state = .head(HTTP1HeadReader(from: position))
      return nil
    case .request, .neither:
      if bytes.byteCount - position < Self.maximumWaiting { return .waits }
      exchanges.switch(to: exchanges.isConnectPending ? .tunnel : .upgraded)
      return .switched(exchanges.isConnectPending ? .tunnel : .upgraded)
    }
  }
}
