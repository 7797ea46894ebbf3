import Cluster
import Manifest
import Policy
import Rules

/// `toFQDNs` whose names nobody learns, or that are names of the cluster.
struct NameFindings {
  let context: FindingContext

  /// A rule that lets names be looked up through the DNS proxy.
  private struct Lookup {
    var subject: LabelSelector
    var namespace: String
    var patterns: [DNSPattern]
    /// As written.
    var texts: Set<String>
  }

  func review(_ list: inout FindingList) {
    let rules = context.rules.filter {
      $0.entry.peers?.contains { if case .fqdn = $0 { true } else { false } } ?? false
    }
    guard !rules.isEmpty else { return }
    var lookups: [Lookup] = []
    var byIdentity: [Int32: [Int]] = [:]
    for rule in context.rules {
      guard let lookup = lookup(rule.entry) else { continue }
      for identity in rule.subjects { byIdentity[identity, default: []].append(lookups.count) }
      lookups.append(lookup)
    }
    for rule in rules {
      let names = (rule.entry.peers ?? []).compactMap { if case .fqdn(let name) = $0 { name } else { nil } }
      reviewLookups(names, rule, lookups, byIdentity, &list)
      for name in names { reviewService(name, rule.entry, &list) }
    }
  }

  private var dialect: DNSPattern.Dialect { context.compatibility == .snapshot ? .snapshot : .release }

  private func lookup(_ entry: PolicyEntry) -> Lookup? {
    guard entry.direction == .egress, !entry.isDeny else { return nil }
    let rules = entry.ports.flatMap { port in if case .dns(let rules) = port.l7 { rules } else { [DNSRule]() } }
    guard !rules.isEmpty, let peers = entry.peers else { return nil }
    // A DNS rule for a peer that is nobody lets nothing be learnt.
    guard
      peers.isEmpty || !context.knowsPods
        || peers.contains(where: { $0.podSelector == nil || !context.cache.selection(of: $0).isEmpty })
    else { return nil }
    return Lookup(
      subject: entry.subject, namespace: entry.origin.namespace,
      patterns: rules.map {
        DNSPattern(matchName: $0.matchName, matchPattern: $0.matchPattern, dialect: dialect, forSelector: false)
      }, texts: Set(rules.map { $0.matchName.isEmpty ? $0.matchPattern : $0.matchName }))
  }

  private func reviewLookups(
    _ names: [FQDNSelector], _ rule: FindingContext.Rule, _ lookups: [Lookup], _ byIdentity: [Int32: [Int]],
    _ list: inout FindingList
  ) {
    let subjects = rule.subjects.filter { context.podsOfIdentity[$0] != nil }
    let known: [[Int]] =
      subjects.isEmpty
      ? [lookups.indices.filter { applies(lookups[$0], to: rule.entry) }] : subjects.map { byIdentity[$0] ?? [] }
    // Pods with the same DNS rules are asked once.
    for candidates in Set(known) {
      let missing = names.filter { name in !candidates.contains { isLearnt(name, by: lookups[$0]) } }
      guard let name = missing.first, !name.text.isEmpty else { continue }
      list.add(
        .fqdnWithoutDNSRule, rule.entry.origin,
        candidates.isEmpty
          ? "no DNS rule of these pods goes through the proxy: no address of \(name.text) is ever learnt, and nothing opened"
          : "no DNS rule of these pods lets them look up \(name.text): its addresses are never learnt",
        hint: "allow kube-dns on port 53 with rules: {dns: [{\(name.matchName.isEmpty ? "matchPattern" : "matchName"): "
          + "\"\(name.text)\"}]}")
      return
    }
  }

  /// For rules that select no pod of the input: whether the other selects whatever this one would.
  private func applies(_ lookup: Lookup, to entry: PolicyEntry) -> Bool {
    let demands = Set(entry.subject.requirements)
    return lookup.subject.requirements.allSatisfy(demands.contains)
  }

  private func isLearnt(_ name: FQDNSelector, by lookup: Lookup) -> Bool {
    if lookup.texts.contains(name.text) { return true }
    // A pattern stands for any of its names.
    let sample =
      name.matchName.isEmpty
      ? name.matchPattern.replacing("**.", with: "a.b.").replacing("*", with: "a") : name.matchName
    return lookup.patterns.contains { $0.matches(sample) }
  }

  /// `web.shop`, as a pod would write it.
  private func reviewService(_ name: FQDNSelector, _ entry: PolicyEntry, _ list: inout FindingList) {
    let labels = name.matchName.split(separator: ".").map(String.init)
    guard labels.count == 1 || labels.count == 2 else { return }
    let namespace = labels.count == 2 ? labels[1] : entry.origin.namespace
    guard
      context.cluster.services.contains(where: {
        $0.name == labels[0] && $0.namespace == namespace && $0.type != "ExternalName"
      })
    else { return }
    list.add(
      .fqdnInCluster, entry.origin,
      "\(name.matchName) is a service of the cluster: toFQDNs never matches pods or nodes",
      hint: "use toEndpoints or toServices")
  }
}
