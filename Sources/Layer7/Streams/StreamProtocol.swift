/// What one direction of a TCP connection speaks, told from its first bytes.
public enum StreamProtocol: Sendable, Hashable {
  case tls
  /// A request, a response, or HTTP/2's preface.
  case http1
  /// HTTP/2 without its preface: a capture from the middle of a connection.
  case http2
  case dns
  case kafkaClient
  case kafkaBroker

  public enum Recognition: Sendable, Hashable {
    case known(StreamProtocol)
    /// More bytes will tell.
    case undecided
    case unknown
  }

  /// Ports on which a line with an HTTP method is a request, whatever else is in it.
  private static let httpPorts: Set<UInt16> = [80, 3128, 8080]
  /// DNS, and what it is over TCP for local names.
  private static let dnsPorts: Set<UInt16> = [53, 5353, 5355]
  private static let kafkaPort: UInt16 = 9092

  /// Looks at bytes that begin with a segment. Ports decide where content cannot: DNS and Kafka have no mark of their
  /// own.
  ///
  /// - Parameter isFirst: they are the first of their direction that were captured.
  public static func recognise(
    _ bytes: RawSpan, from source: UInt16, to destination: UInt16, isFirst: Bool
  ) -> Recognition {
    guard bytes.byteCount > 0 else { return .undecided }
    if dnsPorts.contains(destination) || dnsPorts.contains(source) { return .known(.dns) }
    if destination == kafkaPort { return .known(.kafkaClient) }
    if source == kafkaPort { return .known(.kafkaBroker) }
    switch bytes.byte(0) {
    case TLSStreamReader.ContentType.handshake:
      switch TLSStreamReader.recognises(bytes) {
      case true: return .known(.tls)
      case false: return .unknown
      case nil: return .undecided
      }
    case 0 where isFirst:
      // Lengths of both protocols' first messages are below 2²⁴.
      if HTTP2Recognition.begins(bytes) { return .known(.http2) }
      return KafkaRecognition.begins(bytes) ? .known(.kafkaClient) : .unknown
    case 0: return .unknown
    default: return recogniseHTTP(bytes, hasHTTPPort: httpPorts.contains(destination) || httpPorts.contains(source))
    }
  }

  private static func recogniseHTTP(_ bytes: RawSpan, hasHTTPPort: Bool) -> Recognition {
    switch HTTP1Recognition.recognise(bytes, from: 0) {
    case .response, .http2Preface: return .known(.http1)
    case .request: return hasHTTPPort ? .known(.http1) : recogniseRequestLine(bytes)
    case .undecided: return .undecided
    case .neither: return .unknown
    }
  }

  /// Other protocols have methods of the same names: the line has to end in HTTP's version.
  private static func recogniseRequestLine(_ bytes: RawSpan) -> Recognition {
    let limit = min(bytes.byteCount, HTTP1Recognition.maximumUnknownLine)
    var end = bytes.firstOffset(of: UInt8(ascii: "\n"), from: 0, to: limit)
    guard end < limit else { return limit < HTTP1Recognition.maximumUnknownLine ? .undecided : .unknown }
    if end > 0, bytes.byte(end - 1) == UInt8(ascii: "\r") { end -= 1 }
    guard end >= 9, bytes.isPart(ByteRange(end - 8, 5), "HTTP/") else { return .unknown }
    return .known(.http1)
  }
}
