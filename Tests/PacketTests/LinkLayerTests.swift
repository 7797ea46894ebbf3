import Testing

@testable import Packet

@Suite struct LinkLayerTests {
  static let tcp4 = Frame.ipv4(6, Frame.tcp())
  static let tcp6 = Frame.ipv6(6, Frame.tcp())
  static let tuple4 = "6 10.0.0.1:40000 > 10.0.0.2:80"
  static let tuple6 = "6 2001::1:40000 > 2001::2:80"

  @Test func ethernetCarriesAddressesAndType() {
    let headers = Frame.dissect(Frame.ethernet(0x0800, Self.tcp4))
    #expect(headers.outcome == .ip)
    #expect(headers.tuple == Self.tuple4)
    #expect(headers.sourceMAC == 0x0200_0000_0001)
    #expect(headers.destinationMAC == 0x0200_0000_0002)
    #expect(headers.etherType == 0x0800)
    #expect(headers.flags.contains(.hasEthernet))
    #expect(headers.networkOffset == 14)
    #expect(headers.transportOffset == 34)
    #expect(headers.payloadOffset == 54)
    #expect(headers.payloadEnd == 54)
  }

  @Test(arguments: [0x8100, 0x88a8, 0x9100])
  func aVLANTagIsSkippedWhateverItsTypeField(type: Int) {
    let headers = Frame.dissect(Frame.ethernet(type, Frame.vlan(0x2064, 0x86dd, Self.tcp6)))
    #expect(headers.outcome == .ip)
    #expect(headers.tuple == Self.tuple6)
    #expect(headers.etherType == 0x86dd)
    #expect((headers.outerVLAN, headers.innerVLAN, headers.vlanCount) == (0x64, 0xffff, 1))
  }

  @Test func nestedTagsAreCountedAndTheTwoOutermostKept() {
    let inner = Frame.vlan(3, 0x0800, Self.tcp4)
    let headers = Frame.dissect(Frame.ethernet(0x88a8, Frame.vlan(1, 0x8100, Frame.vlan(2, 0x8100, inner))))
    #expect(headers.tuple == Self.tuple4)
    #expect((headers.outerVLAN, headers.innerVLAN, headers.vlanCount) == (1, 2, 3))
  }

