import Addresses
import Layer7
import Packet
import Testing

/// An SCTP association between 10.0.0.1:40000 and 10.0.0.2:80.
private struct Association: ~Copyable {
  struct Chunk {
    var number: UInt32
    var stream: UInt16
    var data: [UInt8]
  }

  private var reader = SCTPReader()
  private var streams = StreamReassembler()
  private(set) var recorder = StreamRecorder()

  mutating func send(_ chunks: [Chunk], isReply: Bool = false) {
    var packet: [UInt8] = isReply ? [0, 80, 0x9c, 0x40] : [0x9c, 0x40, 0, 80]
    packet += [0, 0, 0, 1, 0, 0, 0, 0]
    for chunk in chunks {
      let length = 16 + chunk.data.count
      packet += [0, 3] + big(UInt32(length)).suffix(2) + big(chunk.number) + big(UInt32(chunk.stream)).suffix(2)
      packet += [0, 0, 0, 0, 0, 0] + chunk.data + [UInt8](repeating: 0, count: (4 - length % 4) % 4)
    }
    add(packet, isReply: isReply)
  }

  /// INIT with the first number of its sender.
  mutating func begin(at number: UInt32) {
    let body: [UInt8] = [0, 0, 0, 1, 0, 0, 0xff, 0xff, 0, 1, 0, 1] + big(number)
    add([0x9c, 0x40, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 20] + body, isReply: false)
  }

  mutating func add(_ payload: [UInt8], isReply: Bool) {
    let ends: [UInt8] = isReply ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2]
    let bytes = [0x45, 0] + big(UInt32(20 + payload.count)).suffix(2) + [0, 0, 0, 0, 64, 132, 0, 0] + ends + payload
    let headers = PacketHeaders(dissecting: bytes.span.bytes, linkType: .rawIP, originalLength: UInt32(bytes.count))
    reader.read(headers, bytes.span.bytes, frame: 1, timestamp: 0, into: &streams, to: &recorder)
  }

  private func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - $0 * 8)) } }
}

/// Streams of SCTP associations: chunks in any order make the messages that their streams carry.
@Suite struct SCTPReaderTests {
  @Test func streamsAreReadApart() {
    var association = Association()
    association.send([
      Association.Chunk(number: 5, stream: 0, data: [2, 1]), Association.Chunk(number: 6, stream: 1, data: [1, 9]),
    ])
    association.send([Association.Chunk(number: 7, stream: 0, data: [2])])
    association.send([Association.Chunk(number: 70, stream: 0, data: [1, 7])], isReply: true)
    let recorder = association.recorder
    #expect(recorder.messages == [[9], [1, 2], [7]])
  }

  @Test func chunksArePutInOrderAndReadOnce() {
    var association = Association()
    association.begin(at: 0xffff_ffff)
    association.send([Association.Chunk(number: 1, stream: 0, data: [3])])
    association.send([Association.Chunk(number: 0, stream: 0, data: [2])])
    let before = association.recorder
    #expect(before.messages.isEmpty)
    association.send([Association.Chunk(number: 0xffff_ffff, stream: 0, data: [3, 1])])
    association.send([Association.Chunk(number: 0, stream: 0, data: [2])])
    let recorder = association.recorder
    #expect(recorder.messages == [[1, 2, 3]])
  }

  @Test func whatIsNeverSentIsGivenUp() {
    var association = Association()
    association.send([Association.Chunk(number: 1, stream: 0, data: [2, 1])])
    for number in 3..<100 {
      association.send([Association.Chunk(number: UInt32(number), stream: 0, data: [1, UInt8(number)])])
    }
    let recorder = association.recorder
    #expect(recorder.breaks == [.lost(nil)])
    #expect(recorder.messages.count == 97)
  }

  @Test func anyBytesAreSurvived() {
    var association = Association()
    var random = Random(seed: 9260)
    for _ in 0..<5_000 {
      association.add(random.bytes(80), isReply: Bool.random(using: &random))
    }
  }
}
