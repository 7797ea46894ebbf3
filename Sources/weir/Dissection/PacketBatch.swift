import CPrefetch
import Capture
import Packet

/// Packets that are looked at together: the memory that the later ones need is asked for before the first is looked at.
struct PacketBatch: ~Copyable {
  /// As many have their headers read at once; few enough for the fastest cache.
  private static let group = 32
  /// How far ahead a packet's own bytes are asked for.
  private static let ahead = 8

  private var packets = CapturedPackets(capacity: 512)
  private var start = 0
  /// Packets in the group.
  private(set) var count = 0
  private var headers = [PacketHeaders](repeating: PacketHeaders(), count: Self.group)
  private var guesses = [Int](repeating: -1, count: Self.group)
  private var places = [FlowTable.Place?](repeating: nil, count: Self.group)

  /// Reads the headers of the next packets; false at the capture's end.
  mutating func next(_ reader: inout CaptureReader, _ flows: borrowing FlowTable, _ messages: borrowing MessageReader)
    -> Bool
  {
    start += count
    if start == packets.count {
      reader.next(&packets)
      start = 0
    }
    count = min(Self.group, packets.count - start)
    for position in 0..<count {
      let packet = packets[start + position]
      if start + position + Self.ahead < packets.count {
        weir_prefetch(packets[start + position + Self.ahead].bytes.baseAddress)
      }
      headers[position] = PacketHeaders(
        dissecting: packet.bytes, linkType: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength
      ).inspected(packet.bytes)
      places[position] = flows.place(headers[position])
    }
    for position in 0..<count { guesses[position] = places[position].map { flows.prefetch($0) } ?? -1 }
    for position in 0..<count where guesses[position] >= 0 { messages.prefetch(flows[stream: guesses[position]]) }
    return count > 0
  }

  subscript(position: Int) -> CapturedPacket { packets[start + position] }
  func headers(_ position: Int) -> PacketHeaders { headers[position] }
  /// Of the packet's flow, and its number if it is known already.
  func place(_ position: Int) -> FlowTable.Place? { places[position] }
  func guess(_ position: Int) -> Int { guesses[position] }
}
