import CPrefetch
import Layer7
import Packet

/// The flows of one capture, in the order of their first packets.
///
/// Bounded: flows beyond the limit are not listed, and their packets are counted in `unlistedPackets`.
struct FlowTable: ~Copyable {
  static let limit = 1 << 20

  /// Where a packet's flow is to be found.
  struct Place {
    var key: FlowKey
    var hash: UInt64
    var ascending: Bool
  }

  private var table = GrowingTable<CaptureFlow>()
  private(set) var unlistedPackets = 0
  private var index = StreamIndex()

  var flows: UnsafeBufferPointer<CaptureFlow> { table.all }

  /// Nil for packets without an IP header. Asks for the memory that the search will look at.
  @inline(__always)
  func place(_ headers: PacketHeaders) -> Place? {
    guard let (key, ascending) = FlowKey.of(headers) else { return nil }
    let hash = key.hash
    index.prefetch(hash)
    return Place(key: key, hash: hash, ascending: ascending)
  }

  /// Asks for the memory of the flow that is probably a packet's; returns its number, or -1.
  @inline(__always)
  func prefetch(_ place: Place) -> Int {
    let number = index.find(place.hash) { _ in true }
    guard number >= 0 else { return -1 }
    let start = table.address(number)
    weir_prefetch_for_writing(start)
    weir_prefetch_for_writing(start + 64)
    return number
  }

  /// - Parameter guess: what `prefetch` gave.
  /// - Returns: the flow's number; -1 when it is not listed.
  @inline(__always)
  mutating func count(_ place: Place, guess: Int, tcpFlags: UInt16, length: Int, frame: Int) -> Int {
    var number =
      guess >= 0 && table[guess].key == place.key ? guess : index.find(place.hash) { table[$0].key == place.key }
    if number < 0 {
      guard table.count < Self.limit else {
        unlistedPackets += 1
        return -1
      }
      number = table.count
      table.append(
        CaptureFlow(key: place.key, ascending: place.ascending, firstFrame: frame, lastFrame: frame))
      // One that gives way because too many hashes fall together is listed again when it goes on.
      _ = index.insert(place.hash, number)
    }
    table[number].count(length, ascending: place.ascending, frame: frame, tcpFlags: tcpFlags)
    return number
  }

  /// What is known of a flow's stream.
  subscript(stream number: Int) -> CaptureFlow.Stream {
    _read { yield table[number].stream }
    _modify { yield &table[number].stream }
  }
}
