import Layer7

/// HTTP/2, and gRPC on it.
extension ProxyStreams {
  private static let pushPromise: UInt8 = 5

  /// Counts what the connection's fields take. False when they do not fit into what all connections may take: then the
  /// connection is given up.
  private mutating func countFields(_ connection: ProxyConnection) -> Bool {
    let now = (connection.clientHTTP2?.heldBytes ?? 0) + (connection.serverHTTP2?.heldBytes ?? 0)
    heldBytes += now - connection.fieldBytes
    connection.fieldBytes = now
    guard heldBytes > Self.maximumHeld else { return true }
    heldBytes -= connection.heldBytes
    connection.forgetRequests()
    report.counters.givenUp += 1
    giveUp(connection, .exhausted)
    return false
  }

  mutating func readHTTP2(_ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection) -> Step {
    guard let (consumed, event) = connection.clientHTTP2?.consume(bytes), countFields(connection) else {
      return .wait(bytes.byteCount)
    }
    switch event {
    case .headers:
      guard let block = connection.clientHTTP2?.block else { return .goOn(consumed) }
      if block.kind == .request, let request = HTTPRequestView(block) {
        let pending = judge(request, version: "HTTP/2", chunk.timestamp, connection)
        if connection.streams.count >= ProxyConnection.maximumRequests {
          report.counters.givenUp += UInt64(connection.streams.count)
          for request in connection.streams.values { heldBytes -= request.heldBytes }
          connection.streams.removeAll()
        }
        if let old = connection.streams.updateValue(pending, forKey: block.streamID) { heldBytes -= old.heldBytes }
      }
      return .goOn(consumed)
    case .needsBytes:
      return .wait(consumed)
    case .failed:
      guard connection.isWhole else { return .wait(consumed) }
      closeHTTP(connection, .malformedHTTP)
      return .goOn(consumed)
    }
  }

  mutating func readHTTP2Response(_ bytes: RawSpan, _ chunk: StreamChunk, _ connection: ProxyConnection) -> Step {
    guard let (consumed, event) = connection.serverHTTP2?.consume(bytes), countFields(connection) else {
      return .wait(bytes.byteCount)
    }
    guard event == .headers, let block = connection.serverHTTP2?.block else { return .wait(consumed) }
    // Interim responses are not logged.
    guard block.frameType != Self.pushPromise, let status = block.text(of: ":status").flatMap({ Int($0) }),
      status >= 200, let request = connection.streams.removeValue(forKey: block.streamID)
    else { return .goOn(consumed) }
    answer(request, status, chunk.timestamp) { HTTPContent.headers(block) }
    return .goOn(consumed)
  }
}
