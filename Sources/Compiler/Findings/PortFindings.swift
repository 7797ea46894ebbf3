import Cluster
import Manifest
import Policy
import Rules

/// Ports by names that nobody has, and service ports in the place of the pods' own.
struct PortFindings {
  private let context: FindingContext
  /// Numbers declared anywhere in the cluster, by name.
  private let declared: [Name: Set<UInt16>]
  private let services: ServicePorts

  private struct Name: Hashable {
    var text: String
    var protocolNumber: UInt8
  }

  init(context: FindingContext) {
    self.context = context
    var declared: [Name: Set<UInt16>] = [:]
    for pod in context.cluster.pods where !pod.isFinished {
      for port in pod.ports {
        declared[Name(text: port.name.lowercased(), protocolNumber: port.protocolNumber), default: []].insert(port.port)
      }
    }
    self.declared = declared
    services = ServicePorts(context: context)
  }

  func review(_ list: inout FindingList) {
    guard context.knowsPods else { return }
    for rule in context.rules {
      for element in rule.entry.ports.flatMap(\.ports) {
        switch element.port {
        case .name(let name): review(name, element.protocol, rule, &list)
        case .number(let number):
          guard element.endPort <= Int32(number), services.isTranslated(number) else { continue }
          reviewServicePort(number, element.protocol, rule, &list)
        }
      }
      reviewAPIServer(rule.entry, &list)
    }
  }

  // MARK: Names

  private func review(_ name: String, _ proto: L4Protocol, _ rule: FindingContext.Rule, _ list: inout FindingList) {
    let protocols: [UInt8] = proto == .any ? [6, 17, 132] : [proto.rawValue]
    if rule.entry.direction == .egress {
      let numbers = protocols.map { declared[Name(text: name, protocolNumber: $0)] ?? [] }
      if let several = numbers.first(where: { $0.count > 1 }) {
        let text = several.sorted().prefix(4).map(String.init).joined(separator: ", ")
        list.add(
          .namedPortAmbiguous, rule.entry.origin,
          "port \(name) is \(text) in different pods: of two numbers Cilium takes none, and the rule is ignored",
          hint: "write the numbers")
      } else if numbers.allSatisfy(\.isEmpty) {
        list.add(
          .namedPortUndeclared, rule.entry.origin,
          "no pod of the cluster has a port called \(name): the rule is ignored")
      }
      return
    }
    let pods = context.pods(of: rule.subjects)
    guard !pods.isEmpty,
      !pods.contains(where: { pod in
        context.cluster.pods[pod].ports.contains {
          $0.name.lowercased() == name && protocols.contains($0.protocolNumber)
        }
      })
    else { return }
    list.add(
      .namedPortUndeclared, rule.entry.origin,
      "none of the selected pods (\(context.text(ofPods: pods))) has a port called \(name): the rule is ignored there")
  }

  // MARK: Service ports

  private func reviewServicePort(
    _ port: UInt16, _ proto: L4Protocol, _ rule: FindingContext.Rule, _ list: inout FindingList
  ) {
    let destinations: [Int]
    if rule.entry.direction == .ingress {
      destinations = Array(context.pods(of: rule.subjects).prefix(64))
    } else {
      let selectors = (rule.entry.peers ?? []).filter { $0.podSelector != nil }
      guard selectors.count == rule.entry.peers?.count, !selectors.isEmpty else { return }
      destinations = Array(selectors.flatMap { context.pods(of: context.cache.selection(of: $0)) }.prefix(64))
    }
    let protocols: Set<UInt8> = proto == .any ? [6, 17, 132] : [proto.rawValue]
    guard let found = services.translation(of: port, protocols, at: destinations),
      !rule.entry.covers(port: found.target, [proto])
    else { return }
    list.add(
      .servicePort, rule.entry.origin,
      "\(port) is the port of service \(found.service); its pods listen on \(found.target), and policy sees that",
      hint: "write port: \"\(found.target)\"")
  }

  /// The API server behind its service address: policy sees the port of the backend.
  private func reviewAPIServer(_ entry: PolicyEntry, _ list: inout FindingList) {
    guard entry.direction == .egress, !entry.ports.isEmpty, !entry.isDeny,
      entry.peers?.contains(where: { $0.isReserved("kube-apiserver") }) ?? false,
      entry.peers?.allSatisfy({ $0.isReserved("kube-apiserver") }) ?? false
    else { return }
    let backends = context.cluster.serviceEndpoints.lazy.filter {
      $0.namespace == "default" && $0.service == "kubernetes"
    }
    let ports = Set(backends.flatMap(\.ports).map(\.port))
    guard let port = ports.min(), !ports.contains(where: { entry.covers(port: $0, [.tcp]) }) else { return }
    // A named port has its own warning.
    let names = entry.ports.flatMap(\.ports).contains { if case .name = $0.port { true } else { false } }
    guard !names else { return }
    list.add(
      .apiServerPort, entry.origin, "the API server listens on \(port), which is what policy sees behind its service",
      hint: "write port: \"\(port)\"")
  }
}
