import Addresses
import Layer7

enum Streams {
  /// The input is a list of segments: six bytes of header, then what they carry.
  static func reassemble(_ bytes: RawSpan) {
    var limits = StreamLimits()
    limits.bytesPerDirection = 4096
    limits.bytes = 1 << 16
    limits.streams = 4
    var reassembler = StreamReassembler(limits: limits)
    var consumer = Listener()
    var position = 0
    var frame = 1
    func byte(_ offset: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: position + offset, as: UInt8.self) }
    while bytes.byteCount - position >= 6 {
      let ends = [
        StreamEnd(address: IPAddress(ipv4: 0x0a00_0001 + UInt32(byte(0) >> 4 & 7)), port: 40_000),
        StreamEnd(address: IPAddress(ipv4: 0x0a00_0100), port: 80),
      ]
      let isReply = byte(0) & 1 == 1
      let length = min(Int(byte(4)), bytes.byteCount - position - 6)
      let segment = TCPSegment(
        source: ends[isReply ? 1 : 0], destination: ends[isReply ? 0 : 1],
        sequence: UInt32(byte(1)) << 24 | UInt32(byte(2)) << 4 | UInt32(byte(3)), acknowledgment: UInt32(byte(5)) << 4,
        flags: TCPSegment.Flags(rawValue: UInt16(byte(0) >> 1 & 7) | 0x10), length: length, frame: frame,
        timestamp: Int64(frame) * 1_000_000)
      reassembler.add(segment, bytes.extracting(position + 6..<position + 6 + length), to: &consumer)
      precondition(reassembler.allocatedBytes <= 2 * limits.bytes)
      position += 6 + length
      frame += 1
    }
    reassembler.finish(&consumer)
  }

  /// Takes as much as the first byte says, so that every way of consuming occurs.
  private struct Listener: StreamConsumer {
    mutating func begin(_ stream: Int) {}

    mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
      precondition(bytes.byteCount >= chunk.seen)
      guard bytes.byteCount > 0 else { return Consumption(consumed: 0) }
      let first = Int(bytes.unsafeLoad(as: UInt8.self))
      if first == 0xff { return .done }
      return Consumption(consumed: first & 1 == 0 ? first >> 1 : 0, needed: first)
    }

    mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool {
      bytes.byteCount & 1 == 0
    }
  }
}
