/// A part of a packet's way through a back end whose time is taken, in the order in which a packet meets them.
///
/// The names are those of tables and JSON.
public enum LatencyHop: Int, CaseIterable, Sendable {
  /// Headers, service translation and the hash of the connection.
  case parse
  /// Finding the packet's connection, or making room for a new one.
  case conntrack
  /// Both addresses' identities. A connection remembers them: only packets for which they were looked up count here.
  case identity
  /// The source's endpoint: the connection's entry there, and its policy.
  case egress
  /// What a proxy beside the source makes of the packet's bytes, up to the end of what the other one does: a message
  /// through both is read once.
  case egressProxy
  /// The destination's endpoint, likewise.
  case ingress
  /// A proxy beside the destination alone.
  case ingressProxy

  /// Whether it belongs to the packet loop, and its time to a packet's total.
  public var isInTotal: Bool { self != .egressProxy && self != .ingressProxy }

  public var name: String {
    switch self {
    case .parse: "parse"
    case .conntrack: "conntrack"
    case .identity: "identity"
    case .egress: "egress"
    case .egressProxy: "egress-proxy"
    case .ingress: "ingress"
    case .ingressProxy: "ingress-proxy"
    }
  }
}
