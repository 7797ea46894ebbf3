/// A cluster and its policies as Kubernetes objects, for benchmarks without input: the same text for the same numbers.
///
/// Pods are spread over namespaces of fifty and applications of ten. Each policy opens one port of one application to
/// another of the same namespace, by TCP or, one in five, UDP; every third one instead confines an application's egress to
/// that port and to its namespace.
struct SyntheticCluster {
  let pods: Int
  let policies: Int
  let seed: UInt64

  private static let perNamespace = 50
  private static let applications = 5
  private static let nodes = 8

  func yaml() -> String {
    var text = ""
    for node in 0..<Self.nodes {
      text += """
        apiVersion: v1
        kind: Node
        metadata: {name: node-\(node)}
        status: {addresses: [{type: InternalIP, address: 192.168.0.\(node + 1)}]}
        ---

        """
    }
    for pod in 0..<pods { text += self.pod(pod) }
    var random = SplitMix(seed: seed)
    for policy in 0..<policies { text += self.policy(policy, &random) }
    return text
  }

  private var namespaces: Int { max(1, (pods + Self.perNamespace - 1) / Self.perNamespace) }

  private func pod(_ number: Int) -> String {
    let address = "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"
    return """
      apiVersion: v1
      kind: Pod
      metadata: {name: pod-\(number), namespace: ns-\(number % namespaces), labels: {app: app-\(application(number))}}
      spec: {nodeName: node-\(number % Self.nodes), containers: [{name: main}]}
      status: {phase: Running, podIP: \(address), podIPs: [{ip: \(address)}]}
      ---

      """
  }

  private func application(_ pod: Int) -> Int { pod / namespaces % Self.applications }

  private func policy(_ number: Int, _ random: inout SplitMix) -> String {
    let server = random.below(Self.applications)
    let client = random.below(Self.applications)
    let port = [80, 443, 5432, 8080, 9090][random.below(5)] + number / 100
    let isDatagram = random.below(5) == 0
    let isEgress = number % 3 == 2
    let ports = "[{ports: [{port: \"\(port)\", protocol: \(isDatagram ? "UDP" : "TCP")}]}]"
    return """
      apiVersion: cilium.io/v2
      kind: CiliumNetworkPolicy
      metadata: {name: policy-\(number), namespace: ns-\(number % namespaces)}
      spec:
        endpointSelector: {matchLabels: {app: app-\(isEgress ? client : server)}}
        \(isEgress ? "egress" : "ingress"):
        - \(isEgress ? "toEndpoints" : "fromEndpoints"): [{matchLabels: {app: app-\(isEgress ? server : client)}}]
          toPorts: \(ports)\(isEgress ? "\n  - toEndpoints: [{}]" : "")
      ---

      """
  }
}

/// SplitMix64: the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
