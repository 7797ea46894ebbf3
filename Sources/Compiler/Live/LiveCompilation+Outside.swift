import Addresses
import Cluster
import Policy
import Rules
import Tables

/// A `toFQDNs` selector that some rule uses.
struct NameSelector {
  var rules: Int
  let pattern: DNSPattern
}

extension LiveCompilation {
  /// The claims of the input, at the beginning.
  mutating func claimOutside() {
    let nodes = Set(input.cluster.nodes.flatMap(\.addresses))
    let servers = input.cluster.serviceEndpoints.lazy.filter { $0.namespace == "default" && $0.service == "kubernetes" }
    for address in Set(servers.flatMap(\.addresses)) where !nodes.contains(address) {
      outside.add(.apiServer, to: IPPrefix(host: address))
    }
    for group in input.groups { claim(group) }
    for entry in rules.entries { claim(entry) }
    _ = outside.takeChanges()
  }

  // MARK: Claims

  mutating func claim(_ group: CIDRGroup) {
    for prefix in group.prefixes { outside.add(.group(name: group.name, labels: group.outsideLabels), to: prefix) }
  }

  mutating func claim(_ entry: CompiledEntry) {
    for peer in entry.peers ?? [] {
      switch peer {
      case .labels: break
      case .cidr(let selector): for prefix in selector.namedPrefixes { outside.add(.named, to: prefix) }
      case .fqdn(let selector):
        if nameSelectors[selector] == nil {
          let dialect: DNSPattern.Dialect = input.compatibility == .snapshot ? .snapshot : .release
          let pattern = DNSPattern(
            matchName: selector.matchName, matchPattern: selector.matchPattern, dialect: dialect, forSelector: true)
          nameSelectors[selector] = NameSelector(rules: 0, pattern: pattern)
          for address in addresses(of: pattern) {
            outside.add(.name(selector: selector.text), to: IPPrefix(host: address))
          }
        }
        nameSelectors[selector]?.rules += 1
      }
    }
  }

  mutating func disclaim(_ entry: CompiledEntry) {
    for peer in entry.peers ?? [] {
      switch peer {
      case .labels: break
      case .cidr(let selector): for prefix in selector.namedPrefixes { outside.remove(.named, from: prefix) }
      case .fqdn(let selector):
        guard var known = nameSelectors[selector] else { continue }
        known.rules -= 1
        nameSelectors[selector] = known.rules > 0 ? known : nil
        guard known.rules == 0 else { continue }
        for address in addresses(of: known.pattern) {
          outside.remove(.name(selector: selector.text), from: IPPrefix(host: address))
        }
      }
    }
  }

  /// One for each name that matches and has the address.
  private func addresses(of pattern: DNSPattern) -> [IPAddress] {
    input.names.filter { pattern.matches($0.name) }.flatMap { Set($0.addresses) }
  }

  // MARK: Changes

  mutating func setName(_ name: String, _ addresses: [IPAddress]) {
    var selectors: [String] = []
    let qualified = DNSPattern.fullyQualified(name)
    for (selector, known) in nameSelectors where known.pattern.matches(fullyQualified: qualified) {
      selectors.append(selector.text)
    }
    let old = Set(input.names.first { $0.name == name }?.addresses ?? [])
    let new = Set(addresses)
    input.set(addresses, of: name)
    for selector in selectors {
      for address in new.subtracting(old) { outside.add(.name(selector: selector), to: IPPrefix(host: address)) }
      for address in old.subtracting(new) { outside.remove(.name(selector: selector), from: IPPrefix(host: address)) }
    }
    followOutside()
  }

  mutating func setGroup(_ group: CIDRGroup?, named name: String) {
    if let old = input.groups.first(where: { $0.name == name }) {
      for prefix in old.prefixes { outside.remove(.group(name: name, labels: []), from: prefix) }
    }
    input.set(group, named: name)
    if let group { claim(group) }
    followOutside()
  }

  /// Brings the addresses up to date with the claims.
  mutating func followOutside() {
    var released: [Int] = []
    for (prefix, labels) in outside.takeChanges() { follow(prefix, labels, &released) }
    for slot in released { release(slot) }
  }

  // MARK: Addresses

  /// The row of an address that is inside the cluster or was.
  mutating func followInside(_ prefix: IPPrefix, _ released: inout [Int]) {
    follow(prefix, outside.labels(of: prefix), &released)
  }

  /// - Parameters:
  ///   - labels: of the block where nothing inside the cluster has it.
  ///   - released: identities with one user less, to be let go once everything is in its place.
  private mutating func follow(_ prefix: IPPrefix, _ labels: LabelSet?, _ released: inout [Int]) {
    guard !nodes.prefixes.contains(prefix) else { return }
    let old = ipcache[prefix]
    var new: IPCacheRow?
    if let pod = podsOfAddress[prefix]?.first, let endpoint = endpointOfPod[pod].flatMap({ endpoints[$0] }) {
      new = IPCacheRow(identity: endpoint.identity, nodeIndex: nil, isOutside: false)
    } else if let labels {
      new = IPCacheRow(identity: acquire(labels, isOutside: true), nodeIndex: nil, isOutside: true)
    }
    if let old, old.isOutside { released.append(old.identity) }
    guard old != new else { return }
    ipcache[prefix] = new
    guard let new else { return delta.ipcacheRemoved.append(prefix) }
    if old?.identity != new.identity {
      delta.ipcache.append(IPCacheEntry(prefix: prefix, identity: identities.slots[new.identity].id))
    }
  }
}

extension CIDRSelector {
  /// The blocks that get an identity because a rule names them.
  var namedPrefixes: [IPPrefix] {
    if case .prefix(let prefix) = base { [prefix] + exceptions } else { exceptions }
  }
}

extension CIDRGroup {
  var outsideLabels: [Label] {
    labels.sorted { $0.key < $1.key }.map { Label(source: "cidrgroup", key: $0.key, value: $0.value) }
      + [Label(source: "cidrgroup", key: LabelKey.cidrGroupName + name)]
  }
}

extension Compiler.Input {
  /// No addresses: the name is forgotten.
  mutating func set(_ addresses: [IPAddress], of name: String) {
    let known = names.firstIndex { $0.name == name }
    switch (known, addresses.isEmpty) {
    case (let known?, true): names.remove(at: known)
    case (let known?, false): names[known].addresses = addresses
    case (nil, false): names.append((name, addresses))
    case (nil, true): break
    }
  }
}
