import Capture
import Packet

/// Packets in memory, one after another as in a capture, to be judged again and again.
///
/// Unsafe, because what the engine judges borrows its bytes: they are the value's own, and never move once it is made.
struct PacketLoad: ~Copyable {
  fileprivate struct Record {
    var timestamp: Int64
    var originalLength: UInt32
    var linkType: UInt32
    var offset: Int
    var count: Int
  }

  /// Gathers the packets.
  struct Builder {
    fileprivate var bytes: [UInt8] = []
    fileprivate var records: [Record] = []
    /// Bytes that the packets take at most.
    let limit: Int

    init(limit: Int = .max) { self.limit = limit }

    var count: Int { records.count }
    var isFull: Bool { bytes.count >= limit }

    mutating func append(_ packet: CapturedPacket) {
      append(packet.bytes, at: packet.timestamp, length: packet.originalLength, linkType: packet.linkType)
    }

    mutating func append(
      _ frame: some Collection<UInt8>, at timestamp: Int64, length: UInt32, linkType: UInt32 = 1
    ) {
      records.append(
        Record(
          timestamp: timestamp, originalLength: length, linkType: linkType, offset: bytes.count, count: frame.count))
      bytes += frame
    }
  }

  private let memory: UnsafeMutableRawBufferPointer
  private let records: [Record]

  init(_ builder: consuming Builder) {
    memory = .allocate(byteCount: max(builder.bytes.count, 1), alignment: 64)
    memory.copyBytes(from: builder.bytes)
    records = builder.records
  }

  deinit { memory.deallocate() }

  var count: Int { records.count }
  /// Bytes in memory.
  var byteCount: Int { records.reduce(0) { $0 + $1.count } }

  /// Replaces `packets` by as many as it holds, those from `start` on.
  func fill(_ packets: inout CapturedPackets, from start: Int) {
    let end = min(start + packets.capacity, records.count)
    packets.refill { buffer in
      for index in start..<end {
        let record = records[index]
        buffer[index - start] = CapturedPacket(
          timestamp: record.timestamp, originalLength: record.originalLength, linkType: record.linkType,
          bytes: UnsafeRawBufferPointer(rebasing: memory[record.offset..<record.offset + record.count]))
      }
      return end - start
    }
    packets.upcoming = end < records.count ? memory.baseAddress.map { UnsafeRawPointer($0 + records[end].offset) } : nil
  }
}
