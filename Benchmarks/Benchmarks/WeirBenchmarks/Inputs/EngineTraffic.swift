import Addresses

/// Traffic between the pods of `EngineWorld`.
struct EngineTraffic {
  private var random = RandomNumbers(seed: 3)

  /// `count` connections between random pods, each with a source port of its own.
  mutating func connections(_ count: Int, isIPv6: Bool = false) -> [(client: Socket, server: Socket)] {
    (0..<count).map { number in
      let client = random.below(EngineWorld.pods)
      let server = (client + 1 + random.below(EngineWorld.pods - 1)) % EngineWorld.pods
      let address = isIPv6 ? EngineWorld.addressIPv6 : EngineWorld.address
      return (
        Socket(address: address(client), port: UInt16(1024 + number % 60_000)),
        Socket(address: address(server), port: EngineWorld.openPort)
      )
    }
  }

  static func openings(_ connections: [(client: Socket, server: Socket)]) -> FrameBatch {
    var batch = FrameBatch()
    for connection in connections { batch.append(Frame.tcp(connection.client, connection.server, flags: Frame.syn)) }
    return batch
  }

  /// Segments of connections that are open, in both directions, in random order.
  mutating func segments(_ count: Int, of connections: [(client: Socket, server: Socket)]) -> FrameBatch {
    var batch = FrameBatch()
    for _ in 0..<count { batch.append(segment(of: connections)) }
    return batch
  }

  /// Attempts at a port that no policy allows, each repeated like a SYN that nobody answers.
  mutating func attempts(_ count: Int) -> FrameBatch {
    let attempts = connections(count / 4)
    var batch = FrameBatch()
    for _ in 0..<4 {
      for attempt in attempts { batch.append(refused(attempt)) }
    }
    return batch
  }

  /// Of a hundred packets 82 belong to open connections (one in ten of them IPv6), 8 open a connection, 5 are refused,
  /// and 5 go over UDP to addresses outside.
  mutating func mixture(_ count: Int, open: [(client: Socket, server: Socket)]) -> FrameBatch {
    let fresh = connections(count)
    var batch = FrameBatch()
    for number in 0..<count {
      let next = fresh[number]
      switch random.below(100) {
      case 0..<82: batch.append(segment(of: open))
      case 82..<90: batch.append(Frame.tcp(next.client, next.server, flags: Frame.syn))
      case 90..<95: batch.append(refused(next))
      default:
        let outside = IPAddress(ipv4: 0xc612_0000 + UInt32(random.below(1 << 16)))
        batch.append(Frame.udp(next.client, Socket(address: outside, port: 53)))
      }
    }
    return batch
  }

  private func refused(_ attempt: (client: Socket, server: Socket)) -> [UInt8] {
    let server = Socket(address: attempt.server.address, port: EngineWorld.closedPort)
    return Frame.tcp(attempt.client, server, flags: Frame.syn)
  }

  private mutating func segment(of connections: [(client: Socket, server: Socket)]) -> [UInt8] {
    let connection = random.pick(connections)
    return random.below(2) == 0
      ? Frame.tcp(connection.client, connection.server, flags: Frame.ack, payload: 100)
      : Frame.tcp(connection.server, connection.client, flags: Frame.ack, payload: 400)
  }
}
