/// A hop's answer for the packets of one direction of a connection, in eight bytes.
///
/// Tables never change, so it holds as long as the slot's generation is theirs. ICMP decisions depend on the packet's
/// type and are never kept.
struct CachedDecision: BitwiseCopyable {
  var entry: Int32 = -1
  var redirect: UInt16 = 0
  var reason = DropReason.none
  /// Bit 0: valid; 1–3 match type; 4–5 authentication; 6 not enforced; 7 audited.
  private var bits: UInt8 = 0

  @inline(__always)
  init() {}

  @inline(__always)
  init(_ policy: PolicyVerdict, isEnforced: Bool, isAudited: Bool) {
    entry = policy.entry
    redirect = policy.redirect
    reason = policy.reason
    bits =
      1 | policy.matchType.rawValue &<< 1 | (policy.authenticationNumber & 3) &<< 4 | (isEnforced ? 0 : 1 &<< 6)
      | (isAudited ? 1 &<< 7 : 0)
  }

  @inline(__always) var isValid: Bool { bits & 1 != 0 }
  @inline(__always) var matchType: MatchType { MatchType(rawValue: bits &>> 1 & 7) ?? .none }
  @inline(__always) var authenticationNumber: UInt8 { bits &>> 4 & 3 }
  @inline(__always) var isEnforced: Bool { bits & 1 &<< 6 == 0 }
  /// The reason is only what would have happened without audit mode.
  @inline(__always) var isAudited: Bool { bits & 1 &<< 7 != 0 }
  @inline(__always) var drops: Bool { reason != .none && !isAudited }

  @inline(__always)
  var verdict: Verdict {
    if reason != .none { return isAudited ? .audit : .dropped }
    return redirect != 0 ? .redirected : .forwarded
  }
}
