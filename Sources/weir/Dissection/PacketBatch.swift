import CPrefetch
import Capture
import Layer7
import Packet

/// Packets that are looked at together: the memory that the later ones need is asked for before the first is looked at.
struct PacketBatch: ~Copyable {
  /// What is known of one packet of the group. It stays where it is: it is too large to be copied for every packet.
  struct Slot: BitwiseCopyable {
    var headers = PacketHeaders()
    /// Of the packet's flow.
    var place: FlowTable.Place?
    /// The flow's number, if it is known already.
    var guess = -1
  }

  /// As many have their headers read at once; few enough for the fastest cache.
  private static let group = 32
  /// How far ahead a packet's own bytes are asked for.
  private static let ahead = 8

  private var packets = CapturedPackets(capacity: 512)
  private var start = 0
  /// Packets in the group.
  private(set) var count = 0
  private(set) var slots = GrowingTable<Slot>()

  init() {
    for _ in 0..<Self.group { slots.append(Slot()) }
  }

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
      slots[position].headers = PacketHeaders(
        dissecting: packet.bytes, linkType: LinkType(rawValue: packet.linkType), originalLength: packet.originalLength)
      if slots[position].headers.mayHideMore {
        slots[position].headers = slots[position].headers.inspected(packet.bytes)
      }
      slots[position].place = flows.place(slots[position].headers)
    }
    for position in 0..<count {
      slots[position].guess = slots[position].place.map { flows.prefetch($0) } ?? -1
    }
    for position in 0..<count where slots[position].guess >= 0 {
      messages.prefetch(flows[stream: slots[position].guess])
    }
    return count > 0
  }

  subscript(position: Int) -> CapturedPacket { packets[start + position] }
}
