/// How policy objects are admitted (`--validate`).
public enum Validation: String, Sendable, CaseIterable {
  /// What `kubectl apply` does: the CRD schema with unknown fields refused, then Cilium's own checks.
  case strict
  /// The schema, but unknown fields are dropped with a warning.
  case prune
  /// Cilium's own decoding and checks alone; schema findings are warnings.
  case agent
}

/// Which Cilium to agree with (`--compat`, `cilium-policy.md` §16).
public enum Compatibility: String, Sendable, CaseIterable {
  /// The 1.19 release.
  case release = "1.19"
  /// The October 2025 development snapshot.
  case snapshot = "1.19-dev"
  /// What is documented: the reference's bugs B1 to B6 are off.
  case strict

  /// True where the bugs of the reference are reproduced.
  public var reproducesBugs: Bool { self != .strict }
  /// R2: `fromRequires` and `toRequires` still count.
  public var honoursRequires: Bool { self == .snapshot }
  /// The snapshot's reference data hold the answer of Cilium's own object check instead of an API server's. That check
  /// has no opinion of NetworkPolicies, and compares an object with itself after decoding, leaf by leaf: an unknown field
  /// without a scalar in it goes unseen, and an empty text, which encoding leaves out, counts as unknown.
  public var checksObjectsByLeaves: Bool { self == .snapshot }
}
