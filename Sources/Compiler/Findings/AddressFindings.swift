import Addresses
import Cluster
import Manifest
import Policy
import Rules

/// CIDR peers whose addresses are pods, nodes or services, which CIDR rules never match, and groups that do not exist.
struct AddressFindings {
  private let context: FindingContext
  private let inside: InsideAddresses
  private let groups: [LabelSet]

  init(context: FindingContext) {
    self.context = context
    inside = InsideAddresses(context.cluster)
    groups = context.groups.map { group in
      LabelSet(
        group.labels.map { Label(source: "cidrgroup", key: $0.key, value: $0.value) } + [
          Label(source: "cidrgroup", key: LabelKey.cidrGroupName + group.name)
        ])
    }
  }

  func review(_ list: inout FindingList) {
    for rule in context.rules {
      for case .cidr(let peer) in rule.entry.peers ?? [] {
        switch peer.base {
        case .prefix(let prefix): review(prefix, rule.entry, &list)
        case .group(let labels): review(labels, rule.entry, &list)
        }
      }
    }
  }

  private func review(_ prefix: IPPrefix, _ entry: PolicyEntry, _ list: inout FindingList) {
    switch inside.content(of: prefix) {
    case nil: break
    case .pods:
      list.add(
        .cidrOfPods, entry.origin, "\(prefix) is addresses of pods, which CIDR rules never match",
        hint: "select the pods by their labels")
    case .services:
      list.add(
        .cidrOfServices, entry.origin,
        "\(prefix) is addresses of services, which become those of pods before policy is asked",
        hint: entry.direction == .egress ? "use toServices, or select the pods by their labels" : nil)
    case .nodes:
      guard !context.settings.cidrMatchesNodes else { return }
      list.add(
        .cidrOfNodes, entry.origin, "\(prefix) is an address of a node, which CIDR rules do not match",
        hint: "use entities (host, remote-node), or set policy-cidr-match-mode to nodes")
    case .podsAndOthers:
      list.add(
        .cidrExcludesPods, entry.origin, "\(prefix) holds addresses of pods, but CIDR rules never match pods or nodes")
    }
  }

  private func review(_ labels: LabelSelector, _ entry: PolicyEntry, _ list: inout FindingList) {
    guard !groups.contains(where: { $0.matches(labels) }) else { return }
    let prefix = LabelKey.cidrGroupName
    let name = labels.requirements.first { $0.key.hasPrefix(prefix) }.map { $0.key.dropFirst(prefix.count) }
    let names = context.groups.map(\.name).sorted().prefix(4).joined(separator: ", ")
    list.add(
      .cidrGroupMissing, entry.origin,
      name.map { "there is no CIDR group \($0): no address is selected" }
        ?? "no CIDR group has these labels: no address is selected",
      hint: names.isEmpty ? nil : "groups: \(names)")
  }
}

/// Which addresses belong to the cluster.
struct InsideAddresses {
  enum Content { case pods, services, nodes, podsAndOthers }

  private static let privateNetworks = Set(
    ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"].compactMap { IPPrefix($0) })

  private let podBlocks: Set<IPPrefix>
  private let podBlockLengths: [Int]
  /// The narrowest blocks around all of the pods' blocks, by family.
  private let podRanges: [IPPrefix]
  private let pods: Set<IPAddress>
  private let services: Set<IPAddress>
  private let serviceRanges: [IPPrefix]
  private let nodes: Set<IPAddress>

  init(_ cluster: Cluster) {
    podBlocks = Set(cluster.nodes.lazy.flatMap(\.podCIDRs))
    podBlockLengths = Set(podBlocks.map(\.length)).sorted()
    podRanges = Self.ranges(around: Array(podBlocks))
    pods = Set(cluster.pods.lazy.filter { !$0.hostNetwork && !$0.isFinished }.flatMap(\.addresses))
    services = Set(cluster.services.lazy.flatMap(\.clusterAddresses))
    serviceRanges = Self.ranges(around: services.map { IPPrefix(host: $0) })
    nodes = Set(cluster.nodes.lazy.flatMap(\.addresses))
  }

  func content(of prefix: IPPrefix) -> Content? {
    guard prefix.length > 0 else { return nil }
    if prefix.isHost {
      if services.contains(prefix.address) { return .services }
      if nodes.contains(prefix.address) { return .nodes }
      if pods.contains(prefix.address) { return .pods }
    }
    if podBlockLengths.contains(where: {
      $0 <= prefix.length && podBlocks.contains(IPPrefix(prefix.address, length: $0))
    }) {
      return .pods
    }
    guard let range = podRanges.first(where: { prefix.contains($0) || $0.contains(prefix) }) else {
      return content(ofServices: prefix)
    }
    if range.contains(prefix) { return podBlocks.contains(where: prefix.contains) ? .pods : nil }
    // The pods' network is wider than the blocks given out so far; the private networks as such mean others as well.
    let isNetworkOfPods =
      prefix.length >= range.length - 8 && !Self.privateNetworks.contains(prefix)
      && !nodes.contains(where: prefix.contains) && !services.contains(where: prefix.contains)
    return isNetworkOfPods ? .pods : .podsAndOthers
  }

  private func content(ofServices prefix: IPPrefix) -> Content? {
    guard !prefix.isHost, let range = serviceRanges.first(where: prefix.contains), prefix.length >= 8, !range.isHost,
      !nodes.contains(where: prefix.contains), !pods.contains(where: prefix.contains)
    else { return nil }
    return .services
  }

  private static func ranges(around blocks: [IPPrefix]) -> [IPPrefix] {
    [false, true].compactMap { isIPv6 in
      let family = blocks.filter { $0.isIPv6 == isIPv6 }.sorted()
      guard let first = family.first, let last = family.last else { return nil }
      var range = first
      while !range.contains(last), range.length > 0 { range = IPPrefix(range.address, length: range.length - 1) }
      return range.length >= 8 ? range : nil
    }
  }
}
