import Layer7

/// HTTP/1 as Envoy reads it.
extension ProxyStreams {
  /// Bytes of a request's head that Envoy takes (`max_request_headers_kb`).
  static var maximumHead: Int { 60 << 10 }
  /// Fields of a request that Envoy takes (`max_headers_count`, which Cilium does not set).
  static var maximumFields: Int { 100 }

  /// What makes Envoy's codec refuse a request and close the connection.
  private static var codecErrors: HTTP1Head.Oddities {
    [.invalidLength, .lengthAndEncoding, .unclearEncoding, .misplacedSpace, .lineWithoutColon, .unknownVersion]
  }

  mutating func readHTTP1(_ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection) -> Step {
    let (consumed, event) = connection.clientHTTP1.consume(bytes, &connection.http1)
    switch event {
    case .head:
      judgeHead(bytes, consumed, chunk, connection)
      return .goOn(consumed)
    case .needsBytes, .waits:
      guard event == .needsBytes, connection.isWhole else { return .wait(consumed) }
      // Envoy answers as soon as it knows: when a head has become too large, and when a first line names no version.
      let rest = bytes.byteCount - consumed
      if rest > Self.maximumHead {
        closeHTTP(connection, .headTooLarge)
      } else if rest > 0, connection.clientHTTP1.head.oddities.contains(.unknownVersion) {
        closeHTTP(connection, .malformedHTTP)
      }
      return .wait(consumed)
    case .switched(let successor):
      let isPreface =
        consumed < bytes.byteCount && bytes.unsafeLoad(fromByteOffset: consumed, as: UInt8.self) == UInt8(ascii: "P")
      leaveHTTP1(for: successor, isPreface: isPreface, connection)
      return .goOn(consumed)
    case .failed(let failure):
      guard connection.isWhole else { return .wait(consumed) }
      closeHTTP(connection, Self.reason(failure))
      return .goOn(consumed)
    }
  }

  private static func reason(_ failure: HTTP1Parser.Failure) -> CloseReason {
    switch failure {
    case .notHTTP: .notHTTP
    case .headTooLong, .tooManyFields: .headTooLarge
    case .invalidChunk, .trailersTooLong, .unknownLength: .malformedHTTP
    }
  }

  private mutating func judgeHead(
    _ bytes: RawSpan, _ consumed: Int, _ chunk: StreamChunk, _ connection: ProxyConnection
  ) {
    let head = connection.clientHTTP1.head
    guard let request = HTTPRequestView(head, bytes) else {
      if connection.isWhole { closeHTTP(connection, .notHTTP) }
      return
    }
    if connection.isWhole {
      if consumed > Self.maximumHead || head.fields.count > Self.maximumFields {
        return closeHTTP(connection, .headTooLarge)
      }
      if !head.oddities.isDisjoint(with: Self.codecErrors) { return closeHTTP(connection, .malformedHTTP) }
    }
    let pending = judge(request, version: head.version(in: bytes), chunk.timestamp, connection)
    if connection.requests.count == ProxyConnection.maximumRequests {
      let forgotten = connection.requests.prefix(ProxyConnection.maximumRequests / 2)
      heldBytes -= forgotten.reduce(0) { $0 + $1.heldBytes }
      report.counters.givenUp += UInt64(forgotten.count)
      connection.requests.removeFirst(forgotten.count)
    }
    connection.requests.append(pending)
  }

  mutating func closeHTTP(_ connection: ProxyConnection, _ reason: CloseReason) {
    guard let hop = connection.hops.first(where: { $0.kind == .http }) else { return }
    close(connection, hop, reason)
  }

  private mutating func leaveHTTP1(
    for successor: HTTP1Exchanges.Successor, isPreface: Bool, _ connection: ProxyConnection
  ) {
    switch successor {
    case .http2:
      connection.reading = .http2
      connection.clientHTTP2 = HTTP2Parser(isPreface ? .clientPreface : .firstFrame)
      connection.serverHTTP2 = HTTP2Parser(.firstFrame)
      // The request that asked for the upgrade is the first stream (RFC 7540 §3.2).
      if let request = connection.requests.first { connection.streams[1] = request }
      heldBytes -= connection.requests.dropFirst().reduce(0) { $0 + $1.heldBytes }
      connection.requests = []
    case .tunnel, .upgraded:
      connection.reading = .opaque
    }
  }

  mutating func readHTTP1Response(_ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection) -> Step {
    let (consumed, event) = connection.serverHTTP1.consume(bytes, &connection.http1)
    switch event {
    case .head:
      // Interim responses are not logged; 101 is the last of its request.
      guard let status = connection.serverHTTP1.head.status, status >= 200 || status == 101,
        !connection.requests.isEmpty
      else { return .goOn(consumed) }
      let head = connection.serverHTTP1.head
      let isUpgradeToHTTP2 = status == 101 && connection.http1.successor == .http2
      let request = isUpgradeToHTTP2 ? connection.requests[0] : connection.requests.removeFirst()
      if !isUpgradeToHTTP2 {
        answer(request, status, chunk.timestamp) { HTTPContent.headers(head, bytes) }
      }
      return .goOn(consumed)
    case .needsBytes, .waits:
      return .wait(consumed)
    case .switched(.http2):
      // The client's preface follows the response to its upgrade.
      leaveHTTP1(for: .http2, isPreface: true, connection)
      return .goOn(consumed)
    case .switched, .failed:
      return .wait(bytes.byteCount)
    }
  }
}
