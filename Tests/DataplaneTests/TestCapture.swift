import Addresses
import Packet

/// Ethernet frames in memory, as a reader hands them out.
final class TestCapture {
  private struct Frame {
    var bytes: [UInt8]
    var time: Int64
  }

  private var frames: [Frame] = []

  func add(
    _ source: IPAddress, _ destination: IPAddress, _ number: UInt8, _ payload: [UInt8], fragment: UInt16 = 0,
    at time: Int64
  ) {
    var bytes: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    if source.isIPv6 {
      bytes += [0x86, 0xdd, 0x60, 0, 0, 0] + Self.big(payload.count) + [number, 64]
      bytes += Self.big(source.high) + Self.big(source.low) + Self.big(destination.high) + Self.big(destination.low)
    } else {
      bytes += [8, 0, 0x45, 0] + Self.big(20 + payload.count) + [0, 7] + Self.big(Int(fragment)) + [64, number, 0, 0]
      bytes += Self.big(source.low).suffix(4) + Self.big(destination.low).suffix(4)
    }
    frames.append(Frame(bytes: bytes + payload, time: time))
  }

  static func tcp(_ source: UInt16, _ destination: UInt16, _ flags: UInt8) -> [UInt8] {
    big(Int(source)) + big(Int(destination)) + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 1, 0, 0, 0, 0, 0]
  }

  static func udp(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
    big(Int(source)) + big(Int(destination)) + [0, 8, 0, 0]
  }

  static func icmp(_ type: UInt8) -> [UInt8] { [type, 1, 0, 0, 0, 5, 0, 1] }

  /// Calls `body` with at most `capacity` packets at a time.
  func batches(of capacity: Int, _ body: (borrowing CapturedPackets) -> Void) {
    let all = UnsafeMutableRawBufferPointer.allocate(byteCount: frames.reduce(64) { $0 + $1.bytes.count }, alignment: 8)
    defer { all.deallocate() }
    var offset = 0
    var packets = CapturedPackets(capacity: capacity)
    for frame in frames {
      let bytes = UnsafeMutableRawBufferPointer(rebasing: all[offset..<offset + frame.bytes.count])
      bytes.copyBytes(from: frame.bytes)
      offset += frame.bytes.count
      packets.append(
        CapturedPacket(
          timestamp: frame.time, originalLength: UInt32(frame.bytes.count), linkType: 1,
          bytes: UnsafeRawBufferPointer(bytes)))
      if packets.count == capacity {
        body(packets)
        packets.removeAll()
      }
    }
    if packets.count > 0 { body(packets) }
  }

  func headers(_ packet: CapturedPacket) -> PacketHeaders {
    PacketHeaders(dissecting: packet.bytes, linkType: .ethernet, originalLength: packet.originalLength)
  }

  private static func big(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }
  private static func big(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(value >> (56 - 8 * UInt64($0)) & 0xff) } }
}
