import Addresses
import Packet

/// One end of a flow.
struct FlowEnd: Hashable, Comparable {
  var address: IPAddress
  /// Nil for protocols without ports and for fragments after the first.
  var port: UInt16?

  static func < (a: FlowEnd, b: FlowEnd) -> Bool {
    a.address != b.address ? a.address < b.address : Int(a.port ?? 0) < Int(b.port ?? 0)
  }
}

/// Both directions of a flow: the ends in ascending order.
struct FlowKey: Hashable {
  var low: FlowEnd
  var high: FlowEnd
  var protocolNumber: UInt8

  /// Nil for packets without an IP header, else the key and whether the packet goes from `low` to `high`.
  static func of(_ headers: PacketHeaders) -> (key: FlowKey, ascending: Bool)? {
    guard headers.ipVersion != 0 else { return nil }
    let hasPorts = headers.flags.contains(.hasPorts)
    let source = FlowEnd(address: headers.source, port: hasPorts ? headers.sourcePort : nil)
    let destination = FlowEnd(address: headers.destination, port: hasPorts ? headers.destinationPort : nil)
    let number = headers.protocolNumber
    return destination < source
      ? (FlowKey(low: destination, high: source, protocolNumber: number), false)
      : (FlowKey(low: source, high: destination, protocolNumber: number), true)
  }

  /// Mixed by hand into one word: hashing field by field costs more than the rest of a packet.
  func hash(into hasher: inout Hasher) {
    let prime: UInt64 = 0x9e37_79b9_7f4a_7c15
    var mixed = low.address.high ^ (low.address.low &* prime)
    mixed = (mixed ^ high.address.high) &* prime ^ high.address.low
    mixed = mixed &* prime ^ (UInt64(low.port ?? 0) << 32 | UInt64(high.port ?? 0) << 8 | UInt64(protocolNumber))
    hasher.combine(mixed)
  }
}

/// A flow as counted in one capture, named by the direction of its first packet.
struct CaptureFlow {
  var key: FlowKey
  var ascending: Bool
  var packets = 0
  var bytes = 0
  var reversePackets = 0
  var reverseBytes = 0
  var firstFrame: Int
  var lastFrame: Int
  var tcpFlags: UInt16 = 0

  var source: FlowEnd { ascending ? key.low : key.high }
  var destination: FlowEnd { ascending ? key.high : key.low }

  mutating func count(_ length: Int, ascending: Bool, frame: Int, tcpFlags: UInt16) {
    if ascending == self.ascending {
      packets += 1
      bytes += length
    } else {
      reversePackets += 1
      reverseBytes += length
    }
    lastFrame = frame
    self.tcpFlags |= tcpFlags
  }
}
