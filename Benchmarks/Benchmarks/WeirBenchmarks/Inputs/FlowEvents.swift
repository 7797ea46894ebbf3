import Addresses
import Flow

/// Events as a replay makes them: for each connection a policy verdict, and for one in four a drop too.
enum FlowEvents {
  static func events(_ count: Int) -> [FlowEvent] {
    var random = RandomNumbers(seed: 7)
    return (0..<count).map { FlowEvent(flow($0, &random)) }
  }

  private static func flow(_ number: Int, _ random: inout RandomNumbers) -> Flow {
    let isDropped = number % 4 == 3
    var flow = Flow()
    flow.time = 1_760_000_000_000_000_000 + Int64(number) * 1_234_567
    flow.uuid = FlowUUID(seed: 0, index: UInt64(number))
    flow.emitter = Flow.Emitter(name: "Weir", version: "1.0")
    flow.type = .l3l4
    flow.verdict = isDropped ? .dropped : .forwarded
    flow.dropReason = isDropped ? .policyDenied : .unknown
    flow.eventType = isDropped ? .drop(.policyDenied) : .policyVerdict
    flow.isReply = isDropped ? nil : false
    flow.ethernet = Flow.Ethernet(source: 0x0200_0000_0001, destination: 0x0200_0000_0002)
    flow.ip = Flow.IP(
      source: EngineWorld.address(random.below(256)), destination: EngineWorld.address(random.below(256)))
    flow.l4 = .tcp(Flow.TCP(source: UInt16(32_768 + random.below(28_000)), destination: 8080, flags: .syn))
    flow.source = end("cart", random.below(256))
    flow.destination = end("ledger", random.below(256))
    flow.nodeName = "node-\(random.below(8))"
    flow.trafficDirection = number % 2 == 0 ? .egress : .ingress
    flow.summary = .derived
    guard !isDropped else { return flow }
    flow.policyMatchType = .l3l4
    flow.file = Flow.FileInfo(name: "policies/\(random.below(20)).yaml", line: UInt32(1 + random.below(400)))
    let policy = Flow.Policy(name: "allow-cart", namespace: "shop", kind: "CiliumNetworkPolicy")
    if number % 2 == 0 { flow.egressAllowedBy = [policy] } else { flow.ingressAllowedBy = [policy] }
    return flow
  }

  private static func end(_ application: String, _ number: Int) -> FlowEndpoint {
    FlowEndpoint(
      id: UInt32(number), identity: UInt32(1000 + number), clusterName: "default", namespace: "shop",
      labels: ["k8s:app=\(application)", "k8s:io.kubernetes.pod.namespace=shop", "k8s:tier=backend"],
      podName: "\(application)-5f6d8c7b94-\(number)",
      workloads: [FlowEndpoint.Workload(name: application, kind: "Deployment")])
  }
}
