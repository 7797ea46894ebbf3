import Layer7

/// What is redirected over UDP: DNS, and by rules that name no protocol also QUIC.
extension ProxyStreams {
  mutating func readDatagram(_ bytes: RawSpan, _ route: ProxyRoute, _ time: Int64) {
    let hops = hops(of: route, isNew: false)
    guard let first = hops.first else { return countUnmodelled(route) }
    if first.kind == .dns {
      let place = DNSPlace(
        client: route.client, server: route.server, protocolNumber: route.protocolNumber, time: time)
      if route.isReply { passAnswer(bytes, place) } else { judgeQuery(bytes, place, hops) }
    } else {
      readQUIC(bytes, route, hops)
    }
  }

  private mutating func countUnmodelled(_ route: ProxyRoute) {
    guard quic.isNew(QUICConnections.Key(client: route.client, server: route.server)) else { return }
    _ = hops(of: route, isNew: true)
  }

  /// Cilium's Envoy has no listener for UDP. Only when asked to, Weir judges the names that QUIC clients ask for.
  private mutating func readQUIC(_ bytes: RawSpan, _ route: ProxyRoute, _ hops: [ProxyHop]) {
    let key = QUICConnections.Key(client: route.client, server: route.server)
    if let closer = quic.closer(of: key) {
      report.outcome.refusedBy = closer
      report.outcome.followsRefusal = true
      return
    }
    guard settings.judgesQUIC else {
      if quic.isNew(key) { report.counters.unjudged[.quic, default: 0] += 1 }
      return
    }
    guard !route.isReply, QUICReader.mayConcern(bytes) else { return }
    for name in quic.serverNames(bytes, key) {
      var isCounted = false
      for hop in hops {
        guard let rules = policies[hop.rules].envoy, rules.asksForServerName(of: hop.remote) else { continue }
        if !isCounted { report.counters.serverNames += 1 }
        isCounted = true
        let text = "QUIC SNI: \(name ?? "(none)")"
        if case .refused = rules.decide(connectionFrom: hop.remote, serverName: name) {
          report.counters.serverNamesDenied += 1
          quic.close(key, by: hop.direction)
          report.refuse(hop.direction, endsFlow: true)
          return report.add(ProxyEvent(hop.direction, .connection(text), isDropped: true))
        }
        report.add(ProxyEvent(hop.direction, .connection(text)))
      }
    }
  }
}
