/// The stable names of what Weir tells about inputs; `docs/findings.md` lists them with examples. Scripts may rely on them.
public enum WarningIdentifier: String, CaseIterable, Sendable {
  // MARK: Refused objects

  /// The rule has no list with an element: nothing is enforced.
  case noRules = "no-rules"
  /// A value of a type that the field does not take.
  case wrongType = "wrong-type"
  /// Cilium's own checks refuse the object.
  case refused = "policy-refused"

  // MARK: Single objects

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

  /// The object names no namespace and is therefore in `default`.
  case noNamespace = "no-namespace"
  /// Layer 7 fields in a deny rule fall away: the port is denied whatever is asked for.
  case denyWithL7 = "deny-with-l7"
  /// HTTP rules on a port of TLS, without termination.
  case httpOnTLSPort = "http-on-tls-port"
  /// `serverNames` on a port of a protocol that does not begin with a TLS handshake.
  case serverNamesPlaintextPort = "server-names-on-plaintext-port"
  /// A `Content-Type` compared letter for letter: a `; charset=utf-8` behind it does not match.
  case headerContentType = "header-exact-content-type"
  /// The whole world on every port.
  case allowWorld = "allow-world"
  /// `toEntities: [host]` is the pod's own node only.
  case hostIsOwnNode = "host-is-own-node"

  // MARK: Policies in their cluster

  /// Identities carry another cluster name than the one that selectors ask for.
  case clusterNameDiffers = "cluster-name-differs"
  /// A policy that selects no pod.
  case subjectSelectsNothing = "subject-selects-nothing"
  /// A peer selector that selects no pod.
  case peerSelectsNothing = "peer-selects-nothing"
  /// A selector that fits pods in the host's network only: they are host or remote-node to Cilium.
  case selectsHostNetwork = "selector-matches-host-network"
  /// `toFQDNs` without a DNS rule through which the names would be learnt.
  case fqdnWithoutDNSRule = "fqdn-without-dns-rule"
  /// B3: `toServices` that matches no service; with ports they are open to everyone.
  case servicesMatchNothing = "toservices-matches-nothing"
  /// B5: the service's selector has a key with a dot, which the agent takes apart there.
  case servicesDottedSelector = "toservices-dotted-selector"
  /// A service without selector whose backends are pods or nodes, which CIDR rules never match.
  case servicesInsideCluster = "toservices-backends-in-cluster"
  /// A port name that none of the pods concerned declares.
  case namedPortUndeclared = "named-port-undeclared"
  /// A port name with two numbers in the cluster: the egress rule is ignored.
  case namedPortAmbiguous = "named-port-ambiguous"
  /// A service's port where the port of its backends is meant.
  case servicePort = "service-port-not-target-port"
  /// The API server seen through its service port.
  case apiServerPort = "api-server-service-port"
  /// A prefix whose addresses are pods, which CIDR rules never match.
  case cidrOfPods = "cidr-of-pods"
  /// A prefix of service addresses, which are translated before policy.
  case cidrOfServices = "cidr-of-services"
  /// A prefix of node addresses, which CIDR rules do not match by default.
  case cidrOfNodes = "cidr-of-nodes"
  /// A CIDR group that does not exist selects nothing.
  case cidrGroupMissing = "cidr-group-missing"
  /// Pods in egress default deny without a way to the cluster's DNS.
  case egressWithoutDNS = "egress-default-deny-without-dns"
  /// An allow rule for all pods of a namespace closes those that no other policy opens.
  case implicitDefaultDeny = "implicit-default-deny"
  /// The same for all pods of the cluster.
  case clusterwideDefaultDeny = "clusterwide-default-deny"
  /// A broader rule for the same peer lifts the layer 7 rules.
  case l7Lifted = "l7-lifted-by-broader-rule"
  /// `fromEntities: [world]` on the pods of a NodePort service: the source may be another node.
  case worldNodePort = "world-through-node-port"
  /// Layer 7 rules on traffic that a mesh encrypts.
  case l7OnMeshPort = "l7-on-mtls-port"
  /// A port between ambient pods, whose traffic shows TCP 15008 instead.
  case meshPortHidden = "mesh-port-hidden"
  /// Pods with a sidecar that cannot reach their control plane.
  case meshControlPlane = "mesh-control-plane-blocked"
  /// The rules of one endpoint contradict each other: nothing of its policy takes effect.
  case mergeConflict = "merge-conflict"

  // MARK: Inputs

  /// An option with a value that it does not take.
  case settingValue = "setting-value"
  /// Options in a ConfigMap that Cilium does not read.
  case settingsElsewhere = "settings-not-read"
  /// The same object twice; the last one counts.
  case repeatedObject = "repeated-object"
  /// A `cilium.io` API that does not exist.
  case unknownAPI = "unknown-cilium-api"
  /// `--node` names no node.
  case unknownNode = "unknown-node"
  /// No policy is in force.
  case noPolicies = "no-policies"
  /// Two running pods, or a pod and a node, have one address.
  case sharedAddress = "shared-address"
  /// An address in an unusual spelling.
  case oddlyWrittenAddress = "oddly-written-address"
  /// The capture has no packet to judge.
  case noPackets = "no-packets"
  /// Nobody's policy applies to any packet of the capture.
  case nothingJudged = "nothing-judged"
  /// Packets end within their headers.
  case cutHeaders = "cut-headers"
  /// Packets stand in a capture behind others that were captured later.
  case outOfOrder = "out-of-order"
}

extension WarningIdentifier {
  /// Notes tell how a construct reads that is often meant just so, such as `ingress: [{}]`; warnings tell of something
  /// that has no effect or another one than its text suggests.
  public var severity: Diagnostic.Severity {
    switch self {
    case .emptyRuleDeniesAll, .httpPathExact, .httpHostRegex, .dnsPatternOneLabel, .wildcardPeerScope,
      .portsForEveryone, .clusterwideWildcard, .portZero, .cidrExcludesPods, .noNamespace, .headerContentType,
      .allowWorld, .hostIsOwnNode, .worldNodePort, .oddlyWrittenAddress:
      .note
    case .noRules, .wrongType, .refused, .mergeConflict:
      .error
    default: .warning
    }
  }
}
