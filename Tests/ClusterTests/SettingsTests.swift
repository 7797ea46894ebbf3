import Manifest
import Testing

@testable import Cluster

@Suite struct SettingsTests {
  @Test(arguments: [
    ("enable-policy", "never"), ("policy-audit-mode", "true"), ("enable-ipv4", "false"), ("enable-ipv6", "f"),
    ("cluster-name", "west"), ("policy-default-local-cluster", "0"), ("allow-localhost", "policy"),
    ("enable-host-firewall", "true"), ("enable-l7-proxy", "False"), ("enable-icmp-rules", "false"),
    ("allow-icmp-frag-needed", "false"), ("enable-non-default-deny-policies", "false"),
    ("enable-extended-ip-protocols", "true"), ("enable-sctp", "true"), ("enable-node-selector-labels", "true"),
    ("policy-cidr-match-mode", "nodes"), ("enable-ipv4-fragment-tracking", "false"),
    ("enable-ipv6-fragment-tracking", "false"), ("bpf-ct-timeout-regular-tcp", "60s"),
    ("bpf-ct-timeout-regular-tcp-syn", "1m"), ("bpf-ct-timeout-regular-tcp-syn", "5s"),
    ("bpf-ct-timeout-regular-tcp-fin", "1h"), ("bpf-ct-timeout-regular-any", "1500ms"), ("routing-mode", "tunnel"),
    ("tunnel-protocol", "vxlan"), ("http-403-msg", "no"),
  ])
  func `every option sets something`(name: String, value: String) {
    var settings = Settings()
    #expect(settings.set(name, to: value) == nil)
    if value != "1m" { #expect(settings != Settings()) }
  }

  @Test(arguments: [
    ("enable-ipv4", "yes", "true or false"), ("allow-localhost", "never", "auto, always or policy"),
    ("policy-cidr-match-mode", "pods", "nodes or nothing"), ("tunnel-protocol", "gre", "vxlan or geneve"),
    ("bpf-ct-timeout-regular-any", "60", "a duration such as 60s or 2h13m20s"),
    ("enable-policy", "sometimes", "default, always or never; anything else acts as default"),
  ])
  func `odd values are named and change nothing`(name: String, value: String, expected: String) {
    var settings = Settings()
    #expect(settings.set(name, to: value) == expected)
    #expect(settings == Settings())
  }

  @Test func `the tunnel's port follows from three options`() {
    func port(_ options: KeyValuePairs<String, String>) -> UInt16? {
      var settings = Settings()
      for (name, value) in options { settings.set(name, to: value) }
      return settings.tunnelPort
    }
    #expect(port([:]) == nil)
    #expect(port(["routing-mode": "native", "tunnel-protocol": "vxlan"]) == nil)
    #expect(port(["tunnel-protocol": "vxlan"]) == 8472)
    #expect(port(["tunnel-protocol": "geneve", "routing-mode": "tunnel"]) == 6081)
    #expect(port(["tunnel-port": "9000", "routing-mode": "tunnel"]) == 9000)
  }

  @Test func `overrides count more than the ConfigMap, whose odd values are warnings`() {
    let text = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cilium-config, namespace: kube-system}
      data: {enable-ipv6: false, enable-sctp: maybe, cluster-name: west}
      """
    let result = inventory(text, overrides: [("cluster-name", "east"), ("enable-l7-proxy", "x")])
    #expect(result.cluster.settings.clusterName == "east")
    #expect(!result.cluster.settings.enableIPv6 && !result.cluster.settings.sctp)
    #expect(
      result.diagnostics.map { $0.description.split(separator: "\n").first.map(String.init) ?? "" } == [
        "warning: a.yaml:4:21: ConfigMap kube-system/cilium-config: enable-ipv6: Kubernetes takes only strings here [setting-value]",
        "warning: a.yaml:4:41: ConfigMap kube-system/cilium-config: enable-sctp: expected true or false, found \"maybe\" [setting-value]",
        "warning: option enable-l7-proxy: expected true or false, found \"x\" [setting-value]",
      ])
  }
}
