import Packet
import Testing

@testable import Capture

/// What libpcap does not read of pcapng: sections and interfaces that differ.
@Suite struct PcapngTests {
  /// Blocks of one section, byte by byte.
  private struct Section {
    var isBigEndian = false
    var bytes: [UInt8] = []

    init(isBigEndian: Bool) {
      self.isBigEndian = isBigEndian
      block(0x0a0d_0d0a, word(0x1a2b_3c4d) + half(1) + half(0) + word(.max) + word(.max))
    }

    mutating func interface(_ linkType: UInt16, snapLength: UInt32 = 0, _ options: [UInt8] = []) {
      block(1, half(linkType) + half(0) + word(snapLength) + options)
    }

    mutating func enhanced(_ interface: UInt32, _ time: UInt64, _ data: [UInt8], original: UInt32? = nil) {
      let lengths = word(UInt32(data.count)) + word(original ?? UInt32(data.count))
      block(6, word(interface) + word(UInt32(time >> 32)) + word(UInt32(truncatingIfNeeded: time)) + lengths + data)
    }

    mutating func old(_ interface: UInt16, _ time: UInt64, _ data: [UInt8]) {
      let lengths = word(UInt32(data.count)) + word(UInt32(data.count))
      block(
        2,
        half(interface) + half(.max) + word(UInt32(time >> 32)) + word(UInt32(truncatingIfNeeded: time)) + lengths
          + data)
    }

    mutating func simple(_ data: [UInt8], original: UInt32) { block(3, word(original) + data) }

    mutating func block(_ type: UInt32, _ body: [UInt8]) {
      let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
      bytes += word(type) + word(UInt32(padded.count + 12)) + padded + word(UInt32(padded.count + 12))
    }

    func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
      half(code) + half(UInt16(value.count)) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }

