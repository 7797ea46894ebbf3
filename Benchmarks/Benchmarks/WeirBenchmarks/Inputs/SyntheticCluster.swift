/// A cluster and policies in the mix of the recorded scale inputs: every pod an identity of its own, 10 to 20
/// applications, the first pods on the local node.
struct SyntheticCluster {
  static let localNode = "node000"

  let pods: Int
  let locals: Int

  private var namespaceCount: Int { pods >= 10_000 ? 50 : 20 }
  private var nodeCount: Int { pods >= 10_000 ? 40 : 10 }
  private var applicationCount: Int { pods >= 10_000 ? 20 : 10 }

  // MARK: The cluster

  func objects() -> Tree {
    var items: [Tree] = [
      [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "cilium-config", "namespace": "kube-system"],
        "data": ["enable-ipv6": "false", "enable-l7-proxy": "true"],
      ]
    ]
    items += (0..<namespaceCount).map { number in
      let environment = ["prod", "dev", "stage", "test"][number % 4]
      let name = Self.numbered("ns", number, 3)
      return [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": [
          "labels": .labels([
            "kubernetes.io/metadata.name": name, "env": environment, "team": "t\(number % 8)",
          ]),
          "name": .text(name),
        ],
      ]
    }
    items += (0..<nodeCount).map { number in
      [
        "apiVersion": "v1", "kind": "Node", "metadata": ["name": .text(Self.numbered("node", number, 3))],
        "status": ["addresses": [["address": "172.16.0.\(number + 1)", "type": "InternalIP"]]],
      ]
    }
    return .objects(items + (0..<pods).map(pod))
  }

  private func pod(_ number: Int) -> Tree {
    let node = number < locals ? 0 : 1 + number % (nodeCount - 1)
    let address = "10.\(128 + number >> 16).\(number >> 8 & 255).\(number & 255)"
    let application = number / namespaceCount % applicationCount
    return [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "labels": .labels([
          "app": Self.numbered("app", application, 2), "tier": ["front", "back", "data"][application % 3],
          "version": "v\(1 + number % 3)", "instance": Self.numbered("i", number, 5),
        ]),
        "name": .text(Self.numbered("p", number, 5)), "namespace": .text(namespace(number)),
      ],
      "spec": [
        "containers": [
          ["image": "i", "name": "c", "ports": [["containerPort": 8080, "name": "http", "protocol": "TCP"]]]
        ],
        "nodeName": .text(Self.numbered("node", node, 3)),
      ],
      "status": ["phase": "Running", "podIP": .text(address), "podIPs": [["ip": .text(address)]]],
    ]
  }

  // MARK: The policies

  /// In hundredths: 45 ingress from an application of the namespace, 15 egress to endpoints, 10 across namespaces, 8 CIDR,
  /// 6 HTTP, 5 deny of a port range, 4 FQDN and kube-apiserver, 6 NetworkPolicy, 1 clusterwide.
  func policies(_ count: Int) -> Tree {
    var random = RandomNumbers(seed: 2)
    return .objects((0..<count).map { policy($0, &random) })
  }

  private func policy(_ number: Int, _ random: inout RandomNumbers) -> Tree {
    let own = application(&random)
    let peer = application(&random)
    let port = random.pick([80, 443, 5432, 6379, 8080, 9090])
    let members: [(String, Tree)]
    var kind = "CiliumNetworkPolicy"
    switch random.below(100) {
    case 0..<45:
      members = [("ingress", [["fromEndpoints": [peers(["app": peer])], "toPorts": ports(port)]])]
    case 45..<60:
      members = [
        (
          "egress",
          [
            ["toEndpoints": [peers(["app": peer])], "toPorts": ports(port)],
            [
              "toEndpoints": [peers(["k8s:io.kubernetes.pod.namespace": "ns000", "app": "app00"])],
              "toPorts": ports(53, "ANY"),
            ],
          ]
        )
      ]
    case 60..<70:
      let team = "t\(random.below(8))"
      let selector = peers(["k8s:io.cilium.k8s.namespace.labels.team": team, "app": peer])
      members = [("ingress", [["fromEndpoints": [selector], "toPorts": ports(port)]])]
    case 70..<78:
      let network: Tree = ["cidr": "198.18.\(random.below(64) * 4).0/22"]
      members = [("egress", [["toCIDRSet": [network], "toPorts": ports(port)]])]
    case 78..<84:
      members = [("ingress", [["fromEndpoints": [peers(["tier": "front"])], "toPorts": http(number % 8)]])]
    case 84..<89:
      let selector: Tree = [
        "matchExpressions": [["key": "version", "operator": "In", "values": ["v3"]]]
      ]
      let range: Tree = [["ports": [["port": "8000", "endPort": 8999, "protocol": "TCP"]]]]
      members = [("ingressDeny", [["fromEndpoints": [selector], "toPorts": range]])]
    case 89..<93:
      let name: Tree = ["matchName": "svc\(random.below(20)).example.com"]
      members = [("egress", [["toFQDNs": [name], "toPorts": ports(443)], ["toEntities": ["kube-apiserver"]]])]
    case 93..<99:
      return networkPolicy(number, own: own, peer: peer)
    default:
      kind = "CiliumClusterwideNetworkPolicy"
      let selector = peers(["k8s:io.cilium.k8s.namespace.labels.env": "prod", "tier": "front"])
      members = [("ingress", [["fromEndpoints": [selector], "toPorts": ports(port)]])]
    }
    return [
      "apiVersion": "cilium.io/v2", "kind": .text(kind),
      "metadata": metadata(number, isClusterwide: kind == "CiliumClusterwideNetworkPolicy"),
      "spec": .map([("endpointSelector", peers(["app": own]))] + members),
    ]
  }

  private func networkPolicy(_ number: Int, own: String, peer: String) -> Tree {
    [
      "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
      "metadata": metadata(number, isClusterwide: false),
      "spec": [
        "podSelector": peers(["app": own]), "policyTypes": ["Ingress"],
        "ingress": [
          [
            "from": [
              ["namespaceSelector": peers(["env": "prod"]), "podSelector": peers(["tier": "front"])],
              ["podSelector": peers(["app": peer])],
            ],
            "ports": [["port": 80, "protocol": "TCP"]],
          ]
        ],
      ],
    ]
  }

  private func metadata(_ number: Int, isClusterwide: Bool) -> Tree {
    let name = Tree.text(Self.numbered("pol", number, 5))
    return isClusterwide ? ["name": name] : ["name": name, "namespace": .text(namespace(number))]
  }

  private func peers(_ labels: [String: String]) -> Tree { ["matchLabels": .labels(labels)] }

  private func ports(_ port: Int, _ protocolName: String = "TCP") -> Tree {
    [["ports": [["port": "\(port)", "protocol": .text(protocolName)]]]]
  }

  private func http(_ number: Int) -> Tree {
    [
      [
        "ports": [["port": "8080", "protocol": "TCP"]],
        "rules": ["http": [["method": "GET", "path": "/api/\(number)/.*"]]],
      ]
    ]
  }

  private func application(_ random: inout RandomNumbers) -> String {
    Self.numbered("app", random.below(applicationCount), 2)
  }

  private func namespace(_ number: Int) -> String { Self.numbered("ns", number % namespaceCount, 3) }

  private static func numbered(_ prefix: String, _ number: Int, _ digits: Int) -> String {
    let text = "\(number)"
    return prefix + String(repeating: "0", count: max(digits - text.count, 0)) + text
  }
}
