import Addresses
import Testing

@testable import Packet

/// The quick look and the full one tell the same of every packet that the quick one takes.
@Suite struct PlainPacketTests {
  static let frames: [[UInt8]] = [
    Frame.ethernet(0x0800, Frame.ipv4(6, Frame.tcp())),
    Frame.ethernet(0x0800, Frame.ipv4(6, Frame.tcp(flags: 0x18, words: 8, [1, 2, 3]))),
    Frame.ethernet(0x0800, Frame.ipv4(17, Frame.udp())),
    Frame.ethernet(0x0800, Frame.ipv4(17, Frame.udp(), options: [1, 1, 1, 1])),
    Frame.ethernet(0x0800, Frame.ipv4(17, Frame.udp(), fragment: 0x2000)),
    Frame.ethernet(0x0800, Frame.ipv4(1, Frame.echo(8))),
    Frame.ethernet(0x86dd, Frame.ipv6(6, Frame.tcp(flags: 0x12))),
    Frame.ethernet(0x86dd, Frame.ipv6(17, Frame.udp())),
    Frame.ethernet(0x86dd, Frame.ipv6(0, Frame.extensionHeader(6, Frame.tcp()))),
    Frame.ethernet(0x8100, Frame.vlan(7, 0x0800, Frame.ipv4(6, Frame.tcp()))),
    Frame.ethernet(0x8100, Frame.vlan(7, 0x86dd, Frame.ipv6(17, Frame.udp()))),
    Frame.ethernet(0x8100, Frame.vlan(7, 0x8100, Frame.vlan(8, 0x0800, Frame.ipv4(6, Frame.tcp())))),
  ]

  /// Whether the packet is plain; if so it must be to the full dissection what it is to the quick one.
  @discardableResult
  private func check(_ bytes: [UInt8], originalLength: Int, _ note: String = "") -> Bool {
    bytes.withUnsafeBytes { all in
      let packet = CapturedPacket(
        timestamp: 0, originalLength: UInt32(originalLength), linkType: 1, bytes: all)
      var plain = PlainPacket()
      guard plain.read(packet) else { return false }
      let full = PacketHeaders(dissecting: all, linkType: .ethernet, originalLength: packet.originalLength)
      #expect(full.outcome == .ip, "\(note)")
      #expect(full.flags.contains(.hasPorts), "\(note)")
      #expect(
        full.flags.isDisjoint(with: [.fragment, .laterFragment, .transportTruncated, .transportMalformed, .hasOptions]),
        "\(note)")
      #expect(full.source.high == plain.sourceHigh && full.source.low == plain.sourceLow, "\(note)")
      #expect(full.destination.high == plain.destinationHigh && full.destination.low == plain.destinationLow, "\(note)")
      #expect(full.sourcePort == plain.sourcePort && full.destinationPort == plain.destinationPort, "\(note)")
      #expect(full.protocolNumber == plain.protocolNumber && full.ipVersion == plain.ipVersion, "\(note)")
      #expect(UInt8(truncatingIfNeeded: full.tcpFlags) == plain.tcpFlags, "\(note)")
      return true
    }
  }

  @Test func whatIsPlain() {
    let plain = Self.frames.map { check($0, originalLength: $0.count) }
    #expect(plain == [true, true, true, false, false, false, true, true, false, true, true, false])
  }

  @Test func everyPrefixAndEveryByteChanged() {
    for (index, frame) in Self.frames.enumerated() {
      for count in 0...frame.count {
        check(Array(frame.prefix(count)), originalLength: frame.count, "frame \(index), \(count) bytes captured")
        check(Array(frame.prefix(count)), originalLength: count, "frame \(index), \(count) bytes on the wire")
      }
      for position in frame.indices {
        for value in UInt8.min...UInt8.max {
          var changed = frame
          changed[position] = value
          check(changed, originalLength: frame.count, "frame \(index), byte \(position) = \(value)")
        }
      }
    }
  }

  @Test func randomBytesBehindATypeField() {
    var random = SystemRandomNumberGenerator()
    var plain = 0
    for _ in 0..<50_000 {
      var frame = Self.frames[Int.random(in: 0..<Self.frames.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        frame[Int.random(in: 12..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if check(frame, originalLength: frame.count + Int.random(in: -3...3, using: &random), "\(frame)") { plain += 1 }
    }
    #expect(plain > 2500)
  }
}
