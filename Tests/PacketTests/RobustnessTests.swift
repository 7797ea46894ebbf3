import Testing

@testable import Packet

/// No input can crash the parsers or make them read what is not the packet's.
///
/// Reads outside the captured bytes trap, so running is the check; what is expected on top is that the offsets handed on
/// lie inside the packet.
@Suite struct RobustnessTests {
  static let linkTypes: [LinkType] = [
    .null, .ethernet, .ppp, .rawIPBSD, .rawIPOpenBSD, .pppHDLC, .pppoe, .llcATM, .rawIP, .ciscoHDLC, .ieee80211,
    .frameRelay, .loop, .linuxCooked, .pflog, .prism, .radiotap, .avs, .ppi, .pppWithDirection, .mpls, .ipv4, .ipv6,
    .nflog, .linuxCooked2, LinkType(rawValue: 147),
  ]

  static let frames: [(LinkType, [UInt8])] =
    LinkLayerTests.direct.map { ($0.0, $0.1 + LinkLayerTests.tcp4) }
    + LinkLayerTests.foreign.map { (.ethernet, Frame.ethernet($0.1, $0.2 + LinkLayerTests.tcp4)) }
    + [
      Frame.ipv4(17, Frame.udp(), options: [1, 1, 1, 1]),
      Frame.ipv4(51, Frame.authentication(6, Frame.tcp())),
      Frame.ipv4(132, Frame.tcp()), Frame.ipv4(1, Frame.echo(8)),
      Frame.ipv6(0, Frame.extensionHeader(43, Frame.extensionHeader(60, units: 2, Frame.udp()))),
      Frame.ipv6(0, [17, 0, 0xc2, 4, 0, 1, 0x11, 0x70] + Frame.udp(), length: 0),
      Frame.ipv6(44, Frame.fragmentHeader(51, offset: 0, more: true, Frame.authentication(6, Frame.tcp()))),
    ].map { (.rawIP, $0) }

  private func check(_ bytes: [UInt8], _ linkType: LinkType, originalLength: UInt32, _ note: String) {
    // A copy of exact size: what lies behind it is not the packet's.
    let headers = bytes.withUnsafeBytes { all in
      let headers = PacketHeaders(dissecting: all, linkType: linkType, originalLength: originalLength)
      return headers.inspected(all)
    }
    if headers.ipVersion != 0 {
      #expect(Int(headers.payloadEnd) <= bytes.count, "\(note)")
      #expect(headers.payloadOffset <= headers.payloadEnd, "\(note)")
      #expect(Int(headers.networkOffset) <= bytes.count, "\(note)")
    }
    if headers.flags.contains(.hasPorts) {
      #expect(Int(headers.transportOffset) + 4 <= bytes.count, "\(note)")
    }
  }

  @Test func everyPrefixOfEveryFrame() {
    for (index, (linkType, frame)) in Self.frames.enumerated() {
      for count in 0...frame.count {
        let cut = Array(frame.prefix(count))
        check(cut, linkType, originalLength: UInt32(frame.count), "frame \(index), \(count) bytes captured")
        check(cut, linkType, originalLength: UInt32(count), "frame \(index), \(count) bytes on the wire")
      }
    }
  }

  @Test func everyByteOfEveryFrameChanged() {
    for (index, (linkType, frame)) in Self.frames.enumerated() {
      for position in frame.indices {
        for value in [UInt8(0), 1, 0x0f, 0x3f, 0x45, 0x60, 0x7f, 0x80, 0xf0, 0xff] {
          var changed = frame
          changed[position] = value
          check(changed, linkType, originalLength: UInt32(frame.count), "frame \(index), byte \(position) = \(value)")
        }
      }
    }
  }

  @Test func randomBytesUnderEveryLinkType() {
    var random = SplitMix64(state: 20_251_121)
    for _ in 0..<4_000 {
      let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let length = UInt32.random(in: 0...200, using: &random)
      for linkType in Self.linkTypes { check(bytes, linkType, originalLength: length, "\(linkType): \(bytes)") }
    }
  }

  @Test func randomBytesBehindEveryEtherType() {
    var random = SplitMix64(state: 4_711)
    let types = [
      0x0000, 0x0026, 0x05dc, 0x0800, 0x0806, 0x6558, 0x8100, 0x86dd, 0x880b, 0x8847, 0x8864, 0x8870, 0x88a8, 0x88e7,
      0x88e5, 0x8903, 0x8926, 0x892f, 0x893f, 0x894f, 0x9100, 0xf1c1,
    ]
    for _ in 0..<4_000 {
      let bytes = (0..<Int.random(in: 0...90, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      for type in types {
        check(Frame.ethernet(type, bytes), .ethernet, originalLength: 14, "\(type): \(bytes)")
      }
    }
  }
}

/// A generator with a fixed seed, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
