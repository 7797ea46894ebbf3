/// A part of a packet's way through a back end whose time is taken, in the order in which a packet meets them.
///
/// The names are those of tables and JSON; proxies and other back ends add theirs.
public enum LatencyHop: Int, CaseIterable, Sendable {
  /// Headers, service translation and the hash of the connection.
  case parse
  /// Finding the packet's connection, or making room for a new one.
  case conntrack
  /// Both addresses' identities. A connection remembers them: only packets for which they were looked up count here.
  case identity
  /// The source's endpoint: the connection's entry there, and its policy.
  case egress
  /// The destination's endpoint, likewise.
  case ingress

  public var name: String {
    switch self {
    case .parse: "parse"
    case .conntrack: "conntrack"
    case .identity: "identity"
    case .egress: "egress"
    case .ingress: "ingress"
    }
  }
}
