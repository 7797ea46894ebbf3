import Packet

/// What is counted of one capture.
struct CaptureSummary: ~Copyable {
  struct Count {
    var packets = 0
    var bytes = 0

    mutating func add(_ length: Int) {
      packets += 1
      bytes += length
    }
  }

  private(set) var packets = 0
  private(set) var bytes = 0
  private(set) var capturedBytes = 0
  /// Nanoseconds since 1970, of the first and of the last record; nil without any.
  private(set) var firstTimestamp: Int64?
  private(set) var lastTimestamp: Int64?
  /// By protocol number of the outermost IP header; IPv6's after those of IPv4.
  private(set) var byProtocol = [Count](repeating: Count(), count: 512)
  private(set) var withoutIP = Count()
  private(set) var arp = 0
  private(set) var truncated = 0
  private(set) var malformed = 0
  private(set) var fragments = 0
  private(set) var vlanTagged = 0
  var flows = FlowTable()

  /// - Returns: the flow's number; -1 when it has none.
  @inline(__always)
  mutating func count(
    _ packet: PacketBatch.Slot, timestamp: Int64, length: Int, captured: Int
  ) -> Int {
    packets += 1
    // Lengths are below 2³², so that it takes 2³¹ packets to overflow; damaged captures claim such lengths.
    bytes &+= length
    capturedBytes &+= captured
    if firstTimestamp == nil { firstTimestamp = timestamp }
    lastTimestamp = timestamp
    if packet.headers.ipVersion == 0 {
      withoutIP.add(length)
    } else {
      byProtocol[Int(packet.headers.protocolNumber) + (packet.headers.ipVersion == 6 ? 256 : 0)].add(length)
    }
    switch packet.headers.outcome {
    case .arp: arp += 1
    case .truncated: truncated += 1
    case .malformed, .badExtensionHeader: malformed += 1
    case .ip where packet.headers.flags.contains(.transportTruncated): truncated += 1
    case .ip where packet.headers.flags.contains(.transportMalformed): malformed += 1
    default: break
    }
    if packet.headers.flags.contains(.fragment) { fragments += 1 }
    if packet.headers.vlanCount > 0 { vlanTagged += 1 }
    guard let place = packet.place else { return -1 }
    return flows.count(place, guess: packet.guess, tcpFlags: packet.headers.tcpFlags, length: length, frame: packets)
  }

  /// The protocols that occurred, most packets first.
  var protocols: [(version: Int, number: UInt8, count: Count)] {
    byProtocol.enumerated().filter { $0.element.packets > 0 }
      .map { (version: $0.offset < 256 ? 4 : 6, number: UInt8($0.offset & 0xff), count: $0.element) }
      .sorted { ($1.count.packets, $0.version, $0.number) < ($0.count.packets, $1.version, $1.number) }
  }
}
