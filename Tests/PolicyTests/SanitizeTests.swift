import Cluster
import Manifest
import Policy
import Testing

/// Cilium's own checks, V1 to V40 of `cilium-policy.md` §1.5. `nil` means accepted.
@Suite struct SanitizeTests {
  @Test(
    arguments: [
      ("V1 no list", "endpointSelector: {}", "at least one of Ingress"),
      ("V1 empty list", "{endpointSelector: {}, ingress: [], egress: []}", "at least one of Ingress"),
      ("V2 no selector", "ingress: [{}]", "must have one of EndpointSelector"),
      ("V3 two selectors", "{endpointSelector: {}, nodeSelector: {}, ingress: [{}]}", "cannot have both"),
      ("V4 node selector", "{nodeSelector: {}, ingress: [{}]}", "cannot have NodeSelector"),
      ("V5 key", "{endpointSelector: {matchLabels: {\"a b\": c}}, ingress: [{}]}", "invalid label selector"),
      (
        "V5 two colons", "{endpointSelector: {matchLabels: {\"foo:bar:baz\": c}}, ingress: [{}]}",
        "invalid label selector"
      ),
      ("V5 value", "{endpointSelector: {matchLabels: {a: \"-\"}}, ingress: [{}]}", "invalid label selector"),
      ("null list", "{endpointSelector: {}, ingress: null, egress: [{}]}", nil),
      ("empty list beside another", "{endpointSelector: {}, ingress: [], egress: [{}]}", nil),
    ] as [(String, String, String?)])
  func rules(_ name: String, _ rule: String, _ reason: String?) throws {
    try check(cnp(rule), reason, name)
  }

  @Test(
    arguments: [
      ("V5 In", "{fromEndpoints: [{matchExpressions: [{key: a, operator: In}]}]}", "must be specified"),
      ("V5 Exists", "{fromEndpoints: [{matchExpressions: [{key: a, operator: Exists, values: [b]}]}]}", "may not be"),
      ("V5 operator", "{fromEndpoints: [{matchExpressions: [{key: a, operator: Near}]}]}", "selector operator"),
      ("V6", "{fromEndpoints: [{}], fromEntities: [world]}", "combining FromEndpoints and FromEntities"),
      ("V6 an empty list does not count", "{fromEndpoints: [], fromEntities: [world]}", nil),
      ("V8", "{fromNodes: [{}]}", "enable-node-selector-labels"),
      ("V9", "{fromEntities: [internet]}", "unsupported entity: internet"),
      ("V9 world-ipv6", "{fromEntities: [world-ipv6]}", nil),
      ("V10 empty", "{fromCIDR: [\"\"]}", "IP must be specified"),
      ("V10 text", "{fromCIDR: [ten]}", "unable to parse CIDR"),
      ("V10 bare address", "{fromCIDR: [10.0.0.1, \"fd00::1\"]}", nil),
      ("V10 leading zero", "{fromCIDR: [010.0.0.0/8]}", "unable to parse CIDR"),
      ("V11 none", "{fromCIDRSet: [{}]}", "one of cidr, cidrGroupRef, or cidrGroupSelector is required"),
      ("V11 two", "{fromCIDRSet: [{cidr: 10.0.0.0/8, cidrGroupRef: g}]}", "no more than one of"),
      ("V12", "{fromCIDRSet: [{cidr: 10.0.0.1}]}", "unable to parse CIDRRule"),
      ("V13 bare", "{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.1]}]}", "except"),
      ("V13 outside", "{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}", "does not contain"),
      ("V13 family", "{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [\"fd00::/8\"]}]}", "does not contain"),
      ("V13 wider", "{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/4]}]}", nil),
      ("V13 unmasked", "{fromCIDRSet: [{cidr: 10.1.0.0/16, except: [10.1.2.3/8]}]}", nil),
      ("V13 group", "{fromCIDRSet: [{cidrGroupRef: g, except: [nonsense]}]}", nil),
      ("V14", "{icmps: [{fields: [{type: 8}]}], toPorts: [{ports: [{port: \"80\"}]}]}", "without ToPorts"),
      ("V16 family", "{icmps: [{fields: [{type: 8, family: IPv5}]}]}", "wrong family: IPv5"),
      ("V17", "{icmps: [{fields: [{type: Ping}]}]}", "ICMP type Ping not found in IPv4"),
      ("V17 family", "{icmps: [{fields: [{type: PacketTooBig}]}]}", "ICMP type PacketTooBig not found"),
      ("V17 case", "{icmps: [{fields: [{type: echoRequest}]}]}", "not found"),
      ("ICMP above 255", "{icmps: [{fields: [{type: 300}]}]}", nil),
      ("V19", "{toPorts: [{ports: [{protocol: TCP}]}]}", "port must be specified"),
      ("V20 syntax", "{toPorts: [{ports: [{port: a_b}]}]}", "invalid syntax"),
      ("V20 range", "{toPorts: [{ports: [{port: \"65536\"}]}]}", "out of range"),
      ("V20 long name", "{toPorts: [{ports: [{port: abcdefghijklmnop}]}]}", "invalid syntax"),
      ("V20 double dash", "{toPorts: [{ports: [{port: a--b}]}]}", "invalid syntax"),
      ("V20 octal", "{toPorts: [{ports: [{port: \"08\"}]}]}", "invalid syntax"),
      ("V20 name", "{toPorts: [{ports: [{port: HTTP-8}]}]}", nil),
      ("V21", "{toPorts: [{ports: [{port: \"1\", protocol: QUIC}]}]}", "invalid protocol \"QUIC\""),
      ("V21 ICMP", "{toPorts: [{ports: [{port: \"1\", protocol: ICMP}]}]}", "invalid protocol \"ICMP\""),
      ("V21 lower case", "{toPorts: [{ports: [{port: \"1\", protocol: tcp}]}]}", nil),
      ("V22", "{toPorts: [{ports: [{port: \"1\", protocol: VRRP}]}]}", "must be empty or 0"),
      ("V22 zero", "{toPorts: [{ports: [{port: \"0\", protocol: IGMP}]}]}", nil),
    ] as [(String, String, String?)])
  func ingressElements(_ name: String, _ element: String, _ reason: String?) throws {
    try check(ingress(element), reason, name)
  }

