public import Layer7
public import Rules

/// The agent options that Cilium's proxies look at, and what the caller wants to know.
public struct ProxySettings: Sendable {
  /// `http-normalize-path`
  public var normalizesPath = true
  /// How patterns of DNS rules are read.
  public var dnsDialect = DNSPattern.Dialect.release
  /// The code that refused queries are answered with: 5 REFUSED, or 3 for `tofqdns-dns-reject-response-code: nameError`.
  public var dnsRefusalCode = 5
  /// Judge the server names of QUIC connections too, which Cilium does not.
  public var judgesQUIC = false
  /// The text of a secret that `headerMatches` names; nil when it cannot be had.
  public var secret: @Sendable (SecretReference) -> String? = { _ in nil }

  /// Events are wanted, not only counts and verdicts.
  public var recordsEvents = true
  /// DNS answers are wanted, for learning names.
  public var keepsAnswers = false

  /// What streams may hold. A request's head must fit into a direction; Envoy takes 60 KiB.
  public var limits = ProxySettings.defaultLimits

  public init() {}

  private static var defaultLimits: StreamLimits {
    var limits = StreamLimits()
    limits.bytesPerDirection = 320 << 10
    limits.bytes = 64 << 20
    limits.streams = 1 << 16
    return limits
  }
}
