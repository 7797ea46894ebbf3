import Addresses
import Rules
import Tables

/// Connections between the endpoints of a cluster: the same packets for the same tables and seed.
///
/// Of ten connections nine go where an entry of the server's policy lets somebody in, from one whom it lets in (the
/// client's own policy may still refuse); one goes to a port of nobody's choosing and is tried three times. Those that
/// open exchange a few packets, in ten cases many, both ways. At any time some hundred are under way.
struct SyntheticTraffic {
  private let endpoints: [Endpoint]
  private let openings: [[PolicyMapEntry]]
  private let byIdentity: [UInt32: [Int]]
  private var random: SplitMix

  /// How many connections are under way together.
  private static let concurrency = 256
  private static let start: Int64 = 1_760_000_000_000_000_000
  /// From packet to packet.
  private static let step: Int64 = 5000

  private struct Connection {
    var client: SyntheticFrame.End
    var server: SyntheticFrame.End
    var isTCP: Bool
    /// Packets in all.
    var count: Int
    /// Nobody answers.
    var isAttempt: Bool
    var sent = 0
  }

  /// Nil where there are not two endpoints with addresses.
  init?(_ tables: Tables, seed: UInt64) {
    endpoints = tables.endpoints.filter {
      $0.isLocal && !$0.podName.isEmpty && !$0.addresses.isEmpty && $0.policy != nil
    }
    guard endpoints.count > 1 else { return nil }
    openings = endpoints.map { endpoint in
      guard let policy = endpoint.policy else { return [] }
      return tables.policies[policy].entries.filter {
        $0.key.direction == .ingress && !$0.isDeny && $0.key.port > 0
          && [L4Protocol.tcp.rawValue, L4Protocol.udp.rawValue].contains($0.key.protocolNumber)
      }
    }
    byIdentity = Dictionary(grouping: endpoints.indices, by: { [endpoints] in endpoints[$0].identity })
    random = SplitMix(seed: seed)
  }

  mutating func packets(_ flows: Int, into builder: inout PacketLoad.Builder) {
    var open: [Connection] = []
    var made = 0
    while made < flows || !open.isEmpty {
      while made < flows, open.count < Self.concurrency {
        open.append(connection(made))
        made += 1
      }
      let chosen = random.below(open.count)
      let frame = frame(&open[chosen])
      builder.append(frame.bytes(), at: Self.start + Int64(builder.count) * Self.step, length: frame.length)
      if open[chosen].sent == open[chosen].count { open.swapAt(chosen, open.count - 1) }
      if open.last?.sent == open.last?.count { open.removeLast() }
    }
  }

  private mutating func connection(_ number: Int) -> Connection {
    let server = random.below(endpoints.count)
    let isAttempt = random.below(10) == 0
    var client = random.below(endpoints.count)
    var port = UInt16(1024 + random.below(30_000))
    var isTCP = true
    if !isAttempt, let entry = openings[server].randomElement(using: &random) {
      isTCP = entry.key.protocolNumber == L4Protocol.tcp.rawValue
      port = entry.key.port
      if let admitted = byIdentity[entry.key.identity]?.randomElement(using: &random) { client = admitted }
    }
    if client == server { client = (client + 1) % endpoints.count }
    let (from, to) = addresses(client, server)
    let exchange = 1 + random.below(random.below(10) == 0 ? 80 : 8)
    return Connection(
      client: .init(address: from, port: UInt16(32_768 + number % 28_000)), server: .init(address: to, port: port),
      isTCP: isTCP, count: isAttempt ? 3 : isTCP ? exchange + 6 : exchange, isAttempt: isAttempt)
  }

  /// Of one family where both have it.
  private mutating func addresses(_ client: Int, _ server: Int) -> (IPAddress, IPAddress) {
    let from = endpoints[client].addresses[random.below(endpoints[client].addresses.count)]
    let to = endpoints[server].addresses.first { $0.isIPv6 == from.isIPv6 } ?? endpoints[server].addresses[0]
    return (endpoints[client].addresses.first { $0.isIPv6 == to.isIPv6 } ?? from, to)
  }

  private mutating func frame(_ connection: inout Connection) -> SyntheticFrame {
    let number = connection.sent
    connection.sent += 1
    var isRequest = true
    var flags: UInt8? = nil
    if connection.isTCP {
      (isRequest, flags) = connection.isAttempt ? (true, 0x02) : segment(number, of: connection.count)
    } else {
      isRequest = number % 2 == 0
    }
    let hasPayload = flags == nil || flags == 0x18
    return SyntheticFrame(
      source: isRequest ? connection.client : connection.server,
      destination: isRequest ? connection.server : connection.client, tcpFlags: flags,
      payload: hasPayload ? 20 + random.below(1400) : 0)
  }

  /// A handshake of three, data, and the end by FIN from both.
  private mutating func segment(_ number: Int, of count: Int) -> (isRequest: Bool, flags: UInt8) {
    switch number {
    case 0: (true, 0x02)
    case 1: (false, 0x12)
    case 2: (true, 0x10)
    case count - 3: (true, 0x11)
    case count - 2: (false, 0x11)
    case count - 1: (true, 0x10)
    default: (random.below(2) == 0, 0x18)
    }
  }
}
