/// IEEE 802.3, clause 3.2: destination, source, and a type or length.
@usableFromInline
enum Ethernet {
  @usableFromInline static let destination = 0
  @usableFromInline static let source = 6
  @usableFromInline static let type = 12
  @usableFromInline static let headerLength = 14
}

extension PacketHeaders {
  /// The caller has checked that a whole Ethernet header is there.
  @inlinable @inline(__always)
  mutating func readMACs(_ bytes: RawSpan, at start: Int) {
    destinationMAC = bytes.big64(at: start + Ethernet.destination) >> 16
    // Six bytes of the eight that end with the type.
    sourceMAC = bytes.big64(at: start + Ethernet.source) >> 16
    flags.insert(.hasEthernet)
  }

  /// `outermost` is false inside tunnels of the link layer, whose addresses and types are not the frame's.
  mutating func readEthernet(_ bytes: RawSpan, _ step: LinkStep, outermost: Bool) -> LinkStep {
    guard bytes.holds(Ethernet.headerLength, at: step.offset) else {
      outcome = .truncated
      return .end
    }
    if outermost { readMACs(bytes, at: step.offset) }
    let type = bytes.big16(at: step.offset + Ethernet.type)
    return LinkStep(.etherType(type), at: step.offset + Ethernet.headerLength, wireEnd: step.wireEnd)
  }

  /// What follows a type field: another layer, or the end of what Weir reads.
  mutating func readEtherType(_ type: UInt16, _ bytes: RawSpan, _ step: LinkStep, outermost: Bool) -> LinkStep {
    if type < EtherType.smallest { return readLength(type, bytes, step) }
    if outermost { etherType = type }
    func foreign(_ layer: LinkStep.Layer, skipping count: Int = 0) -> LinkStep {
      LinkStep(layer, at: step.offset + count, wireEnd: step.wireEnd, foreign: .otherProtocol)
    }
    switch type {
    case EtherType.ipv4: return LinkStep(.ipv4, at: step.offset, wireEnd: step.wireEnd)
    case EtherType.ipv6: return LinkStep(.ipv6, at: step.offset, wireEnd: step.wireEnd)
    case EtherType.arp:
      outcome = .arp
      return .end
    case EtherType.customerVLAN, EtherType.serviceVLAN, EtherType.oldServiceVLAN: return readVLAN(bytes, step)
    case EtherType.mpls, EtherType.mplsUpstream: return foreign(.mpls)
    case EtherType.pppoeSession: return foreign(.pppoe)
    case EtherType.ppp: return foreign(.ppp)
    case EtherType.jumboLLC: return foreign(.llc)
    case EtherType.transparentBridging: return foreign(.ethernet)
    case EtherType.macSecurity: return readMACsec(bytes, step)
    case EtherType.backboneService: return foreign(.ethernet, skipping: Tag.backboneServiceLength)
    case EtherType.fabricPath: return foreign(.ethernet, skipping: Tag.fabricPathLength)
    case EtherType.vnTag: return readTag(bytes, step, length: Tag.vnTagLength)
    case EtherType.hsr: return readTag(bytes, step, length: Tag.hsrLength)
    case EtherType.redundancyTag: return readTag(bytes, step, length: Tag.redundancyLength)
    case EtherType.bridgePortExtension: return readTag(bytes, step, length: Tag.bridgePortLength)
    case EtherType.arista: return readAristaTag(bytes, step)
    case EtherType.networkService: return readNetworkService(bytes, step)
    default:
      outcome = .otherProtocol
      return .end
    }
  }

  /// 802.3 with a length: LLC follows, and the frame ends where the length says, if it does so before its end.
  private mutating func readLength(_ length: UInt16, _ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard length <= EtherType.largestLength else {
      outcome = .otherProtocol
      return .end
    }
    let wireEnd = Swift.min(step.wireEnd, step.offset + Int(length))
    return LinkStep(.llc, at: step.offset, wireEnd: wireEnd, foreign: .lengthField)
  }
}
