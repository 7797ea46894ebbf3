/// Two nodes with a client, a server and a host-network agent; services with and without backends.
enum SmallCluster {
  static let yaml = """
    apiVersion: v1
    kind: Node
    metadata: {name: n1}
    status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}
    ---
    apiVersion: v1
    kind: Node
    metadata: {name: n2}
    status: {addresses: [{type: InternalIP, address: 192.168.0.2}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: client, namespace: ns, labels: {app: client}}
    spec: {nodeName: n1, containers: [{name: c}]}
    status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: server, namespace: ns, labels: {app: server}}
    spec: {nodeName: n2, containers: [{name: c, ports: [{name: web, containerPort: 8080, protocol: TCP}]}]}
    status: {podIP: 10.0.0.2, podIPs: [{ip: 10.0.0.2}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: agent, namespace: ns, labels: {app: agent}}
    spec: {nodeName: n2, hostNetwork: true, containers: [{name: c}]}
    status: {hostIP: 192.168.0.2, podIP: 192.168.0.2, podIPs: [{ip: 192.168.0.2}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: server, namespace: ns}
    spec:
      clusterIP: 10.96.0.1
      selector: {app: server}
      ports: [{port: 80, targetPort: web, protocol: TCP}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: nobody, namespace: ns}
    spec:
      clusterIP: 10.96.0.2
      selector: {app: nobody}
      ports: [{port: 80, protocol: TCP}]

    """

  /// The server lets the client in at its port `web`, with authentication, and everybody ping it; the client's port
  /// 9090 is denied.
  static let policy = """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: server, namespace: ns}
    spec:
      endpointSelector: {matchLabels: {app: server}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: client}}]
        authentication: {mode: required}
        toPorts: [{ports: [{port: web, protocol: TCP}]}]
      - icmps: [{fields: [{type: 8, family: IPv4}]}]
      ingressDeny:
      - fromEndpoints: [{matchLabels: {app: client}}]
        toPorts: [{ports: [{port: "9090", protocol: TCP}]}]

    """

  /// A folder with the cluster, its policy and the captures given.
  static func scratch(_ files: [String: [UInt8]] = [:]) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(yaml, as: "cluster.yaml")
    try scratch.write(policy, as: "policy.yaml")
    for (name, bytes) in files { try scratch.write(bytes, as: name) }
    return scratch
  }

  static let inForce = ["-f", "cluster.yaml", "-f", "policy.yaml"]
}
