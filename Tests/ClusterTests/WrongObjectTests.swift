import Manifest
import Testing

@testable import Cluster

/// A wrong object is reported with its place and left out; the others go on.
@Suite struct WrongObjectTests {
  static let good = "apiVersion: v1\nkind: Namespace\nmetadata: {name: good}\n---\n"

  @Test(arguments: [
    ("Pod", "metadata: [a]", "7:11: Pod : metadata: expected a map, found a list"),
    ("Pod", "metadata: {}", "7:11: Pod : metadata.name is missing"),
    ("Pod", "metadata: {name: 1}", "7:18: Pod : name: expected a string, found the number 1"),
    (
      "Pod", "metadata: {name: a, labels: {on: y}}",
      "7:34: Pod default/a: labels.true: expected a string, found the boolean true"
    ),
    (
      "Pod", "metadata: {name: a}\nstatus: {podIP: 10.0.0}",
      "8:17: Pod default/a: podIP: expected an IP address, found \"10.0.0\""
    ),
    (
      "Pod", "metadata: {name: a}\nstatus: {podIPs: 10.0.0.1}",
      "8:18: Pod default/a: podIPs: expected a list, found \"10.0.0.1\""
    ),
    (
      "Pod", "metadata: {name: a}\nspec: {hostNetwork: \"true\"}",
      "8:21: Pod default/a: hostNetwork: expected true or false, found \"true\""
    ),
    (
      "Pod", "metadata: {name: a}\nspec: {containers: [{ports: [{name: x, containerPort: 0}]}]}",
      "8:55: Pod default/a: containerPort: expected a port from 1 to 65535, found the number 0"
    ),
    (
      "Pod", "metadata: {name: a}\nspec: {containers: [{ports: [{name: x, containerPort: 1, protocol: tcp}]}]}",
      "8:68: Pod default/a: protocol: expected TCP, UDP or SCTP, found \"tcp\""
    ),
    (
      "Node", "metadata: {name: a}\nspec: {podCIDR: 10.0.0.0}",
      "8:17: Node a: podCIDR: expected a CIDR such as 10.0.0.0/24, found \"10.0.0.0\""
    ),
    (
      "Service", "metadata: {name: a}\nspec: {ports: [{name: x}]}",
      "8:16: Service default/a: ports: expected a port, found a map"
    ),
    (
      "Service", "metadata: {name: a}\nspec: {ports: [{port: 80, targetPort: 70000}]}",
      "8:39: Service default/a: targetPort: expected a port from 1 to 65535 or a port's name, found the number 70000"
    ),
    ("Secret", "metadata: {name: a}\ndata: {k: \"%%\"}", "8:11: Secret default/a: data.k: expected base64"),
  ])
  func `wrong shapes`(kind: String, body: String, message: String) {
    let result = inventory(Self.good + "apiVersion: v1\nkind: \(kind)\n\(body)\n")
    #expect(result.cluster.namespaces.map(\.name) == ["good"])
    #expect(result.refusedObjects == 1 && result.exitCode == 65)
    #expect(
      result.diagnostics.first?.description.hasPrefix("error: a.yaml:" + message) == true, "\(result.diagnostics)")
  }

  @Test(arguments: [
    (
      "cilium.io/v2", "CiliumIdentity", "metadata: {name: x}",
      "3:18: CiliumIdentity x: name: expected the number of the identity"
    ),
    (
      "cilium.io/v2", "CiliumEndpoint", "metadata: {name: x}\nstatus: {identity: {id: -1}}",
      "4:25: CiliumEndpoint default/x: id: expected the number of an identity"
    ),
    (
      "discovery.k8s.io/v1", "EndpointSlice",
      "metadata: {name: x, labels: {kubernetes.io/service-name: s}}\naddressType: IPX",
      "4:14: EndpointSlice default/x: addressType: expected IPv4, IPv6 or FQDN"
    ),
    (
      "extensions/v1beta1", "NetworkPolicy", "metadata: {name: x}",
      "1:13: NetworkPolicy x: Kubernetes no longer knows extensions/v1beta1"
    ),
  ])
  func `wrong shapes in other groups`(version: String, kind: String, body: String, message: String) {
    let result = inventory("apiVersion: \(version)\nkind: \(kind)\n\(body)\n")
    #expect(
      result.diagnostics.first?.description.hasPrefix("error: a.yaml:" + message) == true, "\(result.diagnostics)")
    #expect(result.policyObjects.isEmpty)
  }

  @Test func `the last of several objects with one name counts`() {
    let pods = ["10.0.0.1", "10.0.0.2"].map {
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nstatus: {podIP: \($0)}\n"
    }
    let result = inventory(pods.joined(separator: "---\n"))
    #expect(result.cluster.pods.map(\.addresses) == [addresses("10.0.0.2")])
    #expect(
      result.diagnostics.map(\.description) == [
        "warning: a.yaml:6:1: Pod default/a: repeats the object at a.yaml:1:1; the last one counts [repeated-object]"
      ])
  }

  @Test func `secrets stay out of messages`() {
    let result = inventory("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: \"pass word!\"}\n")
    #expect(result.diagnostics.count == 1)
    #expect(!result.diagnostics.description.contains("pass word"))
  }
}
