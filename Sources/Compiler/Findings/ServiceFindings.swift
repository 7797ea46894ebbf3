import Addresses
import Cluster
import Manifest
import Policy

/// `toServices` that finds no service, or none of its pods (`cilium-policy.md` §8.1).
struct ServiceFindings {
  let context: FindingContext

  func review(_ list: inout FindingList) {
    for rule in context.rules where !rule.entry.services.isEmpty { review(rule.entry, &list) }
  }

  private func review(_ entry: PolicyEntry, _ list: inout FindingList) {
    guard !(entry.isDeny && context.compatibility.reproducesBugs) else { return }
    var found: [Service] = []
    for reference in entry.services {
      let services = context.cluster.services.filter { context.services.matches(reference, $0) }
      if services.isEmpty { reviewMissing(reference, entry, &list) }
      found += services
    }
    for service in found { review(service, entry, &list) }
  }

  private func reviewMissing(_ reference: ServiceReference, _ entry: PolicyEntry, _ list: inout FindingList) {
    let isOnly = context.services.peers(of: entry)?.isEmpty ?? true
    let opens = isOnly && !entry.ports.isEmpty && context.compatibility.reproducesBugs
    let near = context.cluster.services.lazy.filter { $0.name == reference.name }.map(\.namespace).min()
    list.add(
      .servicesMatchNothing, entry.origin,
      "there is no service \(text(reference))"
        + (opens ? ": these ports are open to EVERY destination (bug B3)" : ": nothing is admitted by it"),
      hint: near.map { "a service of that name is in namespace \($0)" })
  }

  private func text(_ reference: ServiceReference) -> String {
    let name = reference.selector.map { "with \($0)" } ?? reference.name ?? ""
    return reference.namespace.map { reference.selector == nil ? "\($0)/\(name)" : "\(name) in \($0)" } ?? name
  }

  private func review(_ service: Service, _ entry: PolicyEntry, _ list: inout FindingList) {
    if context.compatibility.reproducesBugs, let key = service.selector.keys.filter({ $0.contains(".") }).min() {
      list.add(
        .servicesDottedSelector, entry.origin,
        "service \(service.namespace)/\(service.name) selects pods by \(key), which the agent takes apart at the dot: "
          + "no pod is found (bug B5)", hint: "name the pods in toEndpoints")
    }
    guard service.selector.isEmpty else { return }
    let pods = Set(context.cluster.pods.lazy.flatMap(\.addresses))
    let nodes = Set(context.cluster.nodes.lazy.flatMap(\.addresses))
    let backends = context.cluster.serviceEndpoints.lazy.filter {
      $0.namespace == service.namespace && $0.service == service.name
    }.flatMap(\.addresses)
    guard let inside = backends.first(where: { pods.contains($0) || nodes.contains($0) }),
      !(nodes.contains(inside) && context.settings.cidrMatchesNodes)
    else { return }
    list.add(
      .servicesInsideCluster, entry.origin,
      "service \(service.namespace)/\(service.name) has no selector, so its backends are taken as CIDRs, which never match "
        + "a \(pods.contains(inside) ? "pod" : "node") such as \(inside)")
  }
}
