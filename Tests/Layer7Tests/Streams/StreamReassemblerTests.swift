import Addresses
import Layer7
import Testing

@Suite struct StreamReassemblerTests {
  private static let client = StreamEnd(address: IPAddress(ipv4: 0x0a00_0001), port: 40000)
  private static let server = StreamEnd(address: IPAddress(ipv4: 0x0a00_0002), port: 443)

  /// One connection's client, whose stream begins at `start`.
  private struct Connection: ~Copyable {
    var reassembler: StreamReassembler
    var recorder = StreamRecorder()
    var start: UInt32 = 1000
    var frame = 0

    init(limits: StreamLimits = StreamLimits()) {
      reassembler = StreamReassembler(limits: limits)
    }

    mutating func send(
      _ bytes: [UInt8], at offset: Int, flags: TCPSegment.Flags = .ack, length: Int? = nil, fromServer: Bool = false,
      acknowledging: Int = 0
    ) {
      frame += 1
      let segment = TCPSegment(
        source: fromServer ? server : client, destination: fromServer ? client : server,
        sequence: start &+ UInt32(truncatingIfNeeded: offset),
        acknowledgment: start &+ UInt32(truncatingIfNeeded: acknowledging), flags: flags,
        length: length ?? bytes.count, frame: frame)
      reassembler.add(segment, bytes.span.bytes, to: &recorder)
    }

    mutating func finish() { reassembler.finish(&recorder) }
  }

  /// `[1, a] [2, b, c] …` as one stream.
  private static func stream(_ messages: [[UInt8]]) -> [UInt8] {
    messages.flatMap { [UInt8($0.count)] + $0 }
  }

  @Test func aMessageInOneSegmentIsReadInPlace() {
    var connection = Connection()
    connection.send([], at: -1, flags: .syn)
    connection.send([2, 7, 8, 1, 9], at: 0)
    #expect(connection.recorder.messages == [[7, 8], [9]])
    #expect(connection.reassembler.allocatedBytes == 0)
    #expect(connection.reassembler.counters.inOrder == 1)
  }

  @Test func whatTheConsumerLeavesComesAgainWithWhatFollows() {
    var connection = Connection()
    for (offset, byte) in [UInt8]([3, 1, 2, 3, 1, 4]).enumerated() { connection.send([byte], at: offset) }
    #expect(connection.recorder.messages == [[1, 2, 3], [4]])
    #expect(connection.recorder.frames == [4, 6])
    #expect(connection.reassembler.allocatedBytes == 0)
  }

  @Test func segmentsOutOfOrderWaitForTheHole() {
    var connection = Connection()
    connection.send([], at: -1, flags: .syn)
    connection.send([3], at: 3)
    connection.send([2, 1], at: 0)
    #expect(connection.recorder.messages.isEmpty)
    connection.send([2], at: 2)
    #expect(connection.recorder.messages == [[1, 2]])
    #expect(connection.reassembler.counters.outOfOrder == 3)
  }

  @Test func theFirstArrivalCountsAndConflictsAreCounted() {
    var connection = Connection()
    connection.send([], at: -1, flags: .syn)
    connection.send([9, 9, 9], at: 2)
    connection.send([4, 1, 5, 5, 5], at: 0)
    #expect(connection.recorder.messages == [[1, 9, 9, 9]])
    #expect(connection.reassembler.counters.conflicts == 1)
    #expect(connection.reassembler.counters.repeatedBytes == 3)
  }

  @Test func theSequenceNumberWraps() {
    var connection = Connection()
    connection.start = .max - 2
    connection.send([], at: -1, flags: .syn)
    connection.send([4, 1], at: 0)
    connection.send([2, 3, 4], at: 2)
    connection.send([4, 1, 2, 3, 4], at: 0)
    #expect(connection.recorder.messages == [[1, 2, 3, 4]])
  }

  @Test func keepAlivesAndProbesAddNothing() {
    var connection = Connection()
    connection.send([], at: -1, flags: .syn)
    connection.send([1, 1], at: 0)
    connection.send([0], at: 1)
    connection.send([], at: 1)
    connection.send([1], at: 2)
    connection.send([1, 2], at: 2)
    #expect(connection.recorder.messages == [[1], [2]])
  }

