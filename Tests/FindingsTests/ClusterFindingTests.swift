import Cluster
import Manifest
import Policy
import Testing

/// Policies that their cluster makes odd. Each rule is followed by the identifiers of warnings that it must bring, and no
/// others of those that need the cluster.
@Suite struct ClusterFindingTests {
  @Test(
    arguments: [
      // Who is selected.
      ("{matchLabels: {app: web}}", "ingress: [{fromEndpoints: [{matchLabels: {app: cart}}]}]", []),
      ("{matchLabels: {app: wbe}}", "ingress: [{}]", ["subject-selects-nothing"]),
      (
        "{matchLabels: {app: web}}", "ingress: [{fromEndpoints: [{matchLabels: {app: crat}}]}]",
        ["peer-selects-nothing"]
      ),
      (
        "{matchLabels: {app: web}}",
        "ingress: [{fromEndpoints: [{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": kube-system, app: kube-dns}}]}]",
        ["peer-selects-nothing"]
      ),
      (
        "{matchLabels: {app: web}}", "ingress: [{fromEndpoints: [{matchLabels: {app: exporter}}]}]",
        ["selector-matches-host-network"]
      ),
      (
        "{matchLabels: {app: web}}",
        "ingress: [{fromEndpoints: [{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": nowhere}}]}]",
        ["peer-selects-nothing"]
      ),
      // DNS.
      ("{matchLabels: {app: web}}", "egress: [{}]", []),
      (
        "{matchLabels: {app: web}}", "egress: [{toEndpoints: [{matchLabels: {app: cart}}]}]",
        ["egress-default-deny-without-dns"]
      ),
      ("{matchLabels: {app: web}}", "egress: [{toEndpoints: [{matchLabels: {app: cart}}]}, \(dns)]", []),
      ("{matchLabels: {app: web}}", "egress: [{toCIDR: [192.0.2.0/24]}]", []),
      (
        "{matchLabels: {app: web}}", "egress: [{toFQDNs: [{matchName: a.example.org}]}, \(dns)]",
        ["fqdn-without-dns-rule"]
      ),
      (
        "{matchLabels: {app: web}}", "egress: [{toFQDNs: [{matchName: a.example.org}]}, \(proxied("*.example.org"))]",
        []
      ),
      (
        "{matchLabels: {app: web}}", "egress: [{toFQDNs: [{matchName: a.example.net}]}, \(proxied("*.example.org"))]",
        ["fqdn-without-dns-rule"]
      ),
      (
        "{matchLabels: {app: web}}", "egress: [{toFQDNs: [{matchPattern: \"*.example.org\"}]}, \(proxied("*"))]", []
      ),
      ("{matchLabels: {app: web}}", "egress: [{toFQDNs: [{matchName: cart}]}, \(proxied("*"))]", ["fqdn-in-cluster"]),
      // Default deny.
      ("{}", "egress: [\(dns)]", ["implicit-default-deny"]),
      ("{}", "egress: [{toEndpoints: [{}]}, \(dns)]", []),
      // Services.
      (
        "{matchLabels: {app: web}}",
        "egress: [{toServices: [{k8sService: {serviceName: crat, namespace: shop}}], toPorts: [{ports: [{port: \"80\"}]}]}, \(dns)]",
        ["toservices-matches-nothing"]
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toServices: [{k8sService: {serviceName: dotted, namespace: shop}}]}, \(dns)]",
        ["toservices-dotted-selector"]
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toServices: [{k8sService: {serviceName: kubernetes, namespace: default}}]}, \(dns)]",
        ["toservices-backends-in-cluster"]
      ),
      // Ports.
      ("{matchLabels: {app: web}}", "ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: http}]}]}]", []),
      (
        "{matchLabels: {app: web}}", "ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: htpp}]}]}]",
        ["named-port-undeclared"]
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toEndpoints: [{matchLabels: {app: cart}}], toPorts: [{ports: [{port: http, protocol: TCP}]}]}, \(dns)]",
        ["named-port-ambiguous"]
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toEndpoints: [{matchLabels: {app: cart}}], toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}, \(dns)]",
        ["service-port-not-target-port"]
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toEndpoints: [{matchLabels: {app: cart}}], toPorts: [{ports: [{port: \"8080\", protocol: TCP}]}]}, \(dns)]",
        []
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toEntities: [kube-apiserver], toPorts: [{ports: [{port: \"443\", protocol: TCP}]}]}]",
        ["api-server-service-port"]
      ),
      (
        "{matchLabels: {app: web}}",
        "egress: [{toEntities: [kube-apiserver], toPorts: [{ports: [{port: \"6443\", protocol: TCP}]}]}]", []
      ),
      // Addresses.
      ("{matchLabels: {app: web}}", "egress: [{toCIDR: [10.244.0.0/24]}]", ["cidr-of-pods"]),
      ("{matchLabels: {app: web}}", "egress: [{toCIDR: [10.244.0.0/16]}]", ["cidr-of-pods"]),
      ("{matchLabels: {app: web}}", "egress: [{toCIDR: [10.96.0.10/32]}]", ["cidr-of-services"]),
      ("{matchLabels: {app: web}}", "egress: [{toCIDR: [192.0.2.11/32]}]", ["cidr-of-nodes"]),
      ("{matchLabels: {app: web}}", "egress: [{toCIDR: [198.51.100.0/24]}]", []),
      ("{matchLabels: {app: web}}", "egress: [{toCIDRSet: [{cidrGroupRef: office}]}]", []),
      ("{matchLabels: {app: web}}", "egress: [{toCIDRSet: [{cidrGroupRef: ofice}]}]", ["cidr-group-missing"]),
      // Layer 7.
      (
        "{matchLabels: {app: web}}",
        "ingress: [{fromEndpoints: [{matchLabels: {app: cart}}], \(http)}, {fromEndpoints: [{matchLabels: {app: cart}}]}]",
        ["l7-lifted-by-broader-rule"]
      ),
      (
        "{matchLabels: {app: web}}",
        "ingress: [{fromEndpoints: [{matchLabels: {app: cart}}], \(http)}, {fromEntities: [world]}]", []
      ),
    ] as [(String, String, Set<String>)])
  func rules(_ subject: String, _ rules: String, _ expected: Set<String>) {
    let reading = Reading(
      ShopCluster.text + """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: p, namespace: shop}
        spec: {endpointSelector: \(subject), \(rules)}
        """)
    let told = reading.diagnostics.filter { $0.severity > .note }
    #expect(Set(told.compactMap(\.identifier)) == expected, "\(told.map(\.description))")
  }

  private static let dns = """
    {toEndpoints: [{matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}}], \
    toPorts: [{ports: [{port: "53", protocol: UDP}]}]}
    """

  private static func proxied(_ pattern: String) -> String {
    dns.replacing("protocol: UDP}]", with: "protocol: UDP}], rules: {dns: [{matchPattern: \"\(pattern)\"}]}")
  }

  private static let http =
    "toPorts: [{ports: [{port: \"8000\", protocol: TCP}], rules: {http: [{method: GET}]}}]"

  @Test func theHintNamesTheLabelThatPodsCarry() throws {
    let reading = Reading(
      ShopCluster.text + """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: p, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: web}}
          ingress:
          - fromEndpoints:
            - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, app: kube-dns}
        """)
    let warning = try #require(reading.diagnostics.first { $0.identifier == "peer-selects-nothing" })
    #expect(warning.hint == "did you mean k8s-app: kube-dns?")
    #expect(warning.location?.line == ShopCluster.lines + 8)
    #expect(warning.object == "CiliumNetworkPolicy shop/p")
  }

  @Test func aServiceWithoutMatchOpensItsPortsOnlyWhereCiliumDoesSo() {
    let text =
      ShopCluster.text + """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {name: p, namespace: shop}
        spec:
          endpointSelector: {matchLabels: {app: web}}
          egress: [{toServices: [{k8sService: {serviceName: x}}], toPorts: [{ports: [{port: "80"}]}]}]
        """
    for (compatibility, opens) in [(Compatibility.release, true), (.strict, false)] {
      let told = Reading(text, compatibility: compatibility).diagnostics
      let message = told.first { $0.identifier == "toservices-matches-nothing" }?.message ?? ""
      #expect(message.contains("EVERY") == opens)
    }
  }

  @Test func aClusterwideAllowanceClosesEverything() {
    let reading = Reading(
      ShopCluster.text + """
        ---
        apiVersion: cilium.io/v2
        kind: CiliumClusterwideNetworkPolicy
        metadata: {name: p}
        spec: {endpointSelector: {}, ingress: [{fromEntities: [host], toPorts: [{ports: [{port: "10250"}]}]}]}
        """)
    #expect(reading.identifiers.contains("clusterwide-default-deny"))
    #expect(reading.identifiers.contains("clusterwide-selects-health"))
  }

  @Test func nothingIsSaidOfSelectorsWithoutACluster() {
    let reading = Reading(
      """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: p, namespace: shop}
      spec: {endpointSelector: {matchLabels: {app: web}}, egress: [{toEndpoints: [{matchLabels: {app: cart}}]}]}
      """)
    #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics.map(\.description))")
  }

  @Test func theClusterIsNamedAfterItsEndpoints() {
    let reading = Reading(
      """
      apiVersion: cilium.io/v2
      kind: CiliumEndpoint
      metadata: {name: web, namespace: shop}
      status: {identity: {id: 300, labels: ["k8s:io.cilium.k8s.policy.cluster=east"]}}
      """)
    #expect(reading.cluster.settings.clusterName == "east")
  }

  @Test(
    arguments: [
      ("apiVersion: cilium.io/v2\nkind: CiliumClusterWideNetworkPolicy\nmetadata: {name: p}", "unknown-cilium-api"),
      ("apiVersion: audit.cilium.io/v1\nkind: AuditPolicy\nmetadata: {name: p}", "unknown-cilium-api"),
      (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cilium-config, namespace: kube-system}\ndata: {enable-policy: on-demand}",
        "setting-value"
      ),
      ("policyEnforcementMode: default-deny", "setting-value"),
      ("kubeProxyReplacement: strict", "setting-value"),
      ("kubeProxyReplacement: true\nbandwidthManager: true", "setting-value"),
    ])
  func inputs(_ yaml: String, _ expected: String) {
    #expect(Reading(yaml).identifiers.contains(expected))
  }
}
