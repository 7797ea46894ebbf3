/// How much of a policy-map key the decision rested on; numbered as in Cilium's verdict events.
@frozen
public enum MatchType: UInt8, Sendable, Hashable, BitwiseCopyable {
  /// No entry decided.
  case none = 0
  /// The peer's identity alone.
  case l3Only = 1
  /// The peer's identity with protocol and port.
  case l3L4 = 2
  /// Protocol and port, any peer.
  case l4Only = 3
  /// The allow-all entry, or a deny of everything.
  case all = 4
  /// The peer's identity with the protocol, any port.
  case l3Protocol = 5
  /// The protocol alone.
  case protocolOnly = 6

  /// - Parameters:
  ///   - anyPeer: the entry that won has identity 0 (and was not found as the peer's own).
  ///   - prefixLength: 0 protocol wild, 8 port wild, 9…24 some or all of the port.
  @inline(__always)
  init(anyPeer: Bool, prefixLength: UInt8) {
    if prefixLength > 8 {
      self = anyPeer ? .l4Only : .l3L4
    } else if prefixLength > 0 {
      self = anyPeer ? .protocolOnly : .l3Protocol
    } else {
      self = anyPeer ? .all : .l3Only
    }
  }
}
