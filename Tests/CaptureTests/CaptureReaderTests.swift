import Foundation
import Packet
import Testing

@testable import Capture

@Suite struct CaptureReaderTests {
  /// What a test looks at in a packet, copied.
  struct Seen: Equatable {
    var timestamp: Int64
    var originalLength: UInt32
    var bytes: [UInt8]
  }

  private func read(
    _ bytes: [UInt8], filter: String? = nil, access: CaptureReader.Access = .mapped
  ) throws -> (packets: [Seen], damage: CaptureError?) {
    let file = try TemporaryFile(bytes)
    var reader = try CaptureReader(path: file.path, filter: filter, access: access)
    var packets: [Seen] = []
    while let packet = reader.next() {
      packets.append(
        Seen(timestamp: packet.timestamp, originalLength: packet.originalLength, bytes: Array(packet.bytes)))
    }
    let afterEnd = reader.next()?.timestamp
    #expect(afterEnd == nil)
    return (packets, reader.damage)
  }

  private func failure(of bytes: [UInt8]) throws -> CaptureError.Reason? {
    let file = try TemporaryFile(bytes)
    do throws(CaptureError) {
      _ = try CaptureReader(path: file.path)
      return nil
    } catch {
      #expect(error.file == file.path)
      return error.reason
    }
  }

  @Test(arguments: [false, true], [false, true])
  func bothByteOrdersAndBothResolutions(isBigEndian: Bool, nanoseconds: Bool) throws {
    var fixture = CaptureFixture.three
    fixture.isBigEndian = isBigEndian
    if nanoseconds { fixture.magic = CaptureFixture.nanosecondMagic }
    let (packets, damage) = try read(fixture.pcap)
    #expect(damage == nil)
    #expect(packets.map(\.bytes) == fixture.records.map(\.bytes))
    #expect(packets.map(\.timestamp) == (1...3).map { $0 * 1_000_000_000 + (nanoseconds ? 500 : 500_000) })
  }

  @Test(arguments: [false, true])
  func pcapngInBothByteOrders(isBigEndian: Bool) throws {
    var fixture = CaptureFixture.three
    fixture.isBigEndian = isBigEndian
    let (packets, damage) = try read(fixture.pcapng(resolution: 9))
    #expect(damage == nil)
    #expect(packets.map(\.bytes) == fixture.records.map(\.bytes))
    #expect(packets.map(\.timestamp) == (1...3).map { $0 * 1_000_000_000 + 500 })
  }

  @Test("a file has the same packets whether all of it is in memory or a part, and breaks off at the same one")
  func mappedOrBuffered() throws {
    var random = SystemRandomNumberGenerator()
    var fixture = CaptureFixture()
    // More than a buffer holds.
    for number in 0..<1_000 {
      let length = Int.random(in: 0...2_000, using: &random)
      fixture.records.append(
        CaptureFixture.Record(
          seconds: UInt32(number), fraction: 0, bytes: [UInt8](repeating: UInt8(number & 0xff), count: length)))
    }
    for bytes in [fixture.pcap, fixture.pcapng(resolution: 9)] {
      for cut in [bytes.count, bytes.count - 1, bytes.count / 2, 1_000] {
        let mapped = try read(Array(bytes.prefix(cut)))
        let buffered = try read(Array(bytes.prefix(cut)), access: .buffered)
        #expect(mapped.packets == buffered.packets)
        #expect(mapped.damage?.reason.description == buffered.damage?.reason.description)
      }
      #expect(try read(bytes, access: .buffered).packets.count == 1_000)
    }
  }

  @Test func theReaderSaysWhatItReads() throws {
    var fixture = CaptureFixture.three
    fixture.isBigEndian = true
    fixture.linkType = 101
    let file = try TemporaryFile(fixture.pcap)
    let reader = try CaptureReader(path: file.path)
    let (name, format, linkType, snapLength) = (reader.name, reader.format, reader.linkType, reader.snapLength)
    let isCompressed = reader.isCompressed
    #expect(name == file.path)
    #expect(format.description == "pcap, big-endian, microseconds")
    #expect(linkType == 101)
    #expect(snapLength == 65535)
    #expect(!isCompressed)
  }

  @Test(arguments: [UInt32(12), 14, 101])
  func rawIPHasOneNumberWhateverTheFileSays(linkType: UInt32) throws {
    var fixture = CaptureFixture.three
    fixture.linkType = linkType
    let file = try TemporaryFile(fixture.pcap)
    let reader = try CaptureReader(path: file.path)
    let number = reader.linkType
    #expect(number == 101)
  }

  @Test func aPacketCutBySnapLengthKeepsItsLength() throws {
    var fixture = CaptureFixture.three
    fixture.records[0].originalLength = 1500
    let (packets, _) = try read(fixture.pcap)
    #expect(packets[0].originalLength == 1500)
    #expect(packets[0].bytes.count == 60)
  }

  @Test func gzipIsUnpackedOnTheWay() throws {
    var fixture = CaptureFixture.three
    fixture.records = (0..<3000).map {
      CaptureFixture.Record(seconds: $0, fraction: 0, bytes: [UInt8](repeating: UInt8($0 & 0xff), count: 100))
    }
    let (packets, damage) = try read(CaptureFixture.gzip(fixture.pcap))
    #expect(damage == nil)
    #expect(packets.map(\.bytes) == fixture.records.map(\.bytes))
    let file = try TemporaryFile(CaptureFixture.gzip(fixture.pcapng(resolution: 6)))
    let reader = try CaptureReader(path: file.path)
    let (isCompressed, format) = (reader.isCompressed, reader.format)
    #expect(isCompressed)
    #expect(format.container == .pcapng)
  }

