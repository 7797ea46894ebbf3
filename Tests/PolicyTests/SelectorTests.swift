import Cluster
import Manifest
import Policy
import Testing

/// Key conversion (`cilium-policy.md` §2.2) and the namespacing rewrite (§1.9).
@Suite struct SelectorTests {
  @Test(arguments: [
    ("app", "any:app"), ("k8s:app", "k8s:app"), ("k8s.app", "any:k8s.app"), ("any:app", "any:app"),
    ("reserved:host", "reserved:host"), ("reserved.host", "reserved:host"), ("$host", "reserved:host"),
    ("io.kubernetes.pod.namespace", "any:io.kubernetes.pod.namespace"), ("a=b", "any:a"), (":app", "any:app"),
    ("container:app", "container:app"), ("foo.bar:app", "foo:bar.app"),
  ])
  func keysAreConverted(_ written: String, _ converted: String) throws {
    let rule = "{nodeSelector: {matchExpressions: [{key: \"\(written)\", operator: Exists}]}, ingress: [{}]}"
    let subject = try #require(try readPolicy(ccnp(rule)).entries.first?.subject)
    #expect(subject.description == "\(converted) exists")
  }

  static let own = "k8s:io.kubernetes.pod.namespace=shop"
  static let cluster = "k8s:io.cilium.k8s.policy.cluster=default"

  @Test(arguments: [
    ("{}", own), ("{matchLabels: {app: a}}", "any:app=a, \(own)"),
    ("{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": other}}", own),
    ("{matchLabels: {io.kubernetes.pod.namespace: other}}", "any:io.kubernetes.pod.namespace=other, \(own)"),
    ("{matchExpressions: [{key: app, operator: NotIn, values: [b, a]}]}", "\(own), any:app notin (b,a)"),
  ])
  func subjectsOfANamespacedPolicy(_ selector: String, _ expected: String) throws {
    let policy = try readPolicy(cnp("{endpointSelector: \(selector), ingress: [{}]}"))
    #expect(policy.entries.first?.subject.description == expected)
    #expect(policy.entries.first?.subjectIsNode == false)
  }

  @Test func subjectsOfAClusterwidePolicyAreKept() throws {
    let policy = try readPolicy(ccnp("{endpointSelector: {}, ingress: [{}]}"))
    #expect(policy.entries.first?.subject == .wildcard)
    let node = try readPolicy(ccnp("{nodeSelector: {}, ingress: [{}]}"))
    #expect(node.entries.first?.subject == .wildcard)
    #expect(node.entries.first?.subjectIsNode == true)
    #expect(node.namespace.isEmpty)
  }

  @Test(arguments: [
    ("{}", "\(cluster), \(own)"), ("{matchLabels: {app: a}}", "any:app=a, \(cluster), \(own)"),
    ("{matchLabels: {\"reserved:host\": \"\"}}", "reserved:host"),
    ("{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": o}}", "\(cluster), k8s:io.kubernetes.pod.namespace=o"),
    (
      "{matchExpressions: [{key: io.kubernetes.pod.namespace, operator: Exists}]}",
      "\(cluster), any:io.kubernetes.pod.namespace exists"
    ),
    (
      "{matchLabels: {\"k8s:io.cilium.k8s.namespace.labels.team\": t}}",
      "k8s:io.cilium.k8s.namespace.labels.team=t, \(cluster)"
    ),
    ("{matchLabels: {io.cilium.k8s.policy.cluster: other}}", "any:io.cilium.k8s.policy.cluster=other, \(own)"),
  ])
  func peersOfANamespacedPolicy(_ selector: String, _ expected: String) throws {
    let peers = try #require(try readPolicy(ingress("{fromEndpoints: [\(selector)]}")).entries.first?.peers)
    #expect(peers.map(labels) == [expected])
  }

  @Test func withoutDefaultLocalClusterNoClusterIsAdded() throws {
    var settings = Settings()
    settings.defaultLocalCluster = false
    let policy = try readPolicy(ingress("{fromEndpoints: [{}]}"), settings: settings)
    #expect(policy.entries.first?.peers?.map(labels) == [Self.own])
  }

  @Test func peersOfAClusterwidePolicyHaveANamespace() throws {
    let exists = "\(Self.cluster), k8s:io.kubernetes.pod.namespace exists"
    let plain = try readPolicy(ccnp("{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}"))
    #expect(plain.entries.first?.peers?.map(labels) == [exists])
    let initial = try readPolicy(
      ccnp("{endpointSelector: {matchLabels: {\"reserved:init\": \"\"}}, ingress: [{fromEndpoints: [{}]}]}"))
    #expect(initial.entries.first?.peers?.map(labels) == [Self.cluster])
  }

  @Test func nodesAreRemoteNodesOfTheCluster() throws {
    var settings = Settings()
    settings.nodeSelectorLabels = true
    let policy = try readPolicy(ingress("{fromNodes: [{matchLabels: {\"node:zone\": a}}]}"), settings: settings)
    #expect(
      policy.entries.first?.peers?.map(labels) == ["\(Self.cluster), node:zone=a, reserved:remote-node exists"])
  }

  @Test func requirementsCountInTheSnapshotOnly() throws {
    let yaml = ingress("{fromRequires: [{matchLabels: {\"reserved:x\": \"\"}}], fromEndpoints: [{}]}")
    let snapshot = try readPolicy(yaml)
    #expect(snapshot.entries.first?.requires.map(\.description) == ["\(Self.cluster), \(Self.own), reserved:x"])
    let release = try readPolicy(yaml, compatibility: .release)
    #expect(release.entries.first?.requires == [])
    #expect(release.warnings.map(\.identifier).contains("requires-ignored"))
    #expect(try !readPolicy(yaml, validation: .strict, compatibility: .release).isAccepted)
    #expect(try readPolicy(yaml, validation: .strict).isAccepted)
  }

  @Test func selectorsWrittenAlikeAreEqual() throws {
    let peers = try #require(
      try readPolicy(
        ingress(
          "{fromEndpoints: [{matchLabels: {b: v, a: w}}, {matchLabels: {a: w, b: v}}, "
            + "{matchExpressions: [{key: a, operator: In, values: [w]}, {key: b, operator: In, values: [v]}]}]}")
      ).entries.first?.peers)
    #expect(Set(peers).count == 2)
  }
}
