import Addresses
import Cluster
import Compiler
import Manifest
import Policy
import Tables
import Testing

/// On how many cores a compilation runs must not show. Small inputs are never divided, so this one is large.
@Suite struct ThreadTests {
  private static let location = Location(file: "cluster.yaml")

  private func cluster() -> Cluster {
    var cluster = Cluster()
    for index in 0..<900 {
      var pod = Pod(namespace: "ns\(index % 9)", name: "p\(index)", location: Self.location)
      pod.labels = ["app": "a\(index % 13)", "tier": index % 2 == 0 ? "x" : "y", "instance": "i\(index)"]
      pod.node = index % 3 == 0 ? "n1" : "n2"
      pod.addresses = [IPAddress(ipv4: 0x0a00_0000 + UInt32(index))]
      pod.ports = [.init(name: "web", port: 8000 + UInt16(index % 7), protocolNumber: 6)]
      cluster.pods.append(pod)
    }
    return cluster
  }

  private func policies() -> [PolicyObject] {
    let reader = PolicyReader(settings: Settings(), validation: .agent, compatibility: .release)
    var result: [PolicyObject] = []
    for index in 0..<200 {
      let isEgress = index % 3 == 0
      let peers = index % 5 == 0 ? "CIDR: [10.\(index).0.0/16]" : "Endpoints: [{matchLabels: {app: a\(index % 11)}}]"
      let rules = index % 4 == 0 && !isEgress ? ", rules: {http: [{path: /\(index)}]}" : ""
      let yaml = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: {namespace: ns\(index % 9), name: p\(index)}
        spec:
          endpointSelector: {matchLabels: {app: a\(index % 13)}}
          \(isEgress ? "egress" : "ingress"):
          - \(isEgress ? "to" : "from")\(peers)
            toPorts: [{ports: [{port: \"\(index % 6 == 1 ? "web" : "\(8000 + index % 40)")\", protocol: TCP}]\(rules)}]
        """
      var manifests = ManifestReader()
      manifests.read(text: yaml, file: "p\(index).yaml") { result.append(reader.read($0)) }
    }
    return result
  }

  @Test("any number of threads makes the same tables")
  func threads() {
    var input = Compiler.Input(cluster: cluster())
    input.policies = policies()
    let accepted = input.policies.count(where: \.isAccepted)
    #expect(accepted == 200)
    let alone = Compiler.compile(input, threads: 1)
    #expect(alone.policies.count > 50)
    for threads in [2, 3, 7] {
      let together = Compiler.compile(input, threads: threads)
      #expect(together.identities == alone.identities && together.ipcache == alone.ipcache)
      #expect(together.endpoints == alone.endpoints && together.policies == alone.policies)
      #expect(together.redirects == alone.redirects && together.provenance == alone.provenance)
    }
  }
}