  @Test func aCaptureThatBreaksOffEndsWithWhatCameBefore() throws {
    let whole = CaptureFixture.three.pcap
    let second = CaptureFixture.headerLength + CaptureFixture.recordHeaderLength + 60
    for end in CaptureFixture.headerLength...whole.count {
      let (packets, damage) = try read(Array(whole.prefix(end)))
      let isBoundary = [CaptureFixture.headerLength, second, second + 77, whole.count].contains(end)
      #expect((damage == nil) == isBoundary, "\(end) bytes")
      #expect(packets.count == (end < second ? 0 : end < second + 77 ? 1 : end < whole.count ? 2 : 3), "\(end) bytes")
    }
  }

  @Test func gzipMembersAreJoinedAndOneThatBreaksOffEndsThere() throws {
    let whole = CaptureFixture.gzip(CaptureFixture.three.pcap)
    let (packets, damage) = try read(Array(whole.prefix(whole.count - 40)))
    #expect(packets.count == 2)
    #expect(damage != nil)
    let members = CaptureFixture.gzip(Array(CaptureFixture.three.pcap.prefix(77)))
    let (joined, none) = try read(members + CaptureFixture.gzip(Array(CaptureFixture.three.pcap.dropFirst(77))))
    #expect(joined.count == 3)
    #expect(none == nil)
    // Even when only the checksum is missing.
    let (all, missing) = try read(Array(whole.dropLast(8)))
    #expect(all.count == 3)
    #expect(missing != nil)
  }

  @Test func anImpossibleRecordLengthEndsTheCapture() throws {
    var bytes = CaptureFixture.three.pcap
    let second = CaptureFixture.headerLength + CaptureFixture.recordHeaderLength + 60
    bytes.replaceSubrange(second + 8..<second + 12, with: [0xff, 0xff, 0xff, 0x7f])
    let (packets, damage) = try read(bytes)
    #expect(packets.count == 1)
    #expect(damage?.description.contains("damaged") == true)
  }

  @Test func timesThatNoClockShowsAreClamped() throws {
    var fixture = CaptureFixture.three
    fixture.records = [CaptureFixture.Record(seconds: .max, fraction: .max, bytes: [1])]
    _ = try read(fixture.pcap)
    _ = try read(fixture.pcapng(resolution: 0))
  }

  @Test func randomDamageNeverCrashes() throws {
    var state: UInt64 = 88
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let originals = [
      CaptureFixture.three.pcap, CaptureFixture.three.pcapng(resolution: 9),
      CaptureFixture.gzip(CaptureFixture.three.pcap),
    ]
    for round in 0..<600 {
      var bytes = originals[round % originals.count]
      for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
      let file = try TemporaryFile(bytes)
      guard var reader = try? CaptureReader(path: file.path) else { continue }
      var count = 0
      while let packet = reader.next() { count += packet.bytes.reduce(0) { $0 ^ Int($1) } & 1 }
    }
  }

  @Test func aFilterSelectsPackets() throws {
    let (packets, _) = try read(CaptureFixture.three.pcap, filter: "greater 61")
    #expect(packets.map(\.bytes.count) == [61, 62])
  }

  @Test func aBadFilterIsReportedWithItsReason() throws {
    let file = try TemporaryFile(CaptureFixture.three.pcap)
    #expect {
      _ = try CaptureReader(path: file.path, filter: "no such thing")
    } throws: { error in
      guard let error = error as? CaptureError, case .badFilter("no such thing", let why) = error.reason else {
        return false
      }
      return !why.isEmpty
    }
  }

  @Test func filesThatAreNoCapturesSayWhatTheyAre() throws {
    #expect(try failure(of: []) == .empty)
    #expect(try failure(of: [0x61]) == .notACapture(looksLike: nil))
    #expect(try failure(of: Array("GET / HTTP/1.1".utf8)) == .notACapture(looksLike: nil))
    #expect(try failure(of: Array("PK\u{3}\u{4}".utf8)) == .notACapture(looksLike: "a zip archive"))
    #expect(try failure(of: [0x28, 0xb5, 0x2f, 0xfd, 0]) == .unsupportedCompression("zstd"))
    #expect(try failure(of: CaptureFixture.gzip([])) == .empty)
    #expect(try failure(of: CaptureFixture.gzip(Array("text".utf8))) == .notACapture(looksLike: nil))
    #expect(try failure(of: Array(CaptureFixture.three.pcap.prefix(10))).map { "\($0)" }?.contains("cut short") == true)
  }

  @Test func missingFilesAndDirectories() {
    #expect(throws: CaptureError(file: "/nonexistent/a.pcap", reason: .missing)) {
      _ = try CaptureReader(path: "/nonexistent/a.pcap")
    }
    let directory = FileManager.default.temporaryDirectory.path
    #expect(throws: CaptureError(file: directory, reason: .isDirectory)) { _ = try CaptureReader(path: directory) }
  }
}