  @Test(
    arguments: [
      ("V23", "ports: [{port: \"53\", endPort: 60}], rules: {dns: [{}]}", "do not support port ranges"),
      ("V25 ANY", "ports: [{port: \"80\"}], rules: {http: [{}]}", "only apply to TCP (not ANY)"),
      ("V25 UDP", "ports: [{port: \"80\", protocol: UDP}], rules: {http: [{}]}", "only apply to TCP (not UDP)"),
      ("V25 DNS", "ports: [{port: \"53\"}], rules: {dns: [{}]}", nil),
      ("V26", "ports: [{port: \"0\", protocol: TCP}], rules: {http: [{}]}", "when a port is 0"),
      ("V28", "rules: {dns: [{}]}", "port 53 must be specified"),
      ("V28 any port", "ports: [{port: \"5353\"}], rules: {dns: [{}]}", nil),
      ("V29", "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{}], kafka: [{}]}", "multiple L7"),
      (
        "V29 an empty list counts", "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{}], kafka: []}",
        "multiple L7"
      ),
      ("V29 both empty", "ports: [{port: \"1\"}], rules: {http: [], kafka: []}", nil),
      ("V30", "ports: [{port: \"1\", protocol: TCP}], rules: {l7: [{a: b}]}", "'l7' may only be specified"),
      ("V30 key", "ports: [{port: \"1\", protocol: TCP}], rules: {l7proto: x, l7: [{\"\": b}]}", "empty key"),
      ("l7proto alone", "ports: [{port: \"1\"}], rules: {l7proto: x}", nil),
      (
        "V31", "ports: [{port: \"1\", protocol: TCP}], serverNames: [a.b], rules: {http: [{}]}",
        "without TLS termination"
      ),
      (
        "V31 terminated",
        "ports: [{port: \"1\", protocol: TCP}], serverNames: [a.b], terminatingTLS: {secret: {name: s}}, rules: {http: [{}]}",
        nil
      ),
      ("V32", "ports: [{port: \"1\"}], serverNames: [\"\"]", "empty server name"),
      (
        "V33 rules",
        "ports: [{port: \"1\", protocol: TCP}], listener: {name: l, envoyConfig: {name: e}}, rules: {http: [{}]}",
        "not allowed with L7 rules (l)"
      ),
      ("V34 path", "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{path: \"[\"}]}", "error parsing regexp"),
      (
        "V34 method", "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{method: \"GET(\"}]}",
        "error parsing regexp"
      ),
      ("V34 host", "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{host: \"[\"}]}", nil),
      (
        "V35 name", "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{headerMatches: [{value: a}]}]}",
        "name missing"
      ),
      (
        "V35 mismatch",
        "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{headerMatches: [{name: a, mismatch: X}]}]}",
        "Invalid header action: X"
      ),
      (
        "V35 secret",
        "ports: [{port: \"1\", protocol: TCP}], rules: {http: [{headerMatches: [{name: a, secret: {}}]}]}",
        "Secret name missing"
      ),
      (
        "V36 both", "ports: [{port: \"1\", protocol: TCP}], rules: {kafka: [{role: produce, apiKey: fetch}]}",
        "cannot set both"
      ),
      ("V36 key", "ports: [{port: \"1\", protocol: TCP}], rules: {kafka: [{apiKey: dance}]}", "invalid Kafka APIKey"),
      ("V36 role", "ports: [{port: \"1\", protocol: TCP}], rules: {kafka: [{role: dance}]}", "invalid Kafka role"),
      ("V36 version", "ports: [{port: \"1\", protocol: TCP}], rules: {kafka: [{apiVersion: \"40000\"}]}", "APIVersion"),
      ("V36 topic", "ports: [{port: \"1\", protocol: TCP}], rules: {kafka: [{topic: \"a b\"}]}", "invalid Kafka Topic"),
      ("V36 case", "ports: [{port: \"1\", protocol: TCP}], rules: {kafka: [{apiKey: FETCH}]}", nil),
      ("V37 dns", "ports: [{port: \"53\"}], rules: {dns: [{matchName: \"a b\"}]}", "Invalid characters in MatchName"),
    ] as [(String, String, String?)])
  func egressPorts(_ name: String, _ port: String, _ reason: String?) throws {
    try check(egress("{toPorts: [{\(port)}]}"), reason, name)
  }

