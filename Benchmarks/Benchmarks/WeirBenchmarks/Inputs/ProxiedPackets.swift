import Dataplane
import Proxy
import Rules
import Tables

/// What the clients of a proxied port say.
enum ProxiedConversation {
  /// Ten requests, each with its response of one segment.
  case http
  /// One query with its answer.
  case dns
  /// A ClientHello, then ten segments of encrypted data.
  case serverNames
  /// One request, and a response of a hundred segments.
  case download
}

/// The packets of redirected connections with the verdicts that the engine gives them, connection after connection.
struct ProxiedPackets {
  struct Packet {
    var bytes: [UInt8]
    var verdict: PacketVerdict
  }

  let tables: Tables
  let settings: ProxySettings
  private(set) var packets: [Packet] = []
  /// How many messages there are to be judged.
  private(set) var messages: UInt64 = 0

  init(_ conversation: ProxiedConversation, connections: Int) {
    var settings = ProxySettings()
    settings.recordsEvents = false
    self.settings = settings
    tables = Self.tables(conversation)
    for number in 0..<connections {
      var connection = Connection(number: number, isDNS: conversation == .dns)
      switch conversation {
      case .http, .download:
        connection.open()
        for request in 0..<(conversation == .http ? 10 : 1) {
          connection.send(Array("GET /items/\(request) HTTP/1.1\r\nHost: shop\r\nAccept: */*\r\n\r\n".utf8))
          let length = conversation == .http ? 1_000 : 140_000
          var response = Array("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n".utf8)
          response += [UInt8](repeating: 120, count: length)
          for start in stride(from: 0, to: response.count, by: 1_400) {
            connection.send(Array(response[start..<min(start + 1_400, response.count)]), isReply: true)
          }
          messages += 1
        }
      case .dns:
        let name: [UInt8] = [3, 97, 112, 105, 7, 101, 120, 97, 109, 112, 108, 101, 0]
        connection.send([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name + [0, 1, 0, 1])
        connection.send(
          [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + name + [0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]
            + [1, 2, 3, 4], isReply: true)
        messages += 1
      case .serverNames:
        connection.open()
        connection.send(Self.hello("api.example"))
        for part in 0..<10 {
          connection.send([23, 3, 3, 4, 0] + [UInt8](repeating: 7, count: 1_024), isReply: part % 2 == 0)
        }
        messages += 1
      }
      packets += connection.packets
    }
  }

  private static func tables(_ conversation: ProxiedConversation) -> Tables {
    var peer = FilterPeer(selector: "*", isWildcard: true)
    switch conversation {
    case .http, .download:
      peer.parser = "http"
      peer.l7 = .http(
        ["/items/[0-9]+", "/users/[0-9]+", "/public/.*"].map { path in
          var rule = HTTPRule()
          rule.method = "GET"
          rule.path = path
          return rule
        })
    case .dns:
      peer.parser = "dns"
      peer.l7 = .dns([DNSRule(matchName: "", matchPattern: "*.example")])
    case .serverNames:
      peer.parser = "tls"
      peer.serverNames = ["api.example"]
    }
    var policy = EndpointPolicy()
    policy.egressEnforced = true
    policy.filters = [
      L4Filter(
        direction: .egress, protocol: conversation == .dns ? .udp : .tcp, port: Connection.port, endPort: 0,
        portName: "",
        peers: [peer])
    ]
    var client = Endpoint(name: "ns/client", identity: 1001, isLocal: true)
    client.policy = 0
    var tables = Tables()
    tables.endpoints = [client]
    tables.policies = [policy]
    tables.redirects = [conversation == .dns ? .dns : .http]
    return tables
  }

  private static func hello(_ name: String) -> [UInt8] {
    func big(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 0xff), UInt8(number & 0xff)] }
    let entry = [0] + big(name.utf8.count) + Array(name.utf8)
    let extensions = [0, 0] + big(entry.count + 2) + big(entry.count) + entry
    let body =
      [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, 2, 0x13, 0x01, 1, 0] + big(extensions.count) + extensions
    let message = [1, 0] + big(body.count) + body
    return [22, 3, 1] + big(message.count) + message
  }
}

/// One connection's packets.
private struct Connection {
  static let port: UInt16 = 80

  let number: Int
  let isDNS: Bool
  private(set) var packets: [ProxiedPackets.Packet] = []
  private var next: [UInt32] = [1, 1]

  init(number: Int, isDNS: Bool) {
    self.number = number
    self.isDNS = isDNS
  }

  mutating func open() {
    send([], flags: 2)
    send([], isReply: true, flags: 18)
    send([])
  }

  mutating func send(_ payload: [UInt8], isReply: Bool = false, flags: UInt8 = 16) {
    func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }
    func big(_ number: UInt32) -> [UInt8] { big(UInt16(number >> 16)) + big(UInt16(truncatingIfNeeded: number)) }
    let own = isReply ? 1 : 0
    let client = big(UInt16(10_000 + number))
    let ports = isReply ? big(Self.port) + client : client + big(Self.port)
    var transport: [UInt8]
    if isDNS {
      transport = ports + big(UInt16(8 + payload.count)) + [0, 0]
    } else {
      transport = ports + big(next[own]) + big(next[1 - own]) + [0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
      next[own] &+= UInt32(payload.count) + (flags & 2 != 0 ? 1 : 0)
    }
    transport += payload
    let (a, b): ([UInt8], [UInt8]) = ([10, 0, 0, 1], [10, 0, 0, 2])
    let header =
      [0x45, 0] + big(UInt16(20 + transport.count)) + [0, 0, 0, 0, 64, isDNS ? 17 : 6, 0, 0]
      + (isReply ? b + a : a + b)
    var hop = HopVerdict()
    hop.flags = .present
    hop.state = isReply ? .reply : .established
    hop.verdict = .redirected
    hop.redirect = 1
    var verdict = PacketVerdict()
    if isReply { verdict.ingress = hop } else { verdict.egress = hop }
    verdict.verdict = .redirected
    (verdict.sourceEndpoint, verdict.destinationEndpoint) = isReply ? (-1, 0) : (0, -1)
    (verdict.sourceIdentity, verdict.destinationIdentity) = isReply ? (1002, 1001) : (1001, 1002)
    packets.append(.init(bytes: header + transport, verdict: verdict))
  }
}
