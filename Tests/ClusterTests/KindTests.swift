import Manifest
import Testing

@testable import Cluster

@Suite struct KindTests {
  private func slice(_ name: String, _ endpoints: String, type: String = "IPv4") -> String {
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: \(type)\n"
      + "metadata: {name: \(name), labels: {kubernetes.io/service-name: web}}\nendpoints: [\(endpoints)]\n---\n"
  }

  @Test func `an endpoint without conditions is ready`() {
    let result = inventory(slice("a", "{addresses: [10.0.0.1]}, {addresses: [10.0.0.2], conditions: {ready: false}}"))
    #expect(result.cluster.serviceEndpoints.map(\.addresses) == [addresses("10.0.0.1")])
  }

  @Test func `terminating endpoints serve while the service has no ready one`() {
    let terminating = "{addresses: [10.0.0.3], conditions: {ready: false, serving: true, terminating: true}}"
    #expect(
      inventory(slice("a", terminating)).cluster.serviceEndpoints.map(\.addresses) == [addresses("10.0.0.3")])
    let both = slice("a", terminating) + slice("b", "{addresses: [10.0.0.1]}")
    #expect(inventory(both).cluster.serviceEndpoints.map(\.addresses) == [[], addresses("10.0.0.1")])
  }

  @Test func `slices of names are not addresses`() {
    let result = inventory(slice("a", "{addresses: [db.example.org]}", type: "FQDN"))
    #expect(result.cluster.serviceEndpoints.isEmpty && result.diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("ReplicaSet", "web-abc", "pod-template-hash: abc", "Deployment", "web"),
    ("ReplicaSet", "web-abc", "app: web", "ReplicaSet", "web-abc"),
    ("ReplicationController", "web-3", "deploymentconfig: web", "DeploymentConfig", "web"),
    ("Job", "backup-28456789", "app: x", "CronJob", "backup"),
    ("Job", "migrate-12", "app: x", "Job", "migrate-12"),
    ("DaemonSet", "agent", "app: x", "DaemonSet", "agent"),
  ])
  func `a pod's workload is named as Hubble names it`(
    kind: String, name: String, label: String, expectedKind: String, expectedName: String
  ) {
    let metadata = "name: p, labels: {\(label)}, ownerReferences: [{kind: \(kind), name: \(name), controller: true}]"
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {generateName: p-, \(metadata)}\n"
    let expected = Pod.Workload(kind: expectedKind, name: expectedName)
    #expect(inventory(pod).cluster.pods.first?.workload == expected)
    let named = "apiVersion: v1\nkind: Pod\nmetadata: {\(metadata)}\n"
    #expect(inventory(named).cluster.pods.first?.workload == nil)
  }

  @Test func `finished pods are known as such`() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostNetwork: true}\nstatus: {phase: Succeeded}\n"
    #expect(inventory(pod).cluster.pods.first?.isFinished == true)
    #expect(inventory(pod).cluster.pods.first?.hostNetwork == true)
    #expect(inventory(pod).cluster.pods.first?.serviceAccount == "")
  }

  @Test func `a kind of another group is another kind`() {
    let result = inventory("apiVersion: crd.example.org/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n")
    #expect(result.policyObjects.isEmpty)
    #expect(result.skippedKinds == ["NetworkPolicy.crd.example.org": 1])
  }

  @Test func `secrets of keys and certificates are not read`() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: kubernetes.io/tls\ndata: {tls.key: '!'}\n"
    #expect(inventory(secret).cluster.secrets.isEmpty)
    #expect(inventory(secret).diagnostics.isEmpty)
  }

  @Test func `headless services have no cluster address`() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {clusterIP: None, clusterIPs: [None]}\n"
    #expect(inventory(text).cluster.services.first?.clusterAddresses == [])
  }
}
