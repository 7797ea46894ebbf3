import Rules
import Tables

/// A policy in the form of the tables, but with its own numbers for rule lists and redirects.
struct NumberedPolicy: Sendable {
  var policy: EndpointPolicy
  var lists: [[UInt32]]
  var redirects: [Redirect]

  init(_ compiled: CompiledPolicy, _ selections: [Selection], host: Int32) {
    lists = compiled.lists
    redirects = compiled.redirects
    policy = EndpointPolicy()
    if let conflict = compiled.conflict {
      policy.error = conflict
      return
    }
    policy.entries.reserveCapacity(compiled.directions.reduce(0) { $0 + $1.entries.count })
    for direction in compiled.directions { policy.append(direction, selections, host: host) }
  }
}

extension EndpointPolicy {
  mutating func append(_ compiled: CompiledDirection, _ selections: [Selection], host: Int32) {
    if compiled.direction == .ingress {
      ingressEnforced = compiled.isEnforced
      ingressRules = compiled.rules
    } else {
      egressEnforced = compiled.isEnforced
      egressRules = compiled.rules
    }
    for entry in compiled.entries { entries.append(PolicyMapEntry(entry, compiled.direction)) }
    for (filter, source) in zip(compiled.filters, compiled.sources) {
      var filter = filter
      for index in filter.peers.indices {
        filter.peers[index].identities = selections[Int(source.peers[index].selector)].numbers(host: host)
      }
      filters.append(filter)
    }
  }
}

/// Gives the rule lists and redirects of one policy after another the numbers of the tables.
struct PolicyNumbering {
  private(set) var provenance: ProvenanceBuilder
  private(set) var redirects: [Redirect] = []
  private var redirectNumbers: [Redirect: UInt16] = [:]

  init(_ provenance: ProvenanceBuilder) {
    self.provenance = provenance
  }

  mutating func number(_ numbered: NumberedPolicy) -> EndpointPolicy {
    var policy = numbered.policy
    var map = NumberMap(lists: numbered.lists, redirects: numbered.redirects)
    policy.ingressRules = list(policy.ingressRules, &map)
    policy.egressRules = list(policy.egressRules, &map)
    for index in policy.entries.indices {
      policy.entries[index].rules = list(policy.entries[index].rules, &map)
      if policy.entries[index].redirect > 0 {
        policy.entries[index].redirect = redirect(policy.entries[index].redirect, &map)
      }
    }
    for filter in policy.filters.indices {
      for peer in policy.filters[filter].peers.indices {
        policy.filters[filter].peers[peer].rules = list(policy.filters[filter].peers[peer].rules, &map)
      }
    }
    return policy
  }

  /// What one policy's own numbers stand for, and the tables' numbers as far as they are known.
  struct NumberMap {
    let lists: [[UInt32]]
    let redirects: [Redirect]
    fileprivate var listNumbers: [UInt32]
    fileprivate var redirectNumbers: [UInt16]

    init(lists: [[UInt32]], redirects: [Redirect]) {
      self.lists = lists
      self.redirects = redirects
      listNumbers = [UInt32](repeating: .max, count: lists.count)
      redirectNumbers = [UInt16](repeating: 0, count: redirects.count)
    }
  }

  @inline(__always)
  mutating func list(_ own: UInt32, _ map: inout NumberMap) -> UInt32 {
    let known = map.listNumbers[Int(own)]
    guard known == .max else { return known }
    let number = provenance.list(map.lists[Int(own)])
    map.listNumbers[Int(own)] = number
    return number
  }

  mutating func redirect(_ own: UInt16, _ map: inout NumberMap) -> UInt16 {
    let known = map.redirectNumbers[Int(own) - 1]
    guard known == 0 else { return known }
    let redirect = map.redirects[Int(own) - 1]
    let number: UInt16
    if let known = redirectNumbers[redirect] {
      number = known
    } else {
      redirects.append(redirect)
      number = UInt16(clamping: redirects.count)
      redirectNumbers[redirect] = number
    }
    map.redirectNumbers[Int(own) - 1] = number
    return number
  }
}

extension PolicyMapEntry {
  init(_ entry: PolicyMapBuilder.Entry, _ direction: Direction) {
    self.init(
      key: PolicyMapKey(
        direction: direction, identity: entry.key.identity, protocolNumber: entry.key.protocolNumber,
        port: entry.key.port, portPrefixLength: entry.key.portPrefixLength))
    isDeny = entry.value.isDeny
    redirect = entry.value.redirect
    proxyPriority = entry.value.proxyPriority
    authentication = entry.value.authentication
    authenticationIsExplicit = entry.value.authenticationIsExplicit
    rules = entry.value.rules
  }
}
