/// What connection tracking knows of a packet; numbered as Cilium's lookup result.
@frozen
public enum ConnectionState: UInt8, Sendable, Hashable, BitwiseCopyable {
  /// No entry: the policy decides, and an entry is made if it allows.
  case new = 0
  /// In the direction that the connection was opened; the policy is asked again.
  case established = 1
  /// Against that direction; no policy.
  case reply = 2
  /// An ICMP error between two addresses that have a connection; no policy.
  case related = 3
}
