import Layer7

/// The first bytes of a client: whether it speaks TLS, which server it asks for, and whether it may connect at all.
extension ProxyStreams {
  /// Envoy's TLS inspector takes no larger ClientHello.
  private static let maximumHello = 16 << 10

  mutating func open(_ bytes: RawSpan, _ connection: ProxyConnection) -> Step {
    switch TLSStreamReader.recognises(bytes) {
    case nil:
      return .wait(0)
    case false:
      admit(connection, .plain, bytes)
      return .goOn(0)
    case true:
      guard asksForServerName(connection) else {
        admit(connection, .tls(nil), bytes)
        return .goOn(0)
      }
    }
    var reader = TLSStreamReader()
    var position = 0
    switch reader.next(bytes, &position) {
    case .needs(let count):
      // A hello that is too large is refused as soon as it is seen to be.
      guard bytes.byteCount <= Self.maximumHello else {
        refuseHello(connection)
        return .goOn(0)
      }
      return .wait(0, needed: count)
    case .hello(let hello):
      if hello.length > Self.maximumHello { refuseHello(connection) } else { admit(connection, .tls(hello), bytes) }
    case .done:
      admit(connection, .tls(nil), bytes)
    }
    return .goOn(0)
  }

  /// Whether a proxy on the way lets only those connect that ask for certain servers.
  func asksForServerName(_ connection: ProxyConnection) -> Bool {
    connection.hops.contains { hop in
      hop.kind != .dns && policies[hop.rules].envoy?.asksForServerName(of: hop.remote) == true
    }
  }

  private enum Client {
    case plain
    /// The hello is nil when it need not, or cannot, be read.
    case tls(TLSClientHello?)

    var isTLS: Bool {
      if case .tls = self { true } else { false }
    }

    var serverName: String? {
      if case .tls(let hello?) = self { hello.serverNames.first } else { nil }
    }

    /// For people.
    var nameText: String {
      switch self {
      case .plain: "(no TLS)"
      case .tls(nil): "(unreadable)"
      case .tls(let hello?):
        switch hello.serverNames.first {
        case nil: "(none)"
        case let name?: hello.offersECH ? "\(name) (outer name of ECH)" : name
        }
      }
    }
  }

  private mutating func refuseHello(_ connection: ProxyConnection) {
    guard let hop = connection.hops.first else { return }
    close(connection, hop, .helloTooLarge)
  }

  /// Lets each proxy on the way decide about the connection, and finds out who reads on.
  private mutating func admit(_ connection: ProxyConnection, _ client: Client, _ bytes: RawSpan) {
    if !client.isTLS, !connection.hasBeginning, asksForServerName(connection) {
      return giveUp(connection, .incomplete)
    }
    var isCounted = false
    for hop in connection.hops {
      guard hop.kind != .dns, let rules = policies[hop.rules].envoy else { continue }
      let isByName = rules.asksForServerName(of: hop.remote)
      if isByName, !isCounted { report.counters.serverNames += 1 }
      isCounted = isCounted || isByName
      if case .refused = rules.decide(connectionFrom: hop.remote, serverName: client.serverName) {
        guard isByName else { return close(connection, hop, .notAllowed) }
        report.counters.serverNamesDenied += 1
        report.outcome.refusesServerName = true
        return close(connection, hop, "TLS SNI: \(client.nameText)")
      }
      if isByName { report.add(ProxyEvent(hop.direction, .connection("TLS SNI: \(client.nameText)"))) }
      guard client.isTLS, hop.kind != .serverName else { continue }
      // What a proxy decrypts, the next ones see as well.
      if rules.terminatesTLS(with: hop.remote) { return giveUp(connection, .terminatedTLS) }
      guard connection.isWhole else { return giveUp(connection, .incomplete) }
      return close(connection, hop, .encrypted)
    }
    connection.reading = client.isTLS ? .opaque : contentReading(connection, bytes)
  }

  private func contentReading(_ connection: ProxyConnection, _ bytes: RawSpan) -> ProxyConnection.Reading {
    for hop in connection.hops {
      switch hop.kind {
      case .http:
        guard !connection.hasBeginning, HTTP2Recognition.begins(bytes) else { return .http1 }
        connection.clientHTTP2 = HTTP2Parser(.midstream)
        connection.serverHTTP2 = HTTP2Parser(.midstream)
        return .http2
      case .kafka: return .kafka
      case .dns: return .dns
      case .serverName, .unmodelled: continue
      }
    }
    return .opaque
  }
}
