/// A small cluster: two applications, DNS, and a pod in its node's network.
enum ShopCluster {
  static let text = """
    {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
    ---
    {apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
    ---
    {apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDRs: [10.244.0.0/24]},
     status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
    ---
    {apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDRs: [10.244.1.0/24]},
     status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
    ---
    \(pod("web", "shop", labels: "app: web", port: 8000, address: "10.244.0.1"))
    ---
    \(pod("cart", "shop", labels: "app: cart", port: 8080, address: "10.244.1.1"))
    ---
    \(pod("coredns", "kube-system", labels: "k8s-app: kube-dns", port: 9153, address: "10.244.1.2"))
    ---
    {apiVersion: v1, kind: Pod, metadata: {name: exporter, namespace: shop, labels: {app: exporter}},
     spec: {nodeName: n1, hostNetwork: true}, status: {phase: Running, podIP: 192.0.2.11}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: cart, namespace: shop},
     spec: {clusterIP: 10.96.0.20, selector: {app: cart}, ports: [{port: 80, targetPort: 8080}]}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: dotted, namespace: shop},
     spec: {clusterIP: 10.96.0.30, selector: {app.kubernetes.io/name: cart}, ports: [{port: 81}]}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system},
     spec: {clusterIP: 10.96.0.10, selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol: UDP}]}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: kubernetes, namespace: default},
     spec: {clusterIP: 10.96.0.1, ports: [{port: 443, targetPort: 6443}]}}
    ---
    {apiVersion: v1, kind: Endpoints, metadata: {name: kubernetes, namespace: default},
     subsets: [{addresses: [{ip: 192.0.2.11}], ports: [{port: 6443}]}]}
    ---
    {apiVersion: cilium.io/v2, kind: CiliumCIDRGroup, metadata: {name: office}, spec: {externalCIDRs: [203.0.113.0/24]}}

    """

  static var lines: Int { text.count { $0 == "\n" } }

  private static func pod(_ name: String, _ namespace: String, labels: String, port: Int, address: String) -> String {
    """
    {apiVersion: v1, kind: Pod, metadata: {name: \(name), namespace: \(namespace), labels: {\(labels)}},
     spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: \(port)}]}]},
     status: {phase: Running, podIP: \(address)}}
    """
  }
}