  /// Link types that lead straight to IP: a dataplane takes these packets.
  static let direct: [(LinkType, [UInt8])] = {
    var rows: [(LinkType, [UInt8])] = [(.rawIP, []), (.rawIPBSD, []), (.rawIPOpenBSD, []), (.ipv4, [])]
    rows.append((.linuxCooked, [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]))
    rows.append((.linuxCooked2, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]))
    for header: [UInt8] in [[2, 0, 0, 0], [0, 0, 0, 2], [0, 2, 0, 0], [0, 0, 8, 0], [0x0f, 0, 8, 0]] {
      rows.append((.null, header))
    }
    rows.append((.loop, [0, 0, 0, 2]))
    for header: [UInt8] in [[0xff, 3, 0, 0x21], [0x21], [0x0f, 0, 8, 0]] { rows.append((.ppp, header)) }
    rows.append((.null, [0xff, 3, 0, 0x21]))
    rows.append((.pppWithDirection, [0, 0xff, 3, 0, 0x21]))
    rows.append((.ciscoHDLC, [0x0f, 0, 8, 0]))
    rows.append((.frameRelay, [0x18, 0x41, 3, 0xcc]))
    rows.append((.frameRelay, [0x18, 0x40, 0x41, 8, 0]))
    rows.append((.llcATM, snap))
    rows.append((.nflog, [2, 0, 0, 0, 8, 0, 1, 0, 1, 2, 3, 4, 44, 0, 9, 0]))
    rows.append((.pflog, [61, 2] + [UInt8](repeating: 0, count: 62)))
    rows.append((.ppi, [0, 0, 8, 0, 1, 0, 0, 0] + Frame.ethernet(0x0800, [])))
    rows.append((.fddi, [0x51] + [UInt8](repeating: 2, count: 12) + snap))
    rows.append((.tokenRing, [0x10, 0x40] + [UInt8](repeating: 2, count: 12) + snap))
    rows.append((.tokenRing, [0x10, 0x40] + [UInt8](repeating: 0x82, count: 12) + [0x06, 0, 1, 2, 3, 4] + snap))
    rows.append((.ipnet, [1, 2] + [UInt8](repeating: 0, count: 22)))
    rows.append((.ipoib, [UInt8](repeating: 0, count: 40) + [8, 0, 0, 0]))
    rows.append((.ieee80211, dot11 + snap))
    rows.append((.radiotap, [0, 0, 9, 0, 2, 0, 0, 0, 0] + dot11 + snap))
    // A timer before the flags, which announce padding behind the 26 bytes of a quality-of-service header.
    var padded: [UInt8] = [0, 0, 25, 0, 3, 0, 0, 0]
    padded += [UInt8](repeating: 9, count: 8) + [0x20] + [UInt8](repeating: 0, count: 8)
    rows.append((.radiotap, padded + qos + [0, 0] + snap))
    return rows
  }()
  static let snap: [UInt8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0]
  static let dot11: [UInt8] = [0x08, 0x01] + [UInt8](repeating: 0, count: 22)
  static let qos: [UInt8] = [0x88, 0x01] + [UInt8](repeating: 0, count: 24)

  @Test(arguments: direct.indices)
  func linkTypesLeadToIP(index: Int) {
    let (type, header) = Self.direct[index]
    let headers = Frame.dissect(header + Self.tcp4, type)
    #expect(headers.outcome == .ip, "\(type)")
    #expect(headers.tuple == Self.tuple4, "\(type)")
    #expect(Int(headers.networkOffset) == header.count, "\(type)")
  }

  @Test(arguments: [UInt8(24), 28, 30, 23, 10])
  func loopbackFamiliesOfEverySystemMeanIPv6(family: UInt8) {
    #expect(Frame.dissect([family, 0, 0, 0] + Self.tcp6, .null).tuple == Self.tuple6)
    #expect(Frame.dissect([0, 0, 0, family] + Self.tcp6, .null).tuple == Self.tuple6)
    #expect(Frame.dissect([0, 0, 0, family] + Self.tcp6, .loop).tuple == Self.tuple6)
  }

  /// What Cilium does not look into keeps its own outcome, while the fields say what is inside.
  static let foreign: [(String, Int, [UInt8])] = [
    ("MPLS", 0x8847, [0, 1, 0, 64, 0, 1, 0x11, 64]),
    ("MPLS pseudowire", 0x8847, [0, 1, 1, 64, 0, 0, 0, 0] + Frame.ethernet(0x0800, [])),
    ("PPPoE", 0x8864, [0x11, 0, 0, 1, 0, 42, 0, 0x21]),
    ("MACsec", 0x88e5, [0x20, 0, 0, 0, 0, 1] + [UInt8](repeating: 2, count: 8) + [8, 0]),
    ("FabricPath", 0x8903, [0x40, 0x20] + Frame.ethernet(0x0800, [])),
    ("802.1ah", 0x88e7, [0, 0, 0, 5] + Frame.ethernet(0x0800, [])),
    ("802.1BR", 0x893f, [0, 0, 0, 0, 0, 0, 8, 0]),
    ("HSR", 0x892f, [0, 0, 0, 0, 8, 0]),
    ("NSH", 0x894f, [0, 2, 1, 1, 0, 0, 0, 0]),
    ("bridging", 0x6558, Frame.ethernet(0x0800, [])),
  ]

  @Test(arguments: foreign.indices)
  func encapsulatedPacketsKeepTheFramesOutcome(index: Int) {
    let (name, type, header) = Self.foreign[index]
    let headers = Frame.dissect(Frame.ethernet(type, header + Self.tcp4))
    #expect(headers.outcome == .otherProtocol, "\(name)")
    #expect(headers.flags.contains(.encapsulated), "\(name)")
    #expect(headers.tuple == Self.tuple4, "\(name)")
    #expect(headers.etherType == UInt16(type), "\(name)")
    #expect(headers.sourceMAC == 0x0200_0000_0001, "\(name)")
  }

  @Test func aLengthInPlaceOfATypeIsNoType() {
    let snap = Frame.dissect(Frame.ethernet(48, Self.snap + Self.tcp4))
    #expect(snap.outcome == .lengthField)
    #expect(snap.tuple == Self.tuple4)
    let spanningTree = Frame.dissect(Frame.ethernet(38, [0x42, 0x42, 3] + [UInt8](repeating: 0, count: 35)))
    #expect(spanningTree.outcome == .lengthField)
    #expect(spanningTree.ipVersion == 0)
    #expect(Frame.dissect(Frame.ethernet(0x05dd, Self.tcp4)).outcome == .otherProtocol)
  }

  @Test func framesWithoutIPSayWhatTheyAre() {
    #expect(Frame.dissect(Frame.ethernet(0x0806, [UInt8](repeating: 0, count: 28))).outcome == .arp)
    #expect(Frame.dissect(Frame.ethernet(0x88cc, [2, 7, 4])).outcome == .otherProtocol)
    #expect(Frame.dissect([1, 2, 3]).outcome == .truncated)
    #expect(Frame.dissect([]).outcome == .truncated)
    #expect(Frame.dissect([1, 2, 3], LinkType(rawValue: 9999)).outcome == .otherProtocol)
  }

  @Test func endlessNestingEnds() {
    var bytes: [UInt8] = []
    for _ in 0..<1000 { bytes += [0, 1, 0x81, 0] }
    let headers = Frame.dissect(Frame.ethernet(0x8100, bytes))
    #expect(headers.outcome == .otherProtocol)
    #expect(headers.ipVersion == 0)
  }

  @Test(arguments: [[UInt8](arrayLiteral: 0x08, 0x41), [0x08, 0x05], [0x48, 0x01], [0x80, 0x00]])
  func wirelessFramesWithoutReadablePacketAreOther(control: [UInt8]) {
    let headers = Frame.dissect(control + [UInt8](repeating: 0, count: 22) + Self.snap + Self.tcp4, .ieee80211)
    #expect(headers.outcome == .otherProtocol)
    #expect(headers.ipVersion == 0)
  }
}
