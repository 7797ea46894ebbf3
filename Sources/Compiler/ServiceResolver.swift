import Addresses
import Cluster
import Policy
import Rules

/// Turns `toServices` into peers (`cilium-policy.md` §8.1).
struct ServiceResolver {
  let cluster: Cluster
  let compatibility: Compatibility
  private let backends: [String: [IPAddress]]

  init(cluster: Cluster, compatibility: Compatibility) {
    self.cluster = cluster
    self.compatibility = compatibility
    var backends: [String: [IPAddress]] = [:]
    for endpoints in cluster.serviceEndpoints {
      backends["\(endpoints.namespace)/\(endpoints.service)", default: []] += endpoints.addresses
    }
    self.backends = backends
  }

  /// The entry's peers with its services expanded; nil when the entry selects nobody.
  func peers(of entry: PolicyEntry) -> [PeerSelector]? {
    guard !entry.services.isEmpty, var peers = entry.peers else { return entry.peers }
    // The agent never expands services in deny rules, which thus deny their ports to everybody (bug B4).
    if entry.isDeny, compatibility.reproducesBugs { return peers }
    for reference in entry.services {
      let services = cluster.services.filter { matches(reference, $0) }
      // By name, not in the order of the files.
      for service in services.sorted(by: { ($0.namespace, $0.name) < ($1.namespace, $1.name) }) {
        peers += self.peers(of: service)
      }
    }
    // A list that stays empty counts as absent (bug B3).
    return peers.isEmpty && !compatibility.reproducesBugs ? nil : peers
  }

  func matches(_ reference: ServiceReference, _ service: Service) -> Bool {
    if let namespace = reference.namespace, namespace != service.namespace { return false }
    if let selector = reference.selector {
      return LabelSet(service.labels.map { .k8s($0.key, $0.value) }).matches(selector)
    }
    return reference.name == service.name
  }

  private func peers(of service: Service) -> [PeerSelector] {
    guard !service.selector.isEmpty else {
      let addresses = Set(backends["\(service.namespace)/\(service.name)"] ?? []).sorted()
      return addresses.map {
        .cidr(CIDRSelector(base: .prefix(IPPrefix(host: $0)), exceptions: [], isSet: true))
      }
    }
    var requirements = service.selector.map { requirement(key: $0.key, value: $0.value) }
    requirements.append(.init(source: "k8s", key: LabelKey.namespace, .equals, [service.namespace]))
    if cluster.settings.defaultLocalCluster {
      requirements.append(.init(source: "k8s", key: LabelKey.cluster, .equals, [cluster.settings.clusterName]))
    }
    return [.labels(LabelSelector(requirements.sorted { $0.extendedKey < $1.extendedKey }))]
  }

  /// The agent reads a service selector's key up to its first dot as the label's source (bug B5).
  private func requirement(key: String, value: String) -> LabelSelector.Requirement {
    guard compatibility.reproducesBugs, let dot = key.firstIndex(of: ".") else {
      return .init(source: "any", key: key, .equals, [value])
    }
    return .init(
      source: String(key[..<dot]), key: String(key[key.index(after: dot)...]), .equals, [value])
  }
}
