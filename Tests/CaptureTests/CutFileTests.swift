import Foundation
import Packet
import Testing

@testable import Capture

/// Files that somebody else shortens while they are read: no end of the process, but of the capture.
@Suite struct CutFileTests {
  /// Some megabytes, so that much of it is read after it was cut.
  private func file() throws -> TemporaryFile {
    var fixture = CaptureFixture()
    for number in 0..<5000 {
      fixture.records.append(.init(seconds: 1, fraction: UInt32(number), bytes: [UInt8](repeating: 7, count: 1400)))
    }
    return try TemporaryFile(fixture.pcap)
  }

  private func cut(_ file: TemporaryFile) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
    try handle.truncate(atOffset: 100_000)
    try handle.close()
  }

  @Test func theReaderSaysSo() throws {
    let file = try file()
    var reader = try CaptureReader(path: file.path)
    for _ in 0..<200 { _ = reader.next() }
    try cut(file)
    var sum = 0
    while let packet = reader.next() { sum += packet.bytes.reduce(0) { $0 + Int($1) } }
    #expect(sum >= 0)
    #expect(reader.damage?.reason == .damaged("the file was cut while it was read"))
  }

  @Test func segmentsSaySo() throws {
    let file = try file()
    var reader = try CaptureReader(path: file.path)
    let taken = reader.takeSegments()
    let segments = try #require(taken)
    let end = reader.next()?.timestamp
    #expect(end == nil && reader.damage == nil)
    _ = segments.prepare(1)
    try cut(file)
    var packets = CapturedPackets(capacity: 4096)
    var damaged = 0
    for segment in 0..<segments.count {
      _ = segments.prepare(segment)
      guard var offset = segments.guess(segment) else { continue }
      packets.removeAll()
      do throws(CaptureError) {
        try segments.read(segment, from: &offset, into: &packets, atMost: 4096)
      } catch {
        damaged += 1
      }
      segments.release(segment..<segment + 1)
    }
    #expect(damaged > 0)
  }
}
