import Addresses

/// One of the two ends that a demand can be made of.
enum FlowEnd: Sendable {
  case source, destination

  func address(of flow: Flow) -> IPAddress? { self == .source ? flow.ip?.source : flow.ip?.destination }

  func endpoint(of flow: Flow) -> FlowEndpoint { self == .source ? flow.source : flow.destination }

  func service(of flow: Flow) -> Flow.Service? { self == .source ? flow.sourceService : flow.destinationService }

  func names(of flow: Flow) -> [String] { self == .source ? flow.sourceNames : flow.destinationNames }

  func port(of flow: Flow) -> UInt16? {
    self == .source ? flow.l4?.ports?.source : flow.l4?.ports?.destination
  }
}

extension Constraint {
  func holdsForEnd(of flow: Flow) -> Bool {
    switch self {
    case .addresses(let end, let blocks):
      return end.address(of: flow).map { $0.isIn(blocks) } ?? false
    case .pods(let end, let patterns):
      let endpoint = end.endpoint(of: flow)
      return patterns.contains { $0.matches(namespace: endpoint.namespace, name: endpoint.podName) }
    case .services(let end, let patterns):
      guard let service = end.service(of: flow) else { return false }
      return patterns.contains { $0.matches(namespace: service.namespace, name: service.name) }
    case .fqdns(let end, let pattern):
      return end.names(of: flow).contains { pattern.finds(in: $0) }
    case .labels(let end, let filters):
      let labels = end.endpoint(of: flow).labels
      return filters.contains { $0.matches(labels) }
    case .ports(let end, let ports):
      return end.port(of: flow).map { ports.contains($0) } ?? false
    case .identities(let end, let identities):
      return identities.contains(end.endpoint(of: flow).identity)
    case .workloads(let end, let wanted):
      return end.endpoint(of: flow).workloads.contains { workload in
        wanted.contains {
          ($0.name.isEmpty || $0.name == workload.name) && ($0.kind.isEmpty || $0.kind == workload.kind)
        }
      }
    case .clusters(let end, let names):
      return names.contains(end.endpoint(of: flow).clusterName)
    default:
      return false
    }
  }
}
