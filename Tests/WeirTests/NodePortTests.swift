import Addresses
import Flow
import Foundation
import Testing

/// A node port stands for a backend on every node's address, before any policy.
@Suite struct NodePortTests {
  private static let cluster = """
    {apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
    ---
    {apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: default, labels: {app: web}},
     spec: {nodeName: n1}, status: {phase: Running, podIP: 10.244.0.1}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: web, namespace: default},
     spec: {type: TYPE, clusterIP: 10.96.0.20, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}}
    ---
    {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: default},
     spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{port: 8080}]}]}}

    """

  private func flows(_ type: String, _ port: UInt16 = 30080) throws -> [Flow] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Self.cluster.replacing("TYPE", with: type).write(
      to: folder.appendingPathComponent("cluster.yaml"), atomically: true, encoding: .utf8)
    var capture = CaptureBytes()
    for node in ["192.0.2.11", "192.0.2.12"] { capture.tcp("198.51.100.7", 40000, node, port) }
    let run = try Weir.run(
      ["replay", "-", "-f", "cluster.yaml", "-o", "jsonpb", "-q", "--packets"], input: capture.bytes, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    return try run.lines.map { try Flow(json: String($0)) }
  }

  @Test(arguments: ["NodePort", "LoadBalancer"])
  func itIsJudgedAtTheBackend(_ type: String) throws {
    let flows = try flows(type)
    #expect(flows.count == 2)
    for flow in flows {
      #expect(flow.verdict == .forwarded && flow.trafficDirection == .ingress)
      #expect(flow.destination.podName == "web" && flow.l4?.ports?.destination == 8080)
      #expect(flow.ip?.destination.description == "10.244.0.1" && flow.destinationService == nil)
      #expect(flow.source.labels.contains { $0.hasPrefix("reserved:world") })
    }
  }

  @Test func otherPortsAndOtherServicesAreTheNodes() throws {
    for flow in try flows("NodePort", 30081) + flows("ClusterIP") {
      #expect(flow.destinationService == nil && flow.trafficDirection != .ingress)
    }
  }
}
