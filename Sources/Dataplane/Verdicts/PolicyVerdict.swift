public import Tables

/// What a policy map says of one peer, protocol and port (`cilium-policy.md` §6).
///
/// Authentication is reported, not enforced: whether it succeeded is the caller's to know.
@frozen
public struct PolicyVerdict: Sendable, Equatable, BitwiseCopyable {
  /// Index into the policy's `entries`, or, where a `LookupEditor` has changed the tables, beyond them
  /// (`LookupTables.rules` tells); -1 when none decided.
  public var entry: Int32 = -1
  /// 1 + index into `Tables.redirects`; 0: not redirected.
  public var redirect: UInt16 = 0
  /// `none`, `policyDenied` (nothing matched) or `policyDeny` (a deny entry matched).
  public var reason = DropReason.none
  public var matchType = MatchType.none
  /// What has to succeed before the packet may pass: `AuthenticationType`'s number.
  public var authenticationNumber: UInt8 = 0

  @inlinable
  public init() {}

  public var authentication: AuthenticationType { AuthenticationType(rawValue: authenticationNumber) ?? .none }

  /// Forwarded, dropped or redirected.
  @inlinable
  public var verdict: Verdict {
    reason != .none ? .dropped : redirect != 0 ? .redirected : .forwarded
  }
}
