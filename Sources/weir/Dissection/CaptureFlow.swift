import Addresses
import Packet

/// One end of a flow.
struct FlowEnd: Equatable, Comparable {
  var address: IPAddress
  /// Nil for protocols without ports and for fragments after the first.
  var port: UInt16?

  static func < (a: FlowEnd, b: FlowEnd) -> Bool {
    a.address != b.address ? a.address < b.address : Int(a.port ?? 0) < Int(b.port ?? 0)
  }
}

/// Both directions of a flow: the ends in ascending order.
struct FlowKey: Equatable {
  var low: FlowEnd
  var high: FlowEnd
  var protocolNumber: UInt8

  /// Nil for packets without an IP header, else the key and whether the packet goes from `low` to `high`.
  @inline(__always)
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

  /// Unseeded, so that equal captures give equal output; the index bounds its probes instead of trusting the spread.
  @inline(__always)
  var hash: UInt64 {
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    let ports = UInt64(low.port ?? 0) &<< 32 | UInt64(high.port ?? 0) &<< 8 | UInt64(protocolNumber)
    var mixed = (low.address.low ^ ports &<< 16) &* prime
    mixed ^= mixed &>> 32
    mixed = (mixed ^ high.address.low ^ (low.address.high &+ high.address.high &* prime)) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ mixed &>> 32
  }
}

/// A flow as counted in one capture, named by the direction of its first packet.
struct CaptureFlow {
  /// What the reassembly knows of a TCP flow.
  struct Stream {
    /// The number of its connection; -1 when it has none.
    var number: Int32 = -1
    /// Nothing that is said is of interest any more, until another connection begins.
    var isDone = false
  }

  var key: FlowKey
  var ascending: Bool
  var tcpFlags: UInt16 = 0
  var stream = Stream()
  var packets = 0
  var bytes = 0
  var reversePackets = 0
  var reverseBytes = 0
  var firstFrame: Int
  var lastFrame: Int

  init(key: FlowKey, ascending: Bool, firstFrame: Int, lastFrame: Int) {
    self.key = key
    self.ascending = ascending
    self.firstFrame = firstFrame
    self.lastFrame = lastFrame
  }

  var source: FlowEnd { ascending ? key.low : key.high }
  var destination: FlowEnd { ascending ? key.high : key.low }

  @inline(__always)
  mutating func count(_ length: Int, ascending: Bool, frame: Int, tcpFlags: UInt16) {
    if ascending == self.ascending {
      packets += 1
      bytes &+= length
    } else {
      reversePackets += 1
      reverseBytes &+= length
    }
    lastFrame = frame
    self.tcpFlags |= tcpFlags
  }
}
