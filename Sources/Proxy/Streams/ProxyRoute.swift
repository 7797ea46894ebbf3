import Addresses
import Dataplane
import Layer7
import Packet
import Rules
import Tables

/// The ends of a redirected conversation, after service translation, and the proxies between them.
struct ProxyRoute {
  struct Place {
    /// `egress` beside the client, `ingress` beside the server.
    var direction: Direction
    /// Index into `Tables.endpoints`.
    var endpoint: Int32
    /// 1 + index into `Tables.redirects`.
    var redirect: UInt16
    /// The identity at the other end.
    var remote: UInt32
  }

  var client: StreamEnd
  var server: StreamEnd
  var protocolNumber: UInt8
  /// The packet goes from the server to the client.
  var isReply: Bool
  /// In the order in which a request meets them.
  private var egress: Place?
  private var ingress: Place?

  var places: [Place] { [egress, ingress].compactMap(\.self) }

  /// Nil when no proxy is on the packet's way.
  init?(_ headers: PacketHeaders, _ verdict: PacketVerdict, _ tables: Tables) {
    guard verdict.egress.isProxied || verdict.ingress.isProxied else { return nil }
    protocolNumber = headers.protocolNumber
    isReply = (verdict.egress.isProxied ? verdict.egress : verdict.ingress).state == .reply
    var source = StreamEnd(address: headers.source, port: headers.sourcePort)
    var destination = StreamEnd(address: headers.destination, port: headers.destinationPort)
    if verdict.backend >= 0, tables.backends.indices.contains(Int(verdict.backend)) {
      let backend = tables.backends[Int(verdict.backend)]
      let end = StreamEnd(address: backend.address, port: backend.port)
      if verdict.flags.contains(.fromService) { source = end } else { destination = end }
    }
    client = isReply ? destination : source
    server = isReply ? source : destination
    // A reply meets the proxies the other way round: it leaves the server's endpoint and enters the client's.
    let (atClient, atServer) = isReply ? (verdict.ingress, verdict.egress) : (verdict.egress, verdict.ingress)
    if atClient.isProxied {
      egress = Place(
        direction: .egress, endpoint: isReply ? verdict.destinationEndpoint : verdict.sourceEndpoint,
        redirect: atClient.redirect, remote: isReply ? verdict.sourceIdentity : verdict.destinationIdentity)
    }
    if atServer.isProxied {
      ingress = Place(
        direction: .ingress, endpoint: isReply ? verdict.sourceEndpoint : verdict.destinationEndpoint,
        redirect: atServer.redirect, remote: isReply ? verdict.destinationIdentity : verdict.sourceIdentity)
    }
  }
}

extension HopVerdict {
  /// The packet goes on through a proxy here.
  var isProxied: Bool { isPresent && redirect != 0 && verdict == .redirected }
}
