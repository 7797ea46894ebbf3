import Addresses
import Foundation
import Manifest
import Testing

@testable import Cluster

@Suite struct ClusterReaderTests {
  let inventory: Inventory
  var cluster: Cluster { inventory.cluster }

  init() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/cluster", withExtension: "yaml"))
    inventory = Inventory.read([url.path])
  }

  @Test func `everything is read and counted`() {
    #expect(inventory.diagnostics.map(\.description) == [])
    #expect(inventory.objectCounts["Pod"] == 1 && inventory.objectCounts["ServiceAccount"] == 1)
    #expect(inventory.skippedKinds == ["Deployment.apps": 1])
    #expect(inventory.refusedObjects == 0 && inventory.exitCode == nil)
  }

  @Test func `a namespace`() {
    #expect(cluster.namespaces.map(\.name) == ["shop"])
    #expect(cluster.namespaces.first?.labels["team"] == "7")
    #expect(cluster.namespaces.first?.location.line == 3)
  }

  @Test func `a node has what its CiliumNode knows`() throws {
    let node = try #require(cluster.nodes.first)
    #expect(cluster.nodes.count == 1)
    #expect(node.labels == ["topology.kubernetes.io/zone": "a", "extra": "yes"])
    #expect(node.addresses == addresses("192.168.0.1", "10.0.1.7"))
    #expect(node.healthAddresses == addresses("10.0.1.8"))
    #expect(node.ingressAddresses == addresses("10.0.1.9", "fd00:1::9"))
    #expect(node.podCIDRs.map(\.description) == ["10.0.1.0/24", "fd00:1::/64"])
  }

  @Test func `a pod`() throws {
    let pod = try #require(cluster.pods.first)
    #expect(pod.namespace == "shop" && pod.node == "node-1" && pod.serviceAccount == "web" && !pod.hostNetwork)
    #expect(pod.addresses == addresses("10.0.1.20", "fd00:1::20"))
    #expect(pod.workload == Pod.Workload(kind: "Deployment", name: "web"))
    #expect(pod.annotations == ["example.org/note": "text"])
    #expect(
      pod.ports == [
        Pod.NamedPort(name: "http", port: 8080, protocolNumber: 6),
        Pod.NamedPort(name: "dns", port: 5353, protocolNumber: 17),
        Pod.NamedPort(name: "metrics", port: 15090, protocolNumber: 6),
      ])
  }

  @Test func `a service and its endpoints`() throws {
    let service = try #require(cluster.services.first)
    #expect(service.clusterAddresses == addresses("10.96.0.10"))
    #expect(service.externalAddresses == addresses("203.0.113.5"))
    #expect(service.loadBalancerAddresses == addresses("203.0.113.9"))
    #expect(service.type == "LoadBalancer" && service.selector == ["app": "web"])
    #expect(service.ports.map(\.target) == [.name("http"), .number(81)])
    #expect(service.ports.map(\.nodePort) == [30080, nil])
    #expect(cluster.serviceEndpoints.map(\.service) == ["kubernetes"])
    #expect(cluster.serviceEndpoints.first?.addresses == addresses("192.168.0.1"))
    #expect(
      cluster.serviceEndpoints.first?.ports == [ServiceEndpoints.Port(name: "https", port: 6443, protocolNumber: 6)])
  }

  @Test func `Cilium's own objects`() throws {
    let endpoint = try #require(cluster.ciliumEndpoints.first)
    #expect(endpoint.identity == 20001 && endpoint.endpointID == 1234)
    #expect(endpoint.labels == [.k8s("app", "web"), .k8s("io.kubernetes.pod.namespace", "shop")])
    #expect(endpoint.addresses == addresses("10.0.1.20", "fd00:1::20"))
    #expect(endpoint.nodeAddress == IPAddress("192.168.0.1"))
    #expect(endpoint.namedPorts == [Pod.NamedPort(name: "http", port: 8080, protocolNumber: 6)])
    #expect(cluster.ciliumIdentities.map(\.id) == [20001])
    #expect(cluster.ciliumIdentities.first?.labels == endpoint.labels)
  }

  @Test func `settings and secrets`() {
    let settings = cluster.settings
    #expect(settings.clusterName == "west" && settings.enforcement == .always)
    #expect(settings.enableIPv4 && !settings.enableIPv6 && !settings.cidrMatchesNodes)
    #expect(settings.timeoutTCP == 8000 && settings.tunnelPort == 6081)
    #expect(settings.fqdnMinimumTimeToLive == 3600)
    #expect(cluster.secrets == ["default/header": ["token": "secret", "plain": "text"]])
  }

  @Test func `policies come whole and with their namespace`() {
    #expect(
      inventory.policyObjects.map(\.title) == [
        "CiliumNetworkPolicy default/allow", "CiliumCIDRGroup offices", "NetworkPolicy shop/deny",
      ])
    #expect(inventory.policyObjects.first?.value["spec"]?["ingress"]?.list?.count == 1)
  }
}
