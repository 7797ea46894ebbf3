/// Where the walk from the link layer to the IP header stands.
struct LinkStep {
  enum Layer {
    case ethernet
    case etherType(UInt16)
    case llc
    case ppp
    case pppoe
    case mpls
    case ieee80211
    /// IPv4 or IPv6 by the version nibble.
    case ip
    case ipv4
    case ipv6
    /// Nothing below can be read; `outcome` says why.
    case end
  }

  var layer: Layer
  /// Of the layer's first byte.
  var offset: Int
  /// The end of the layer on the wire, which may lie beyond what was captured.
  var wireEnd: Int
  /// What the frame is to a dataplane that does not look into the layers above; nil while it would.
  var foreign: PacketHeaders.Outcome?

  init(_ layer: Layer, at offset: Int, wireEnd: Int, foreign: PacketHeaders.Outcome? = nil) {
    self.layer = layer
    self.offset = offset
    self.wireEnd = wireEnd
    self.foreign = foreign
  }

  static let end = LinkStep(.end, at: 0, wireEnd: 0)

  /// More nested layers than any network has: what is deeper is not looked at.
  static let limit = 64
}

extension PacketHeaders {
  /// Follows the link layers from `start` to an IP header, or to where they cannot be followed.
  mutating func walk(_ bytes: RawSpan, from start: LinkStep) {
    var step = start
    var foreign = start.foreign
    for _ in 0..<LinkStep.limit {
      switch step.layer {
      case .end:
        if let foreign { outcome = foreign }
        return
      case .ip, .ipv4, .ipv6:
        readIP(bytes, step)
        if let foreign {
          if ipVersion != 0 { flags.insert(.encapsulated) }
          outcome = foreign
        }
        return
      case .ethernet: step = readEthernet(bytes, step, outermost: foreign == nil)
      case .etherType(let type): step = readEtherType(type, bytes, step, outermost: foreign == nil)
      case .llc: step = readLLC(bytes, step)
      case .ppp: step = readPPP(bytes, step)
      case .pppoe: step = readPPPoE(bytes, step)
      case .mpls: step = readMPLS(bytes, step)
      case .ieee80211: step = readIEEE80211(bytes, step)
      }
      foreign = foreign ?? step.foreign
    }
    outcome = foreign ?? .otherProtocol
  }

  private mutating func readIP(_ bytes: RawSpan, _ step: LinkStep) {
    switch step.layer {
    case .ipv4: readIPv4(bytes, at: step.offset, wireEnd: step.wireEnd)
    case .ipv6: readIPv6(bytes, at: step.offset, wireEnd: step.wireEnd)
    default:
      guard bytes.holds(1, at: step.offset) else { return outcome = .truncated }
      switch bytes.byte(at: step.offset) >> 4 {
      case 4: readIPv4(bytes, at: step.offset, wireEnd: step.wireEnd)
      case 6: readIPv6(bytes, at: step.offset, wireEnd: step.wireEnd)
      default: outcome = .malformed
      }
    }
  }
}
