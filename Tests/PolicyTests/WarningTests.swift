import Cluster
import Manifest
import Policy
import Testing

/// Rules that do not mean what they seem to (`cilium-policy.md` §15). Each construct is followed by the identifiers that
/// it must bring, and only those.
@Suite struct WarningTests {
  @Test(
    arguments: [
      ("{endpointSelector: {}, ingress: [{}]}", ["cnp-empty-rule-denies-all"]),
      ("{endpointSelector: {}, ingress: [], egress: [{toEntities: [cluster]}]}", ["empty-section-ignored"]),
      ("{endpointSelector: {}, ingressDeny: [{}], ingress: []}", ["empty-deny-rule"]),
      (
        "{endpointSelector: {}, egress: [{toEntities: [cluster]}], enableDefaultDeny: {ingress: true}}",
        ["default-deny-without-rules"]
      ),
      ("{endpointSelector: {}, egressDeny: [{toServices: [{k8sService: {serviceName: s}}]}]}", ["deny-toservices"]),
      (
        "{endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": x}}, ingress: [{fromEntities: [cluster]}]}",
        ["subject-foreign-namespace"]
      ),
      (
        "{endpointSelector: {matchExpressions: [{key: \"k8s:io.kubernetes.pod.namespace\", operator: In, values: [x]}]}, "
          + "ingress: [{fromEntities: [cluster]}]}", ["subject-foreign-namespace"]
      ),
      (
        "{endpointSelector: {matchLabels: {k8s.app: a}}, ingress: [{fromEntities: [cluster]}]}",
        ["selector-dotted-source"]
      ),
      (
        "{endpointSelector: {matchLabels: {pod-template-hash: a}}, ingress: [{fromEntities: [cluster]}]}",
        ["selector-filtered-label"]
      ),
      ("{endpointSelector: {matchLabels: {app.kubernetes.io/name: a}}, ingress: [{fromEntities: [cluster]}]}", []),
    ] as [(String, [String])])
  func rules(_ rule: String, _ expected: [String]) throws {
    try check(cnp(rule), expected)
  }

  @Test(
    arguments: [
      ("{fromEndpoints: [{}]}", ["wildcard-peer-scope"]),
      ("{fromEndpoints: []}", ["empty-peer-list-selects-nobody"]),
      ("{fromEndpoints: [{matchLabels: {kubernetes.io/metadata.name: a}}]}", ["selector-namespace-key"]),
      ("{toPorts: [{ports: [{port: \"80\"}]}]}", ["ports-open-to-everyone"]),
      ("{fromEntities: [world], toPorts: [{}]}", ["port-rule-without-ports"]),
      ("{fromEntities: [world], toPorts: [{ports: [{port: \"0\"}]}]}", ["port-zero-excludes-icmp"]),
      ("{fromEntities: [world], toPorts: [{ports: [{port: \"90\", endPort: 80}]}]}", ["end-port-ignored"]),
      ("{fromEntities: [world], toPorts: [{ports: [{port: \"010\"}]}]}", ["octal-port"]),
      ("{fromEntities: [world], toPorts: [{ports: [{port: \"0x50\"}]}]}", ["port-name-looks-numeric"]),
      ("{fromEntities: [world], icmps: [{fields: [{type: 0}]}]}", ["icmp-type0"]),
      ("{fromEntities: [world], icmps: [{fields: [{type: EchoReply, family: IPv6}]}]}", []),
      ("{fromEntities: [world], icmps: [{fields: [{type: 300}]}]}", ["icmp-type-never-matches"]),
      ("{fromCIDR: [0.0.0.0/0]}", ["allow-world", "cidr-excludes-pods"]),
      ("{fromEntities: [world]}", ["allow-world"]),
      ("{fromEndpoints: [{matchLabels: {a: b}}], toPorts: []}", ["empty-list-counts-as-absent"]),
      ("{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.0.0/4]}]}", ["except-covers-everything"]),
    ] as [(String, [String])])
  func ingressElements(_ element: String, _ expected: [String]) throws {
    try check(ingress(element), expected)
  }

  @Test(
    arguments: [
      ("{path: /api/v1/*}", ["http-path-glob"]), ("{path: /public}", ["http-path-exact"]), ("{path: \"/a/.*\"}", []),
      ("{path: \"^/a$\"}", []), ("{method: get}", ["http-method-lower-case"]), ("{method: GET}", []),
      ("{host: example.org}", ["http-host-regex"]), ("{headers: [\"X-Env:prod\"]}", ["header-literal"]),
      ("{headers: [\"X-Env: prod\"]}", []),
      ("{headers: [\"Content-Type: application/json\"]}", ["header-exact-content-type"]),
      ("{headers: [\"Authorization: Bearer .*\"]}", ["header-literal-regex"]),
    ] as [(String, [String])])
  func httpRules(_ rule: String, _ expected: [String]) throws {
    try check(
      ingress("{fromEntities: [world], toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [\(rule)]}}]}"),
      expected)
  }

  @Test(
    arguments: [
      ("{toFQDNs: [{matchPattern: \"*.example.org\"}]}", ["dns-pattern-one-label"]),
      ("{toFQDNs: [{matchPattern: \"**.example.org\"}]}", ["dns-pattern-double-star"]),
      ("{toFQDNs: [{matchPattern: \"*\"}]}", []),
      ("{toFQDNs: [{matchName: a.shop.svc.cluster.local}]}", ["fqdn-in-cluster"]),
      (
        "{toEntities: [world], toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: [a.b.]}]}",
        ["server-name-never-matches"]
      ),
      (
        "{toEntities: [world], toPorts: [{ports: [{port: \"443\", protocol: UDP}], serverNames: [a.b]}]}",
        ["server-names-not-tcp"]
      ),
      (
        "{toEntities: [world], toPorts: [{ports: [{port: \"80\", protocol: TCP}], serverNames: [a.b]}]}",
        ["server-names-on-plaintext-port"]
      ),
      (
        "{toEntities: [world], toPorts: [{ports: [{port: \"443\", protocol: TCP}], rules: {http: [{}]}}]}",
        ["http-on-tls-port"]
      ),
      ("{toEntities: [host]}", ["host-is-own-node"]), ("{toEntities: [host, remote-node]}", []),
      (
        "{toServices: [], toPorts: [{ports: [{port: \"443\"}]}]}",
        ["empty-list-counts-as-absent", "ports-open-to-everyone"]
      ),
    ] as [(String, [String])])
  func egressElements(_ element: String, _ expected: [String]) throws {
    try check(egress(element), expected)
  }

  @Test func denyRulesLoseTheirLayer7() throws {
    let rule = "egressDeny: [{toEntities: [world], toPorts: [{ports: [{port: \"80\"}], rules: {http: [{path: /a}]}}]}]"
    let policy = try readPolicy(cnp("endpointSelector: {}\n\(rule)"), validation: .prune)
    #expect(policy.isAccepted)
    #expect(policy.warnings.compactMap(\.identifier) == ["unknown-field", "deny-with-l7"])
  }

  @Test func refusedObjectsAreReviewedAllTheSame() throws {
    let http = "http: [{path: /api/*, headers: [{name: a}]}]"
    let policy = try readPolicy(
      ingress(
        "{fromEntities: [cluster], action: Deny, toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {\(http)}}]}"
      ),
      validation: .strict)
    #expect(!policy.isAccepted && policy.entries.isEmpty)
    #expect(policy.error?.identifier == "unknown-field")
    #expect(policy.warnings.compactMap(\.identifier) == ["http-path-glob"])
    let typed = try readPolicy(
      ingress("{fromEntities: [cluster], toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {\(http)}}]}"))
    #expect(typed.error?.identifier == "wrong-type")
    #expect(typed.warnings.compactMap(\.identifier).contains("http-path-glob"))
    #expect(try readPolicy(cnp("endpointSelector: {}\ningress: []")).error?.identifier == "no-rules")
  }

  @Test func networkPoliciesSeeFilteredLabelsToo() throws {
    let policy = try readPolicy(
      knp("podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: db-0}}\npolicyTypes: [Ingress]"))
    #expect(policy.warnings.compactMap(\.identifier) == ["selector-filtered-label"])
  }

  @Test func aPolicyWithoutNamespaceIsInDefault() throws {
    let policy = try readPolicy(cnp("endpointSelector: {}\ningress: [{}]").replacing(", namespace: shop", with: ""))
    #expect(policy.warnings.compactMap(\.identifier).contains("no-namespace"))
  }

  @Test func clusterwideRules() throws {
    try check(ccnp("{endpointSelector: {}, ingress: [{fromEntities: [cluster]}]}"), ["clusterwide-selects-health"])
    try check(ccnp("{nodeSelector: {}, ingress: [{fromEntities: [cluster]}]}"), ["host-firewall-off"])
  }

  @Test func theStrictDialectHasNoBugsToWarnOf() throws {
    let zero = ingress("{fromEntities: [world], icmps: [{fields: [{type: 0}]}]}")
    #expect(try readPolicy(zero, compatibility: .strict).warnings.isEmpty)
    let service = cnp("{endpointSelector: {}, egressDeny: [{toServices: [{k8sService: {serviceName: s}}]}]}")
    #expect(try readPolicy(service, compatibility: .strict).warnings.isEmpty)
  }

  @Test func warningsHaveAPlace() throws {
    let yaml = """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata:
        name: p
      spec:
        endpointSelector: {}
        ingress:
        - fromEntities:
          - world
          icmps:
          - fields:
            - family: IPv4
              type: 0
      """
    let warning = try #require(try readPolicy(yaml).warnings.first)
    #expect(warning.location?.description == "policy.yaml:13:9")
    #expect(warning.message.hasPrefix("spec.ingress[0].icmps[0].fields[0].type: "))
    #expect(warning.object == "CiliumNetworkPolicy p")
    #expect(warning.severity == .warning)
  }

  private func check(_ yaml: String, _ expected: [String]) throws {
    let policy = try readPolicy(yaml)
    let found = policy.warnings.compactMap(\.identifier).filter { $0 != "schema-violation" }
    #expect(policy.isAccepted && found.sorted() == expected.sorted(), "\(policy.error?.message ?? "")")
  }
}
