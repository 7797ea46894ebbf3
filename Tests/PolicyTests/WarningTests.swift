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
      ("{endpointSelector: {}, ingress: [], egress: [{toEntities: [world]}]}", ["empty-section-ignored"]),
      ("{endpointSelector: {}, ingressDeny: [{}], ingress: []}", ["empty-deny-rule"]),
      (
        "{endpointSelector: {}, egress: [{toEntities: [world]}], enableDefaultDeny: {ingress: true}}",
        ["default-deny-without-rules"]
      ),
      ("{endpointSelector: {}, egressDeny: [{toServices: [{k8sService: {serviceName: s}}]}]}", ["deny-toservices"]),
      (
        "{endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": x}}, ingress: [{fromEntities: [world]}]}",
        ["subject-foreign-namespace"]
      ),
      (
        "{endpointSelector: {matchExpressions: [{key: \"k8s:io.kubernetes.pod.namespace\", operator: In, values: [x]}]}, "
          + "ingress: [{fromEntities: [world]}]}", ["subject-foreign-namespace"]
      ),
      (
        "{endpointSelector: {matchLabels: {k8s.app: a}}, ingress: [{fromEntities: [world]}]}",
        ["selector-dotted-source"]
      ),
      (
        "{endpointSelector: {matchLabels: {pod-template-hash: a}}, ingress: [{fromEntities: [world]}]}",
        ["selector-filtered-label"]
      ),
      ("{endpointSelector: {matchLabels: {app.kubernetes.io/name: a}}, ingress: [{fromEntities: [world]}]}", []),
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
      ("{fromCIDR: [0.0.0.0/0]}", ["cidr-excludes-pods"]),
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
      ("{headers: [\"X-Env: prod\"]}", []), ("{headers: [\"Authorization: Bearer .*\"]}", ["header-literal-regex"]),
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
        "{toServices: [], toPorts: [{ports: [{port: \"443\"}]}]}",
        ["empty-list-counts-as-absent", "ports-open-to-everyone"]
      ),
    ] as [(String, [String])])
  func egressElements(_ element: String, _ expected: [String]) throws {
    try check(egress(element), expected)
  }

  @Test func clusterwideRules() throws {
    try check(ccnp("{endpointSelector: {}, ingress: [{fromEntities: [world]}]}"), ["clusterwide-selects-health"])
    try check(ccnp("{nodeSelector: {}, ingress: [{fromEntities: [world]}]}"), ["host-firewall-off"])
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
