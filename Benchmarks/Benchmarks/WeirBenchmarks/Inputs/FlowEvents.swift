import Addresses
import Flow

/// Events as a replay makes them: for each connection a policy verdict, and for one in four a drop too. Ends, nodes and
/// policies are shared.
enum FlowEvents {
  static func flows(_ count: Int) -> [Flow] {
    var random = RandomNumbers(seed: 7)
    return (0..<count).map { flow($0, &random) }
  }

  private static func flow(_ number: Int, _ random: inout RandomNumbers) -> Flow {
    let isDropped = number % 4 == 3
    var flow = Flow()
    flow.time = 1_760_000_000_000_000_000 + Int64(number) * 1_234_567
    flow.uuid = FlowUUID(seed: 0, index: UInt64(number))
    flow.type = .l3l4
    flow.verdict = isDropped ? .dropped : .forwarded
    flow.dropReason = isDropped ? .policyDenied : .unknown
    flow.eventType = isDropped ? .drop(.policyDenied) : .policyVerdict
    flow.isReply = isDropped ? nil : false
    flow.ethernet = Flow.Ethernet(source: 0x0200_0000_0001, destination: 0x0200_0000_0002)
    flow.ip = Flow.IP(
      source: EngineWorld.address(random.below(256)), destination: EngineWorld.address(random.below(256)))
    flow.l4 = .tcp(Flow.TCP(source: UInt16(32_768 + random.below(28_000)), destination: 8080, flags: .syn))
    flow.sharedSource = clients[random.below(256)]
    flow.sharedDestination = servers[random.below(256)]
    flow.observer = observers[random.below(8)]
    flow.trafficDirection = number % 2 == 0 ? .egress : .ingress
    flow.summary = .derived
    guard !isDropped else { return flow }
    flow.policyMatchType = .l3l4
    flow.attribution = attributions[number % 2 * 100 + random.below(100)]
    return flow
  }

  private static let clients = (0..<256).map { SharedValue(end("cart", $0)) }
  private static let servers = (0..<256).map { SharedValue(end("ledger", $0)) }
  private static let observers = (0..<8).map {
    SharedValue(Flow.Observer(emitter: Flow.Emitter(name: "Weir", version: "1.0"), nodeName: "node-\($0)"))
  }
  /// A hundred rules of each direction.
  private static let attributions = (0..<200).map { number in
    var attribution = Flow.Attribution()
    attribution.file = Flow.FileInfo(name: "policies/\(number % 20).yaml", line: UInt32(1 + number))
    let policy = Flow.Policy(name: "allow-cart", namespace: "shop", kind: "CiliumNetworkPolicy")
    if number < 100 { attribution.egressAllowedBy = [policy] } else { attribution.ingressAllowedBy = [policy] }
    return SharedValue(attribution)
  }

  private static func end(_ application: String, _ number: Int) -> FlowEndpoint {
    FlowEndpoint(
      id: UInt32(number), identity: UInt32(1000 + number), clusterName: "default", namespace: "shop",
      labels: ["k8s:app=\(application)", "k8s:io.kubernetes.pod.namespace=shop", "k8s:tier=backend"],
      podName: "\(application)-5f6d8c7b94-\(number)",
      workloads: [FlowEndpoint.Workload(name: application, kind: "Deployment")])
  }
}
