import Foundation
import Packet
import Testing

@testable import Capture

/// Nothing that a file may hold ends the program or keeps it busy forever.
///
/// Set `WEIR_EVERY_CUT` to cut every capture at every byte of its first four kilobytes, not only at some.
@Suite struct MalformedTests {
  private static let isThorough = ProcessInfo.processInfo.environment["WEIR_EVERY_CUT"] != nil

  /// Reads all packets and looks at all their bytes; the number of packets, nil where the file is no capture.
  @discardableResult
  private func read(_ bytes: [UInt8], filter: String? = nil) throws -> Int? {
    let file = try TemporaryFile(bytes)
    return read(file.path, filter: filter)
  }

  private func read(_ path: String, filter: String? = nil) -> Int? {
    guard var reader = try? CaptureReader(path: path, filter: filter) else { return nil }
    var batch = CapturedPackets(capacity: 64)
    var count = 0
    while true {
      reader.next(&batch)
      guard batch.count > 0 else { return count }
      for index in 0..<batch.count {
        let packet = batch[index]
        let headers = PacketHeaders(
          dissecting: packet.bytes, linkType: LinkType(rawValue: packet.linkType),
          originalLength: packet.originalLength)
        #expect(headers.ipVersion == 0 || Int(headers.payloadEnd) <= packet.bytes.count)
        #expect(packet.bytes.reduce(0) { $0 &+ Int($1) } >= 0)
      }
      count += batch.count
    }
  }

  @Test func malformedCaptures() {
    for path in CaptureFiles.shared where path.contains("/malformed/") {
      _ = read(path)
      _ = read(path, filter: "tcp or udp")
    }
  }

  @Test(arguments: CaptureFiles.all)
  func cutAnywhere(_ path: String) throws {
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)).prefix(4096))
    let step = Self.isThorough ? 1 : 997
    for end in stride(from: 0, to: whole.count, by: step) {
      // Packets come one by one as their bytes do.
      let count = try read(Array(whole.prefix(end))) ?? 0
      #expect(count <= end / 12)
      if end % 5 == 0 { try read(CaptureFixture.gzip(Array(whole.prefix(end)))) }
    }
  }

  @Test func randomBytesBehindEveryMagicNumber() throws {
    var random = SystemRandomNumberGenerator()
    let heads: [[UInt8]] = [
      [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0], [0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4], [0x34, 0xcd, 0xb2, 0xa1, 2, 0, 4, 0],
      [0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 3], [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
    ]
    for round in 0..<(Self.isThorough ? 20_000 : 1000) {
      let head = heads[round % heads.count]
      let count = Int.random(in: 0..<400, using: &random)
      // Small numbers make more lengths that hold.
      let limit: UInt8 = round % 2 == 0 ? .max : 3
      let body = (0..<count).map { _ in UInt8.random(in: 0...limit, using: &random) }
      try read(head + body)
      try read(CaptureFixture.gzip(head + body))
    }
  }

  @Test func bytesOfCapturesChanged() throws {
    var random = SystemRandomNumberGenerator()
    for path in CaptureFiles.bundled {
      let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)).prefix(2048))
      for _ in 0..<(Self.isThorough ? 20_000 : 300) {
        var changed = whole
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        try read(changed)
      }
    }
  }

  @Test func aFileThatIsCutWhileItIsReadEndsThere() throws {
    var fixture = CaptureFixture()
    fixture.records = (0..<1000).map {
      CaptureFixture.Record(seconds: $0, fraction: 0, bytes: [UInt8](repeating: 7, count: 60_000))
    }
    let file = try TemporaryFile(fixture.pcap)
    var reader = try CaptureReader(path: file.path)
    var batch = CapturedPackets(capacity: 8)
    reader.next(&batch)
    #expect(batch.count == 8)
    // Beyond what the reader reaches before it looks at the file's size again.
    #expect(truncate(file.path, 20 << 20) == 0)
    var count = 8
    while true {
      reader.next(&batch)
      guard batch.count > 0 else { break }
      count += batch.count
      if reader.damage != nil { break }
    }
    let damage = reader.damage
    #expect(damage?.description.contains("cut while it was read") == true)
    #expect(count < 100)
  }
}
