extension PacketHeaders {
  /// Reads the headers of one captured packet, from the link layer to the transport.
  ///
  /// Nothing is allocated and no length in the packet is trusted.
  ///
  /// - Parameters:
  ///   - bytes: what was captured of the packet.
  ///   - linkType: what the first byte belongs to.
  ///   - originalLength: how many bytes the packet had on the wire; less than was captured counts as what was captured.
  @inlinable
  public init(dissecting bytes: RawSpan, linkType: LinkType, originalLength: UInt32) {
    self.init()
    dissect(bytes, linkType: linkType, wireEnd: Swift.max(Int(originalLength), bytes.byteCount))
  }

  /// The same for bytes behind a pointer, as a capture reader hands them out.
  @inlinable
  public init(dissecting bytes: UnsafeRawBufferPointer, linkType: LinkType, originalLength: UInt32) {
    self.init(dissecting: bytes.bytes, linkType: linkType, originalLength: originalLength)
  }

  @inlinable @inline(__always)
  mutating func dissect(_ bytes: RawSpan, linkType: LinkType, wireEnd: Int) {
    // Most frames are IP right on Ethernet: they are read without the general walk.
    if linkType == .ethernet, bytes.holds(Ethernet.headerLength, at: 0) {
      let type = bytes.big16(at: Ethernet.type)
      if type == EtherType.ipv4 {
        readMACs(bytes, at: 0)
        etherType = type
        return readIPv4(bytes, at: Ethernet.headerLength, wireEnd: wireEnd)
      }
      if type == EtherType.ipv6 {
        readMACs(bytes, at: 0)
        etherType = type
        return readIPv6(bytes, at: Ethernet.headerLength, wireEnd: wireEnd)
      }
    }
    readLinkLayer(bytes, linkType: linkType, wireEnd: wireEnd)
  }

  @usableFromInline
  mutating func readLinkLayer(_ bytes: RawSpan, linkType: LinkType, wireEnd: Int) {
    walk(bytes, from: firstStep(bytes, linkType: linkType, wireEnd: wireEnd))
  }

  private mutating func firstStep(_ bytes: RawSpan, linkType: LinkType, wireEnd: Int) -> LinkStep {
    let start = LinkStep(.ethernet, at: 0, wireEnd: wireEnd)
    func at(_ layer: LinkStep.Layer, _ offset: Int = 0) -> LinkStep { LinkStep(layer, at: offset, wireEnd: wireEnd) }
    switch linkType {
    case .ethernet: return start
    case .linuxCooked: return readLinuxCooked(bytes, start)
    case .linuxCooked2: return readLinuxCooked2(bytes, start)
    case .rawIP, .rawIPBSD, .rawIPOpenBSD: return at(.ip)
    case .ipv4: return at(.ipv4)
    case .ipv6: return at(.ipv6)
    case .null: return readNull(bytes, start)
    case .loop: return readLoop(bytes, start)
    case .pflog: return readPFLog(bytes, start)
    case .ppp, .pppHDLC: return readPPPFrame(bytes, start)
    case .pppWithDirection: return readPPPFrame(bytes, at(.ppp, 1))
    case .pppoe: return at(.pppoe)
    case .ciscoHDLC: return readCiscoHDLC(bytes, start)
    case .frameRelay: return readFrameRelay(bytes, start)
    case .llcATM: return at(.llc)
    case .mpls: return at(.mpls)
    case .ieee80211: return at(.ieee80211)
    case .radiotap: return readRadiotap(bytes, start)
    case .prism, .avs: return readPrism(bytes, start)
    case .juniperEthernet: return readJuniperEthernet(bytes, start)
    case .ppi: return readPPI(bytes, start)
    case .nflog: return readNFLOG(bytes, start)
    case .fddi: return readFDDI(bytes, start)
    case .tokenRing: return readTokenRing(bytes, start)
    case .ipnet: return readIPNET(bytes, start)
    case .ipoib: return readIPoverInfiniBand(bytes, start)
    default:
      outcome = .otherProtocol
      return .end
    }
  }
}
