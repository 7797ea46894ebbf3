import Addresses
import Cluster
import Tables

/// Service addresses and the backends behind them. Backends are the ready addresses of Endpoints and EndpointSlices;
/// where the input has neither for a service, the pods that its selector names. A node port is a port of every node's
/// addresses.
struct ServiceTable {
  private let cluster: Cluster
  private let endpoints: [String: [ServiceEndpoints]]
  private let nodeAddresses: [IPAddress]

  init(cluster: Cluster) {
    self.cluster = cluster
    nodeAddresses = Set(cluster.nodes.flatMap(\.addresses)).sorted()
    endpoints = Dictionary(grouping: cluster.serviceEndpoints) { "\($0.namespace)/\($0.service)" }
  }

  func fill(_ tables: inout Tables) {
    let services = cluster.services.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    for service in services {
      let addresses = service.clusterAddresses + service.externalAddresses + service.loadBalancerAddresses
      for port in service.ports {
        let backends = self.backends(of: service, port)
        for address in Set(addresses).sorted() {
          let start = tables.backends.count
          tables.backends += backends.filter { $0.address.isIPv6 == address.isIPv6 }
          tables.services.append(
            ServiceFrontend(
              address: address, port: port.port, protocolNumber: port.protocolNumber, namespace: service.namespace,
              name: service.name, backends: start..<tables.backends.count))
        }
        if let nodePort = port.nodePort { fill(&tables, service, port, nodePort, backends) }
      }
    }
  }

  private func fill(
    _ tables: inout Tables, _ service: Service, _ port: Service.Port, _ nodePort: UInt16, _ backends: [ServiceBackend]
  ) {
    guard service.type == "NodePort" || service.type == "LoadBalancer" else { return }
    for isIPv6 in [false, true] {
      let addresses = nodeAddresses.filter { $0.isIPv6 == isIPv6 }
      guard !addresses.isEmpty else { continue }
      let start = tables.backends.count
      tables.backends += backends.filter { $0.address.isIPv6 == isIPv6 }
      for address in addresses {
        tables.services.append(
          ServiceFrontend(
            address: address, port: nodePort, protocolNumber: port.protocolNumber, namespace: service.namespace,
            name: service.name, backends: start..<tables.backends.count))
      }
    }
  }

  private func backends(of service: Service, _ port: Service.Port) -> [ServiceBackend] {
    var result: Set<ServiceBackend> = []
    if let known = endpoints["\(service.namespace)/\(service.name)"] {
      for group in known {
        for target in group.ports where target.name == port.name && target.protocolNumber == port.protocolNumber {
          for address in group.addresses { result.insert(ServiceBackend(address: address, port: target.port)) }
        }
      }
    } else if !service.selector.isEmpty {
      for pod in cluster.pods where selects(service, pod) {
        guard let number = number(of: port, in: pod) else { continue }
        for address in pod.addresses { result.insert(ServiceBackend(address: address, port: number)) }
      }
    }
    return result.sorted { ($0.address, $0.port) < ($1.address, $1.port) }
  }

  private func selects(_ service: Service, _ pod: Pod) -> Bool {
    pod.namespace == service.namespace && !pod.isFinished
      && service.selector.allSatisfy { pod.labels[$0.key] == $0.value }
  }

  private func number(of port: Service.Port, in pod: Pod) -> UInt16? {
    switch port.target {
    case .number(let number): number
    case .name(let name):
      pod.ports.first { $0.name == name && $0.protocolNumber == port.protocolNumber }?.port
    }
  }
}
