/// The agent options that change verdicts, named after Cilium's own; defaults are Cilium 1.19's
/// (`cilium-policy.md` §16).
public struct Settings: Sendable, Equatable {
  public enum Enforcement: String, Sendable { case `default`, always, never }

  /// `enable-policy`. Cilium compares with `never` and `always` only; every other text acts as `default`.
  public var enforcement = Enforcement.default
  /// `policy-audit-mode`
  public var auditMode = false
  /// `enable-ipv4`, `enable-ipv6`
  public var enableIPv4 = true
  public var enableIPv6 = true
  /// `cluster-name`
  public var clusterName = "default"
  /// `policy-default-local-cluster`: a selector that names no cluster means the local one.
  public var defaultLocalCluster = true
  /// `allow-localhost`: `auto` and `always` let the local host reach every local endpoint; `policy` does not.
  public var allowLocalhost = true
  /// `enable-host-firewall`
  public var hostFirewall = false
  /// `enable-l7-proxy`
  public var l7Proxy = true
  /// `enable-icmp-rules`
  public var icmpRules = true
  /// `allow-icmp-frag-needed`
  public var allowICMPFragNeeded = true
  /// `enable-non-default-deny-policies`
  public var nonDefaultDenyPolicies = true
  /// `enable-extended-ip-protocols`
  public var extendedIPProtocols = false
  /// `enable-sctp`
  public var sctp = false
  /// `enable-node-selector-labels`
  public var nodeSelectorLabels = false
  /// `policy-cidr-match-mode` contains `nodes`
  public var cidrMatchesNodes = false
  /// `enable-ipv4-fragment-tracking`, `enable-ipv6-fragment-tracking`
  public var fragmentTrackingIPv4 = true
  public var fragmentTrackingIPv6 = true
  /// `bpf-ct-timeout-regular-tcp`, `…-tcp-syn`, `…-tcp-fin`, `…-any`, in seconds
  public var timeoutTCP = 8000
  public var timeoutTCPSyn = 60
  public var timeoutTCPFin = 10
  public var timeoutAny = 60
  /// `http-normalize-path`: Envoy resolves dot segments and merges slashes before a path is judged.
  public var normalizesHTTPPath = true
  /// `tofqdns-dns-reject-response-code`: `refused` or `nameError`, what the DNS proxy answers a query with that it refuses.
  public var dnsRejectResponse = "refused"
  /// `tofqdns-min-ttl` and `tofqdns-idle-connection-grace-period`, in seconds
  public var fqdnMinimumTimeToLive = 0
  public var fqdnGracePeriod = 0
  /// `tofqdns-endpoint-max-ip-per-hostname`
  public var fqdnMaximumAddresses = 1000
  /// `tofqdns-max-deferred-connection-deletes`
  public var fqdnMaximumDeferred = 10_000
  /// `conntrack-gc-interval`, in seconds; 0: as Cilium chooses.
  public var conntrackInterval = 0
  /// `tunnel-protocol` other than none with `routing-mode` tunnel: pods may not send to the tunnel port.
  public var tunnelPort: UInt16?
  /// Every option of the ConfigMap and of `--set`, by name, for those that no field above holds.
  public var others: [String: String] = [:]

  public init() {}

  /// World is three identities when both families are on (2, 9, 10), otherwise only 2.
  public var isDualStack: Bool { enableIPv4 && enableIPv6 }
}