    func word(_ value: UInt32) -> [UInt8] {
      withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian, Array.init)
    }

    func half(_ value: UInt16) -> [UInt8] {
      withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian, Array.init)
    }

    func long(_ value: Int64) -> [UInt8] {
      withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian, Array.init)
    }
  }

  private func read(_ bytes: [UInt8], filter: String? = nil) throws -> (
    packets: [LibpcapOracle.Seen], damage: CaptureError?
  ) {
    let file = try TemporaryFile(bytes)
    var reader = try CaptureReader(path: file.path, filter: filter)
    var packets: [LibpcapOracle.Seen] = []
    while let packet = reader.next() {
      packets.append(
        .init(
          timestamp: packet.timestamp, originalLength: packet.originalLength, linkType: packet.linkType,
          bytes: Array(packet.bytes)))
    }
    return (packets, reader.damage)
  }

  @Test(arguments: [false, true], [false, true])
  func interfacesOfAllKindsInSectionsOfBothByteOrders(first: Bool, second: Bool) throws {
    var one = Section(isBigEndian: first)
    one.interface(1, snapLength: 8)
    one.interface(101, snapLength: 0, one.option(9, [9]) + one.option(0, []))
    one.interface(113, snapLength: 64, one.option(2, Array("eth0".utf8)) + one.option(9, [0x80 | 10]))
    one.enhanced(1, 5, [1, 2, 3])
    one.simple([1, 2, 3, 4, 5, 6, 7, 8], original: 100)
    one.block(5, one.word(0) + one.word(0) + one.word(0))
    one.enhanced(2, 3 << 10 | 512, [4], original: 1500)
    one.old(0, 7, [5, 6])
    var two = Section(isBigEndian: second)
    two.interface(12, snapLength: 0, two.option(9, [3]) + two.option(14, two.long(100)))
    two.enhanced(0, 1500, [7])
    let (packets, damage) = try read(one.bytes + two.bytes)
    #expect(damage == nil)
    #expect(packets.map(\.timestamp) == [5, 0, 3_500_000_000, 7000, 101_500_000_000])
    #expect(packets.map(\.linkType) == [101, 1, 113, 1, 101])
    #expect(packets.map(\.originalLength) == [3, 100, 1500, 2, 1])
    #expect(packets.map(\.bytes) == [[1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8], [4], [5, 6], [7]])
  }

  @Test func timesThatNoClockShowsAreClamped() throws {
    for resolution in [0, 3, 6, 9, 12, 19, 0x80, 0x80 | 32, 0x80 | 63] as [UInt8] {
      for offset in [0, 1, .max, .min, -1] as [Int64] {
        var section = Section(isBigEndian: false)
        section.interface(1, section.option(9, [resolution]) + section.option(14, section.long(offset)))
        section.enhanced(0, .max, [1])
        section.enhanced(0, 0, [1])
        #expect(try read(section.bytes).packets.count == 2)
      }
    }
  }

  @Test func whatIsWrongIsSaidAfterThePacketsBeforeIt() throws {
    func fault(_ damage: (inout Section) -> Void) throws -> String {
      var section = Section(isBigEndian: false)
      section.interface(1)
      section.enhanced(0, 1, [1])
      damage(&section)
      let (packets, fault) = try read(section.bytes)
      #expect(packets.count == 1)
      return try #require(fault).description
    }
    #expect(try fault { $0.enhanced(1, 1, [1]) }.contains("names an interface"))
    #expect(
      try fault { $0.block(6, $0.word(0) + $0.word(0) + $0.word(0) + $0.word(99) + $0.word(99)) }.contains("longer"))
    #expect(try fault { $0.block(6, $0.word(0)) }.contains("longer"))
    #expect(try fault { $0.interface(1, $0.option(9, [0x80 | 64])) }.contains("2^-64"))
    #expect(try fault { $0.interface(1, $0.option(9, [20])) }.contains("10^-20"))
    #expect(try fault { $0.bytes += [6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0] }.contains("13 bytes"))
    #expect(try fault { $0.bytes += [6, 0, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0] }.contains("something else at its end"))
    #expect(try fault { $0.bytes += [6, 0, 0, 0] }.contains("block's header"))
    #expect(try fault { $0.bytes += [9, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 0, 0, 0, 0] }.contains("within a block"))
    #expect(
      try fault { $0.block(0x0a0d_0d0a, $0.word(0x1a2b_3c4d) + $0.half(2) + $0.half(0) + $0.word(0) + $0.word(0)) }
        .contains("version 2"))
  }

  @Test func aFilterIsCompiledForEachLinkType() throws {
    let udp: [UInt8] =
      [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + [0, 9, 0, 53, 0, 8, 0, 0]
    var section = Section(isBigEndian: false)
    section.interface(1)
    section.interface(101)
    section.enhanced(0, 1, [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0] + udp)
    section.enhanced(1, 2, udp)
    section.enhanced(1, 3, [0x60] + udp.dropFirst())
    #expect(try read(section.bytes, filter: "udp port 53").packets.map(\.linkType) == [1, 101])
    #expect(try read(section.bytes, filter: "tcp").packets.isEmpty)
    // Raw IP has no Ethernet addresses.
    let (packets, damage) = try read(section.bytes, filter: "ether host 02:00:00:00:00:01")
    #expect(packets.count == 1)
    #expect(damage?.description.contains("link type 101") == true)
  }

  @Test("interfaces at the beginning are counted, and packets say which one they are from", arguments: [false, true])
  func points(isBigEndian: Bool) throws {
    var section = Section(isBigEndian: isBigEndian)
    section.interface(1)
    section.interface(1)
    for interface in [0, 1, 0] as [UInt32] { section.enhanced(interface, 1, [1]) }
    // One that comes later does not count, but its packets tell.
    section.interface(1)
    section.enhanced(2, 1, [1])
    let file = try TemporaryFile(section.bytes)
    var reader = try CaptureReader(path: file.path)
    #expect(reader.interfaceCount == 2)
    var points: [UInt16] = []
    while let packet = reader.next() { points.append(packet.point) }
    #expect(points == [0, 1, 0, 2] && reader.damage == nil)
    #expect(try MergedCapture(paths: [file.path]).points == .severalInterfaces)
  }
}