  @Test func dataMayComeWithTheSYN() {
    var connection = Connection()
    connection.send([1, 1], at: -1, flags: .syn)
    connection.send([1, 2], at: 2)
    #expect(connection.recorder.messages == [[1], [2]])
  }

  @Test func anotherSYNBeginsAnotherConnection() {
    var connection = Connection()
    connection.send([], at: -1, flags: .syn)
    connection.send([2, 1], at: 0)
    connection.send([], at: -1, flags: .syn)
    #expect(connection.recorder.begun == 1)
    connection.start = 500_000
    connection.send([], at: -1, flags: .syn)
    connection.send([1, 5], at: 0)
    #expect(connection.recorder.begun == 2)
    #expect(connection.recorder.messages == [[5]])
    #expect(connection.recorder.breaks.first == .end)
  }

  @Test func aServerMayAnswerTheSameSYNTwice() {
    var connection = Connection()
    connection.send([], at: -1, flags: .syn)
    connection.send([], at: 70_000, flags: [.syn, .ack], fromServer: true)
    connection.send([1, 7], at: 0)
    connection.send([], at: 90_000, flags: [.syn, .ack], fromServer: true)
    connection.send([1, 7], at: 0)
    connection.send([1, 8], at: 90_001, fromServer: true)
    connection.send([1, 9], at: 2)
    #expect(connection.recorder.begun == 1)
    #expect(connection.recorder.messages == [[7], [8], [9]])
  }

  @Test func bytesThatTheReceiverHasAcknowledgedAreNotAwaitedForLong() {
    var limits = StreamLimits()
    limits.heldSegmentsAcknowledged = 2
    var connection = Connection(limits: limits)
    connection.send([], at: -1, flags: .syn)
    connection.send([1, 1], at: 0)
    connection.send([1, 3], at: 10)
    connection.send([1, 4], at: 12)
    connection.send([], at: 0, fromServer: true, acknowledging: 12)
    #expect(connection.recorder.messages == [[1]])
    connection.send([1, 5], at: 14)
    #expect(connection.recorder.messages == [[1], [3], [4], [5]])
    #expect(connection.recorder.breaks == [.lost(8)])
    #expect(connection.reassembler.counters.lostBytes == 8)
  }

  @Test func lostBytesThatNobodyWantsToSeeDoNoHarm() {
    var connection = Connection()
    connection.recorder.skips = true
    connection.send([10, 1, 1], at: 0)
    connection.send([1, 1, 2], at: 8)
    connection.send([0], at: 11)
    connection.finish()
    #expect(connection.recorder.messages == [[10], [0]])
    #expect(connection.recorder.breaks == [.end])
  }

  @Test func aSegmentThatWasNotCapturedWholeIsAGap() {
    var connection = Connection()
    connection.send([2, 1], at: 0, length: 5)
    connection.send([1, 9], at: 5)
    #expect(connection.recorder.breaks == [.lost(3)])
    #expect(connection.recorder.messages == [[9]])
  }

  @Test func theEndIsToldOnce() {
    var connection = Connection()
    connection.send([2, 1], at: 0)
    connection.send([], at: 2, flags: [.fin, .ack])
    connection.send([], at: 2, flags: [.fin, .ack])
    connection.finish()
    #expect(connection.recorder.breaks == [.end])
  }

  @Test func whatWaitsIsBounded() {
    var limits = StreamLimits()
    limits.bytesPerDirection = 10
    var connection = Connection(limits: limits)
    connection.recorder.resumes = false
    connection.send([20, 1], at: 0)
    #expect(connection.recorder.breaks == [.overflow])
    #expect(connection.reassembler.counters.overflows == 1)
    #expect(connection.reassembler.allocatedBytes == 0)

    var all = StreamLimits()
    all.bytes = 10
    var second = Connection(limits: all)
    second.send([20] + [UInt8](repeating: 1, count: 8), at: 0)
    second.send([1, 1], at: 9)
    #expect(second.recorder.breaks == [.overflow])
    #expect(second.reassembler.counters.exhaustions == 1)
    #expect(second.reassembler.allocatedBytes == 0)
  }

