import Manifest

/// The stable names of warnings about single policies. Scripts may rely on them; each says in one line what is meant.
enum WarningIdentifier: String, CaseIterable, Sendable {
  /// The API server refuses what the agent alone takes.
  case schemaViolation = "schema-violation"
  /// A field that Cilium does not know and that therefore has no effect.
  case unknownField = "unknown-field"
  /// `ingress: [{}]` in a CNP: default deny, nothing admitted; in a NetworkPolicy the same text admits everything.
  case emptyRuleDeniesAll = "cnp-empty-rule-denies-all"
  /// An empty rule in a deny list denies nothing but switches default deny on.
  case emptyDenyRule = "empty-deny-rule"
  /// `ingress: []` beside another list counts as absent.
  case emptySectionIgnored = "empty-section-ignored"
  /// `enableDefaultDeny` true for a direction without rules.
  case defaultDenyWithoutRules = "default-deny-without-rules"
  /// A peer list that is there but empty selects nobody.
  case emptyPeerList = "empty-peer-list-selects-nobody"
  /// `toFQDNs: []` and the like count as absent; with ports the rule is for everybody.
  case emptyListIsAbsent = "empty-list-counts-as-absent"
  /// Ports without peers: any peer, the world included.
  case portsForEveryone = "ports-open-to-everyone"
  /// `toPorts: [{}]` matches no port at all.
  case noPorts = "port-rule-without-ports"
  /// Port 0 without a protocol: TCP, UDP and SCTP, not ICMP.
  case portZero = "port-zero-excludes-icmp"
  /// `endPort` that is not above `port` is ignored.
  case endPortIgnored = "end-port-ignored"
  /// A numeral with a leading zero is octal.
  case octalPort = "octal-port"
  /// A numeral with a letter, such as 0x50, is a port name.
  case portNameLooksNumeric = "port-name-looks-numeric"
  /// B2: ICMPv4 type 0 stands for every ICMP type.
  case icmpType0 = "icmp-type0"
  /// An ICMP type above 255 never matches.
  case icmpTypeTooLarge = "icmp-type-never-matches"
  /// Empty `rules` mean no layer 7 restriction, not "deny every request".
  case emptyL7Rules = "empty-l7-rules"
  /// A path that looks like a glob; it is a regular expression.
  case httpPathGlob = "http-path-glob"
  /// A path without any wildcard matches the exact target only, query string included.
  case httpPathExact = "http-path-exact"
  /// A lower-case method never matches.
  case httpMethodCase = "http-method-lower-case"
  /// A host that is a regular expression with unescaped dots, matched with the port that the client sent.
  case httpHostRegex = "http-host-regex"
  /// A `headers` element without a space demands a header of that literal name.
  case headerLiteral = "header-literal"
  /// A `headers` value is compared literally, though it looks like a regular expression.
  case headerLiteralRegex = "header-literal-regex"
  /// `*` in a DNS pattern stands for characters of one label.
  case dnsPatternOneLabel = "dns-pattern-one-label"
  /// `**` in a DNS pattern means something else in the snapshot and in the release.
  case dnsPatternDoubleStar = "dns-pattern-double-star"
  /// A name of the cluster in `toFQDNs`: it never opens pods.
  case fqdnInCluster = "fqdn-in-cluster"
  /// An FQDN selector without name and pattern selects nothing.
  case emptyFQDN = "empty-fqdn-selector"
  /// `serverNames` with a trailing dot never match.
  case serverNameNeverMatches = "server-name-never-matches"
  /// A redirect to the TLS inspector works on TCP only.
  case serverNamesNotTCP = "server-names-not-tcp"
  /// A prefix of private pod ranges or `0.0.0.0/0`: never matches pods or nodes.
  case cidrExcludesPods = "cidr-excludes-pods"
  /// `except` covers the whole prefix: nothing is left.
  case exceptCoversAll = "except-covers-everything"
  /// `except` that is no prefix falls away.
  case exceptIgnored = "except-ignored"
  /// A selector key such as `k8s.app`: the dot form is no source.
  case dottedSource = "selector-dotted-source"
  /// A selector key that looks like a namespace label but is none that pods carry.
  case namespaceKey = "selector-namespace-key"
  /// A selector on a label that Cilium does not take into identities.
  case filteredLabel = "selector-filtered-label"
  /// A CNP's endpoint selector names a namespace: overwritten, or selecting nothing.
  case foreignNamespace = "subject-foreign-namespace"
  /// `fromEndpoints: [{}]`: the policy's namespace, or all pods in a CCNP; not everyone.
  case wildcardPeerScope = "wildcard-peer-scope"
  /// A CCNP with `endpointSelector: {}` also selects health and ingress endpoints.
  case clusterwideWildcard = "clusterwide-selects-health"
  /// `authentication.mode` that is none of the known ones has no effect.
  case authenticationModeUnknown = "authentication-mode-unknown"
  /// B4: `toServices` in a deny rule is never expanded.
  case denyToServices = "deny-toservices"
  /// `toGroups`/`fromGroups` need a cloud provider; the agent ignores the whole object.
  case groupsUnresolved = "togroups-unresolved"
  /// `fromRequires`/`toRequires` have no effect in this release.
  case requiresIgnored = "requires-ignored"
  /// A host policy has no effect while the host firewall is off.
  case hostFirewallOff = "host-firewall-off"
  /// B1: an ingress ipBlock also admits every pod of the policy's own namespace.
  case ipBlockAdmitsNamespace = "knp-ipblock-admits-namespace"
  /// An ipBlock that is no prefix selects nobody.
  case ipBlockInvalid = "knp-ipblock-invalid"
  /// A malformed selector in a NetworkPolicy selects nothing.
  case selectorInvalid = "knp-selector-invalid"
  /// A port of a NetworkPolicy that Cilium cannot parse.
  case portInvalid = "knp-port-invalid"
  /// Egress rules of a NetworkPolicy whose policyTypes omit Egress: Cilium applies them.
  case egressWithoutType = "knp-egress-without-type"
  /// An element of a CIDR group that is no prefix is skipped.
  case groupPrefixSkipped = "cidr-group-prefix-skipped"
}

extension WarningIdentifier {
  /// Notes tell how a construct reads that is often meant just so, such as `ingress: [{}]`; warnings tell of something
  /// that has no effect or another one than its text suggests.
  var severity: Diagnostic.Severity {
    switch self {
    case .emptyRuleDeniesAll, .httpPathExact, .httpHostRegex, .dnsPatternOneLabel, .wildcardPeerScope,
      .portsForEveryone, .clusterwideWildcard, .portZero, .cidrExcludesPods:
      .note
    default: .warning
    }
  }
}
