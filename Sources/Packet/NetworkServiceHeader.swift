/// RFC 8300, section 2.2: the base header with its length in words, then what it carries.
private enum NSH {
  static let length = 1
  static let nextProtocol = 3
  static let baseLength = 8
}

extension PacketHeaders {
  mutating func readNetworkService(_ bytes: RawSpan, _ step: LinkStep) -> LinkStep {
    guard bytes.holds(NSH.baseLength, at: step.offset) else {
      outcome = .truncated
      return .end
    }
    let length = Int(bytes.byte(at: step.offset + NSH.length) & 0x3f) * 4
    outcome = .otherProtocol
    guard length >= NSH.baseLength else { return .end }
    let layer: LinkStep.Layer
    switch bytes.byte(at: step.offset + NSH.nextProtocol) {
    case 1: layer = .ipv4
    case 2: layer = .ipv6
    case 3: layer = .ethernet
    case 5: layer = .mpls
    default: return .end
    }
    return LinkStep(layer, at: step.offset + length, wireEnd: step.wireEnd, foreign: .otherProtocol)
  }
}
