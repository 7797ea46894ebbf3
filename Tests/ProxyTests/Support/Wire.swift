import Addresses
import Packet

/// Packets of one connection as bytes, without a link layer.
struct Wire {
  static let client = IPAddress(ipv4: 0x0a00_0001)
  static let server = IPAddress(ipv4: 0x0a00_0002)

  var port: UInt16
  let clientPort: UInt16
  /// By direction: from the client, from the server.
  private var next: [UInt32] = [1_000, 0xffff_ff00]

  init(port: UInt16, clientPort: UInt16 = 40_000) {
    self.port = port
    self.clientPort = clientPort
  }

  struct Segment {
    var isReply: Bool
    var bytes: [UInt8]
  }

  enum Flags {
    static let fin: UInt8 = 1
    static let syn: UInt8 = 2
    static let rst: UInt8 = 4
    static let ack: UInt8 = 16
  }

  /// The next segment of one direction.
  mutating func tcp(_ payload: [UInt8] = [], isReply: Bool = false, flags: UInt8 = Flags.ack) -> Segment {
    let direction = isReply ? 1 : 0
    let sequence = next[direction]
    next[direction] &+= UInt32(payload.count) + (flags & (Flags.syn | Flags.fin) != 0 ? 1 : 0)
    let (source, destination) = isReply ? (port, clientPort) : (clientPort, port)
    let header =
      Self.big(source) + Self.big(destination) + Self.big(sequence) + Self.big(next[1 - direction])
      + [0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
    return Segment(isReply: isReply, bytes: Self.ip(6, header + payload, isReply: isReply))
  }

  func udp(_ payload: [UInt8], isReply: Bool = false) -> Segment {
    let (source, destination) = isReply ? (port, clientPort) : (clientPort, port)
    let header = Self.big(source) + Self.big(destination) + Self.big(UInt16(payload.count + 8)) + [0, 0]
    return Segment(isReply: isReply, bytes: Self.ip(17, header + payload, isReply: isReply))
  }

  /// SYN, SYN with ACK, ACK.
  mutating func handshake() -> [Segment] {
    [
      tcp(flags: Flags.syn), tcp(isReply: true, flags: Flags.syn | Flags.ack), tcp(),
    ]
  }

  private static func ip(_ protocolNumber: UInt8, _ payload: [UInt8], isReply: Bool) -> [UInt8] {
    let (source, destination) = isReply ? (server, client) : (client, server)
    return [0x45, 0] + big(UInt16(payload.count + 20)) + [0, 0, 0, 0, 64, protocolNumber, 0, 0]
      + big(UInt32(source.low)) + big(UInt32(destination.low)) + payload
  }

  static func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }

  static func big(_ number: UInt32) -> [UInt8] {
    big(UInt16(number >> 16)) + big(UInt16(truncatingIfNeeded: number))
  }
}
