import Cluster

/// Which service ports lead to other ports of the pods behind them.
struct ServicePorts {
  struct Translation: Equatable {
    var service: String
    var target: UInt16
  }

  private struct Port {
    var service: Int
    var port: Service.Port
  }

  private let cluster: Cluster
  private var byPod: [Int: [Port]] = [:]
  /// Service ports that differ from their target somewhere.
  private var translated: Set<UInt16> = []

  init(context: FindingContext) {
    cluster = context.cluster
    guard context.knowsPods else { return }
    var byNamespace: [String: [Int]] = [:]
    for pods in context.podsOfIdentity.values {
      for pod in pods { byNamespace[cluster.pods[pod].namespace, default: []].append(pod) }
    }
    for service in cluster.services where !service.selector.isEmpty {
      let ports = service.ports.filter { $0.target != .number($0.port) }
      translated.formUnion(ports.map(\.port))
    }
    guard !translated.isEmpty else { return }
    let finder = ServicePods(cluster: cluster, byNamespace: byNamespace)
    for (index, service) in cluster.services.enumerated() where !service.selector.isEmpty {
      for pod in finder.pods(of: service) {
        byPod[pod, default: []] += service.ports.map { Port(service: index, port: $0) }
      }
    }
  }

  func isTranslated(_ port: UInt16) -> Bool { translated.contains(port) }

  /// What the port becomes at all of the pods; nil where one of them may listen on it.
  func translation(of port: UInt16, _ protocols: Set<UInt8>, at pods: [Int]) -> Translation? {
    var result: Translation?
    for pod in pods {
      let ports = (byPod[pod] ?? []).filter { protocols.contains($0.port.protocolNumber) }
      let declared = cluster.pods[pod].ports
      if declared.contains(where: { $0.port == port }) { return nil }
      var isTranslated = false
      for candidate in ports {
        let target = number(candidate.port, pod)
        if target == port { return nil }
        guard candidate.port.port == port, let target else { continue }
        let service = cluster.services[candidate.service]
        result = result ?? Translation(service: "\(service.namespace)/\(service.name)", target: target)
        isTranslated = true
      }
      guard isTranslated else { return nil }
    }
    return result
  }

  private func number(_ port: Service.Port, _ pod: Int) -> UInt16? {
    switch port.target {
    case .number(let number): number
    case .name(let name):
      cluster.pods[pod].ports.first { $0.name == name && $0.protocolNumber == port.protocolNumber }?.port
    }
  }
}

/// The pods that services select.
struct ServicePods {
  private struct Pair: Hashable {
    var namespace: String
    var key: String
    var value: String
  }

  private let cluster: Cluster
  private var byLabel: [Pair: [Int]] = [:]

  init(cluster: Cluster, byNamespace: [String: [Int]]) {
    self.cluster = cluster
    let keys = Set(cluster.services.lazy.flatMap(\.selector.keys))
    for (namespace, pods) in byNamespace {
      for pod in pods {
        for (key, value) in cluster.pods[pod].labels where keys.contains(key) {
          byLabel[Pair(namespace: namespace, key: key, value: value), default: []].append(pod)
        }
      }
    }
  }

  func pods(of service: Service) -> [Int] {
    let candidates = service.selector.map {
      byLabel[Pair(namespace: service.namespace, key: $0.key, value: $0.value)] ?? []
    }.min { $0.count < $1.count }
    return (candidates ?? []).filter { pod in
      service.selector.allSatisfy { cluster.pods[pod].labels[$0.key] == $0.value }
    }
  }
}
