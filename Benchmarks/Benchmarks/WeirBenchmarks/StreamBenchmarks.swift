import Addresses
import Benchmark
import Layer7
import Rows

/// A stream in order: the segments of many connections, by themselves and through the reassembler.
func registerStreamBenchmarks() {
  measure(.streamDirect) {
    SegmentedRequests()
  } run: { _, requests in
    var reader = RequestReader()
    for segment in requests.segments {
      _ = reader.consume(requests.bytes.span.bytes, requests.chunk(segment))
    }
    guard reader.heads == requests.count else { throw InputError("\(reader.heads) heads") }
    return Amount(items: requests.segments.count, bytes: requests.segments.count * requests.bytes.count)
  }
  measure(.streamReassembled) {
    SegmentedRequests()
  } run: { _, requests in
    var reader = RequestReader()
    var reassembler = StreamReassembler()
    for segment in requests.segments { reassembler.add(segment, requests.bytes.span.bytes, to: &reader) }
    guard reader.heads == requests.count, reassembler.counters.inOrder == requests.segments.count else {
      throw InputError("\(reader.heads) heads")
    }
    return Amount(items: requests.segments.count, bytes: requests.segments.count * requests.bytes.count)
  }
}

/// Segments of 1,180 bytes, two requests each, of 200 connections whose segments take turns.
private final class SegmentedRequests {
  private static let connections = 200
  private static let segmentsEach = 50

  let bytes = browserRequest + browserRequest
  let segments: [TCPSegment]
  var count: Int { segments.count * 2 }

  init() {
    let server = StreamEnd(address: IPAddress(ipv4: 0xcb00_7101), port: 80)
    let length = bytes.count
    segments = (0..<Self.segmentsEach).flatMap { turn in
      (0..<Self.connections).map { number in
        TCPSegment(
          source: StreamEnd(address: IPAddress(ipv4: 0x0a00_0001), port: UInt16(30_000 + number)), destination: server,
          sequence: UInt32(turn * length), length: length, frame: turn)
      }
    }
  }

  /// What the reassembler would say of a segment.
  func chunk(_ segment: TCPSegment) -> StreamChunk {
    StreamChunk(
      stream: Int(segment.source.port) - 30_000, isAscending: true, source: segment.source,
      destination: segment.destination, frame: segment.frame)
  }
}

/// Counts the heads of requests.
private struct RequestReader: StreamConsumer {
  private var parsers: [HTTP1Parser] = []
  private var exchanges: [HTTP1Exchanges] = []
  private(set) var heads = 0

  mutating func begin(_ stream: Int) {}

  mutating func consume(_ bytes: RawSpan, _ chunk: StreamChunk) -> Consumption {
    while parsers.count <= chunk.stream {
      parsers.append(HTTP1Parser())
      exchanges.append(HTTP1Exchanges())
    }
    var position = 0
    while true {
      let rest = bytes.extracting(droppingFirst: position)
      let (consumed, event) = parsers[chunk.stream].consume(rest, &exchanges[chunk.stream])
      position += consumed
      guard event == .head else { return Consumption(consumed: position) }
      heads += 1
    }
  }

  mutating func breakOff(_ bytes: RawSpan, _ chunk: StreamChunk, _ reason: StreamBreak) -> Bool { true }
}
