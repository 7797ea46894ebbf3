internal import Addresses
public import Packet

/// Hands the streams of SCTP associations (RFC 9260) to a `StreamReassembler`, as if each were a TCP connection.
///
/// The chunks of one direction are numbered across its streams. Here they are put in that order, and the user messages
/// of a stream follow each other. Bounded: when too many chunks wait, what they wait for is lost; the directions of too
/// many associations are forgotten together.
public struct SCTPReader {
  /// Directions that are followed at once.
  static let maximumDirections = 4096

  private struct Ends: Hashable {
    var source: StreamEnd
    var destination: StreamEnd
  }

  private enum ChunkType {
    static let data: UInt8 = 0
    static let initiation: UInt8 = 1
    static let initiationAcknowledgement: UInt8 = 2
    static let headerLength = 4
  }

  private var directions: [Ends: SCTPDirection] = [:]
  /// Directions that were forgotten for others.
  public private(set) var evictions = 0

  public init() {}

  /// - Parameters:
  ///   - headers: what was read of `bytes`, an SCTP packet.
  public mutating func read<Consumer: StreamConsumer & ~Copyable>(
    _ headers: PacketHeaders, _ bytes: RawSpan, frame: Int, timestamp: Int64, into streams: inout StreamReassembler,
    to consumer: inout Consumer
  ) {
    guard headers.flags.contains(.hasPorts), headers.payloadOffset > headers.transportOffset,
      headers.payloadEnd >= headers.payloadOffset,
      headers.flags.isDisjoint(with: [.transportTruncated, .transportMalformed])
    else { return }
    let ends = Ends(
      source: StreamEnd(address: headers.source, port: headers.sourcePort),
      destination: StreamEnd(address: headers.destination, port: headers.destinationPort))
    if directions.count >= Self.maximumDirections, directions[ends] == nil {
      evictions += directions.count
      directions.removeAll()
    }
    let content = bytes.extracting(Int(headers.payloadOffset)..<Int(headers.payloadEnd))
    var segment = TCPSegment(
      source: ends.source, destination: ends.destination, sequence: 0, flags: [], length: 0, frame: frame,
      timestamp: timestamp)
    var chunks = ByteReader(content)
    while let type = chunks.byte(), chunks.skip(1), let length = chunks.uint16(),
      length >= UInt16(ChunkType.headerLength)
    {
      let wireLength = Int(length) - ChunkType.headerLength
      guard let range = chunks.range(min(wireLength, chunks.remaining)) else { return }
      let body = content.extracting(range)
      switch type {
      case ChunkType.initiation, ChunkType.initiationAcknowledgement:
        directions[ends, default: SCTPDirection()].begin(body)
      case ChunkType.data:
        directions[ends, default: SCTPDirection()].add(
          body, wireLength: wireLength, &segment, into: &streams, to: &consumer)
      default: break
      }
      // Chunks are padded to whole words.
      guard chunks.skip(min((4 - Int(length) & 3) & 3, chunks.remaining)) else { return }
    }
  }
}
