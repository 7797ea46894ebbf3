/// `authentication.mode` of a rule (`cilium-policy.md` §10).
public enum AuthenticationMode: String, Sendable, Hashable {
  case disabled
  case required
  case testAlwaysFail = "test-always-fail"
}
