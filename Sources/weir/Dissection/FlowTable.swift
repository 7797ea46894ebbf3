import Packet

/// The flows of one capture, in the order of their first packets.
///
/// Bounded: flows beyond the limit are not listed, and their packets are counted in `unlistedPackets`.
struct FlowTable {
  static let limit = 1 << 20

  private(set) var flows: [CaptureFlow] = []
  private(set) var unlistedPackets = 0
  private var indexes: [FlowKey: Int] = [:]

  mutating func count(_ headers: PacketHeaders, length: Int, frame: Int) {
    guard let (key, ascending) = FlowKey.of(headers) else { return }
    if let index = indexes[key] {
      flows[index].count(length, ascending: ascending, frame: frame, tcpFlags: headers.tcpFlags)
    } else if flows.count < Self.limit {
      indexes[key] = flows.count
      var flow = CaptureFlow(key: key, ascending: ascending, firstFrame: frame, lastFrame: frame)
      flow.count(length, ascending: ascending, frame: frame, tcpFlags: headers.tcpFlags)
      flows.append(flow)
    } else {
      unlistedPackets += 1
    }
  }
}