  @Test(
    arguments: [
      ("V7", "{toFQDNs: [{matchName: a.b}], toEndpoints: [{}]}", "combining ToEndpoints and ToFQDNs"),
      ("V7 services", "{toServices: [{k8sService: {serviceName: a}}], toEntities: [all]}", "combining"),
      ("V37 both", "{toFQDNs: [{matchName: a.b, matchPattern: \"*\"}]}", "only one of MatchName or MatchPattern"),
      ("V37 characters", "{toFQDNs: [{matchPattern: \"a!\"}]}", "Invalid characters in MatchPattern"),
      ("V37 neither", "{toFQDNs: [{}]}", nil),
      ("V40 service", "{toServices: [{}]}", nil),
      ("V40 authentication", "{authentication: {mode: maybe}}", nil),
      ("V40 endPort", "{toPorts: [{ports: [{port: \"80\", endPort: 1}]}]}", nil),
    ] as [(String, String, String?)])
  func egressElements(_ name: String, _ element: String, _ reason: String?) throws {
    try check(egress(element), reason, name)
  }

  @Test func dnsAndListenersAreForEgress() throws {
    try check(
      ingress("{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{}]}}]}"), "DNS is not supported on ingress", "V27")
    let listener = "{toPorts: [{ports: [{port: \"1\"}], listener: {name: l, envoyConfig: {name: e}}}]}"
    try check(ingress(listener), "Listener is not allowed on ingress", "V33")
    try check(egress(listener), nil, "V33")
  }

  @Test func atMostFortyPortsAndTypes() throws {
    for (count, isAccepted) in [(40, true), (41, false)] {
      let ports = (1...count).map { "{port: \"\($0)\"}" }.joined(separator: ", ")
      let types = (1...count).map { "{type: \($0)}" }.joined(separator: ", ")
      let reason = isAccepted ? nil : "the max is 40"
      try check(ingress("{toPorts: [{ports: [\(ports)]}]}"), reason, "V18")
      try check(cnp("{endpointSelector: {}, ingressDeny: [{toPorts: [{ports: [\(ports)]}]}]}"), reason, "V18 deny")
      try check(ingress("{icmps: [{fields: [\(types)]}]}"), reason, "V16")
    }
  }

  @Test func hostPoliciesHaveNoProxyButForDNS() throws {
    let http = "toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]"
    let dns = "toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{}]}}]"
    try check(ccnp("{nodeSelector: {}, ingress: [{\(http)}]}"), "not supported on host ingress", "V38")
    try check(ccnp("{nodeSelector: {}, egress: [{\(http)}]}"), "HTTP is not supported on host egress", "V39")
    try check(ccnp("{nodeSelector: {}, egress: [{\(dns)}]}"), nil, "V39 DNS")
  }

  @Test func optionsDecide() throws {
    var settings = Settings()
    settings.icmpRules = false
    settings.l7Proxy = false
    settings.extendedIPProtocols = true
    settings.nodeSelectorLabels = true
    try check(ingress("{icmps: [{fields: [{type: 8}]}]}"), "enable-icmp-rules", "V15", settings)
    let http = "{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{}]}}]}"
    try check(ingress(http), "L7 proxy is not enabled", "V24", settings)
    try check(ingress("{toPorts: [{ports: [{protocol: VRRP}]}]}"), nil, "V19", settings)
    try check(ingress("{fromNodes: [{}]}"), nil, "V8", settings)
  }

  @Test func oneBadRuleRefusesTheObject() throws {
    let policy = """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: p, namespace: shop}
      specs:
      - {endpointSelector: {}, ingress: [{}]}
      - {endpointSelector: {}, ingress: [{fromEntities: [moon]}]}
      """
    let read = try readPolicy(policy)
    #expect(read.error?.message == "specs[1].ingress[0].fromEntities[0]: unsupported entity: moon")
    #expect(read.error?.location?.line == 6)
    #expect(read.entries.isEmpty)
  }

  @Test func releaseNamesTheUnderscore() throws {
    let yaml = egress("{toFQDNs: [{matchName: \"a b\"}]}")
    let snapshot = try readPolicy(yaml, compatibility: .snapshot).error?.message ?? ""
    let release = try readPolicy(yaml, compatibility: .release).error?.message ?? ""
    #expect(snapshot.contains("A-Z and . and -"))
    #expect(release.contains("A-Z, _ and . and -"))
  }

  private func check(
    _ yaml: String, _ reason: String?, _ name: String, _ settings: Settings = Settings()
  ) throws {
    let policy = try readPolicy(yaml, settings: settings)
    guard let reason else {
      #expect(policy.error == nil, "\(name)")
      return
    }
    let message = policy.error?.message ?? "accepted"
    #expect(message.contains(reason), "\(name): \(message)")
  }
}
