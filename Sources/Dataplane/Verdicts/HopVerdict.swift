public import Tables

/// What one endpoint's policy said of a packet: at the source on its way out, or at the destination on its way in.
@frozen
public struct HopVerdict: Sendable, Equatable, BitwiseCopyable {
  @frozen
  public struct Flags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable @inline(__always)
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The packet was judged here. Without it all other fields are meaningless: this end has no policy, or an earlier
    /// hop dropped the packet.
    @inlinable public static var present: Flags { Flags(rawValue: 1 << 0) }
    /// The packet made the connection's entry at this hop.
    @inlinable public static var opensConnection: Flags { Flags(rawValue: 1 << 1) }
    /// The endpoint has no policy in this direction: an allow-all entry (or none) decided, and Cilium reports no
    /// policy verdict.
    @inlinable public static var notEnforced: Flags { Flags(rawValue: 1 << 2) }
    /// Let through because the capture lacks the connection's beginning (`EngineOptions.midstream`).
    @inlinable public static var midstream: Flags { Flags(rawValue: 1 << 3) }
    /// The policy map was asked: the state is new or established and nothing else decided before.
    @inlinable public static var policyAsked: Flags { Flags(rawValue: 1 << 4) }
  }

  /// Index into the policy's `entries`; -1 when no entry decided.
  public var entry: Int32 = -1
  /// 1 + index into `Tables.redirects`; 0: not redirected. A reply has the redirect of its connection.
  public var redirect: UInt16 = 0
  /// `unjudged` where the hop is not present.
  public var verdict = Verdict.unjudged
  public var state = ConnectionState.new
  /// Why it was dropped, or for `audit` why it would have been.
  public var reason = DropReason.none
  /// The true match, also for audited packets (whose verdict events Cilium prints with match type 0).
  public var matchType = MatchType.none
  /// `AuthenticationType`'s number: what the entry demands.
  public var authenticationNumber: UInt8 = 0
  public var flags: Flags = []

  @inlinable @inline(__always)
  public init() {}

  @inlinable public var isPresent: Bool { flags.contains(.present) }
  public var authentication: AuthenticationType { AuthenticationType(rawValue: authenticationNumber) ?? .none }
}
