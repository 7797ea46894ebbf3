import Packet
import Testing

@testable import Capture

@Suite struct MergedCaptureTests {
  private func fixture(_ times: [UInt32], _ mark: UInt8) throws -> TemporaryFile {
    try TemporaryFile(
      CaptureFixture(records: times.map { CaptureFixture.Record(seconds: $0, fraction: 0, bytes: [mark, UInt8($0)]) })
        .pcap)
  }

  private func marks(_ merged: consuming MergedCapture) -> [[UInt8]] {
    var marks: [[UInt8]] = []
    while let packet = merged.next() { marks.append(Array(packet.bytes)) }
    return marks
  }

  @Test func packetsComeInTimeOrderAndTiesInTheOrderOfTheFiles() throws {
    let first = try fixture([1, 4, 4], 0xa)
    let second = try fixture([2, 4, 5], 0xb)
    let merged = try MergedCapture(paths: [first.path, second.path])
    #expect(marks(merged) == [[0xa, 1], [0xb, 2], [0xa, 4], [0xa, 4], [0xb, 4], [0xb, 5]])
  }

  @Test func aFileWhoseClockGoesBackKeepsItsOwnOrder() throws {
    let first = try fixture([5, 1, 6], 0xa)
    let second = try fixture([2, 7], 0xb)
    let merged = try MergedCapture(paths: [first.path, second.path])
    #expect(marks(merged) == [[0xb, 2], [0xa, 5], [0xa, 1], [0xa, 6], [0xb, 7]])
  }

  @Test func emptyCapturesAndNoneAtAll() throws {
    let empty = try fixture([], 0xa)
    let one = try fixture([1], 0xb)
    #expect(marks(try MergedCapture(paths: [empty.path, one.path])) == [[0xb, 1]])
    #expect(marks(try MergedCapture(paths: [])) == [])
  }

  @Test func aDamagedCaptureIsReportedAndTheOthersGoOn() throws {
    let broken = try TemporaryFile(Array(CaptureFixture.three.pcap.dropLast(3)))
    let one = try fixture([9], 0xb)
    var merged = try MergedCapture(paths: [broken.path, one.path])
    var count = 0
    while merged.next() != nil { count += 1 }
    #expect(count == 3)
    #expect(merged.damage.map(\.file) == [broken.path])
  }

  @Test func captureThatCannotBeOpenedStopsTheMerge() throws {
    let one = try fixture([9], 0xb)
    #expect(throws: CaptureError(file: "/nonexistent", reason: .missing)) {
      _ = try MergedCapture(paths: [one.path, "/nonexistent"])
    }
  }

  @Test func packetsSayWhichFileTheyAreFrom() throws {
    let first = try fixture([1, 4], 0xa)
    let second = try fixture([2], 0xb)
    var merged = try MergedCapture(paths: [first.path, second.path])
    #expect(merged.points == .severalFiles)
    var points: [UInt16] = []
    while let packet = merged.next() { points.append(packet.point) }
    #expect(points == [0, 0x100, 0])
    #expect(try MergedCapture(paths: [first.path]).points == .one)
    let cooked = try TemporaryFile(CaptureFixture(linkType: 113).pcap)
    #expect(try MergedCapture(paths: [cooked.path]).points == .anyInterface)
  }
}
