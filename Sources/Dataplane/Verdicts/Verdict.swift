/// What becomes of a packet, at one hop or overall; numbered as in Hubble's flow records.
@frozen
public enum Verdict: UInt8, Sendable, Hashable, BitwiseCopyable {
  /// Nobody's policy applies.
  case unjudged = 0
  case forwarded = 1
  case dropped = 2
  /// Policy would have dropped it; audit mode lets it pass.
  case audit = 4
  /// Goes on through a proxy.
  case redirected = 5
}