  @Test func theSilentConnectionIsForgottenForANewOne() {
    var limits = StreamLimits()
    limits.streams = 2
    var reassembler = StreamReassembler(limits: limits)
    var recorder = StreamRecorder()
    for port: UInt16 in 1...5 {
      let source = StreamEnd(address: IPAddress(ipv4: 1), port: port)
      let segment = TCPSegment(source: source, destination: Self.server, sequence: 1, length: 2)
      reassembler.add(segment, [UInt8(2), 1].span.bytes, to: &recorder)
    }
    #expect(reassembler.count == 2)
    #expect(reassembler.counters.evictions == 3)
    #expect(recorder.breaks.count == 3)
  }

  @Test func directionsTakeTurns() {
    var connection = Connection()
    connection.recorder.isRaw = true
    connection.send([1], at: 0)
    connection.send([1], at: 1)
    connection.send([1], at: 0, fromServer: true)
    connection.send([1], at: 1, fromServer: true)
    connection.send([1], at: 2)
    #expect(connection.recorder.turns == 3)
  }

  /// Cut anywhere, in any order within a window, repeated and overlapping: the messages are those of the whole.
  @Test(arguments: 0..<200) func anyCutAndOrderGivesTheSameMessages(seed: Int) {
    var random = Random(seed: UInt64(seed) + 1)
    let messages = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    let stream = Self.stream(messages)
    var pieces: [Range<Int>] = []
    var position = 0
    while position < stream.count {
      let end = min(stream.count, position + Int.random(in: 1...50, using: &random))
      // Some begin early and some end late: overlaps.
      pieces.append(max(0, position - Int.random(in: 0...9, using: &random))..<end)
      if Int.random(in: 0..<5, using: &random) == 0 { pieces.append(position..<end) }
      position = end
    }
    for start in stride(from: 0, to: pieces.count, by: 20) {
      pieces[start..<min(start + 20, pieces.count)].shuffle(using: &random)
    }
    var connection = Connection()
    connection.start = UInt32.random(in: 0 ... .max, using: &random)
    connection.send([], at: -1, flags: .syn)
    for piece in pieces { connection.send(Array(stream[piece]), at: piece.lowerBound) }
    connection.finish()
    #expect(connection.recorder.messages == messages)
    #expect(connection.reassembler.counters.conflicts == 0)
    #expect(connection.reassembler.counters.gaps == 0)
    #expect(connection.reassembler.allocatedBytes == 0)
  }

  /// Nothing that segments claim makes the reassembler crash, hang, or keep memory.
  @Test(arguments: 0..<50) func anySegmentsAreSurvived(seed: Int) {
    var random = Random(seed: UInt64(seed) + 1000)
    var limits = StreamLimits()
    limits.streams = 3
    limits.bytesPerDirection = 200
    limits.bytes = 2000
    limits.heldSegments = 5
    var reassembler = StreamReassembler(limits: limits)
    var recorder = StreamRecorder()
    recorder.resumes = Bool.random(using: &random)
    for frame in 0..<2000 {
      let ends = [Self.server] + (1...5).map { StreamEnd(address: IPAddress(ipv4: UInt32($0)), port: 1) }
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let base: UInt32 = Bool.random(using: &random) ? 0 : .random(in: 0 ... .max, using: &random)
      let segment = TCPSegment(
        source: ends.randomElement(using: &random) ?? Self.server,
        destination: ends.randomElement(using: &random) ?? Self.server,
        sequence: base &+ UInt32.random(in: 0...300, using: &random),
        acknowledgment: UInt32.random(in: 0...300, using: &random),
        flags: TCPSegment.Flags(rawValue: UInt16.random(in: 0...31, using: &random) & 0x1b),
        length: bytes.count + (Int.random(in: 0..<9, using: &random) == 0 ? 20 : 0), frame: frame)
      reassembler.add(segment, bytes.span.bytes, to: &recorder)
      #expect(reassembler.allocatedBytes <= limits.bytes)
    }
    reassembler.finish(&recorder)
    #expect(reassembler.allocatedBytes == 0)
  }
}
