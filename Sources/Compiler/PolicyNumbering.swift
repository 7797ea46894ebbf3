import Rules
import Tables

extension EndpointPolicy {
  init(_ compiled: CompiledPolicy, _ selections: [Selection], host: Int32) {
    self.init()
    if let conflict = compiled.conflict {
      error = conflict
      for direction in compiled.directions { noteRules(of: direction) }
      return
    }
    entries.reserveCapacity(compiled.directions.reduce(0) { $0 + $1.entries.count })
    for direction in compiled.directions { append(direction, selections, host: host) }
  }

  private mutating func noteRules(of compiled: CompiledDirection) {
    if compiled.direction == .ingress { ingressRules = compiled.rules } else { egressRules = compiled.rules }
  }

  private mutating func append(_ compiled: CompiledDirection, _ selections: [Selection], host: Int32) {
    noteRules(of: compiled)
    if compiled.direction == .ingress {
      ingressEnforced = compiled.isEnforced
    } else {
      egressEnforced = compiled.isEnforced
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
  var provenance: ProvenanceBuilder
  private(set) var redirects: [Redirect] = []
  private var redirectNumbers: [Redirect: UInt16] = [:]

  init(_ provenance: ProvenanceBuilder) {
    self.provenance = provenance
  }

  /// Replaces a policy's own numbers by those of the tables.
  mutating func number(_ policy: inout CompiledPolicy) {
    var map = NumberMap(lists: policy.lists, redirects: policy.redirects)
    for index in policy.directions.indices { number(&policy.directions[index], &map) }
    policy.lists = []
    policy.redirects = []
  }

  private mutating func number(_ direction: inout CompiledDirection, _ map: inout NumberMap) {
    direction.rules = list(direction.rules, &map)
    for index in direction.entries.indices { number(&direction.entries[index].value, &map) }
    for index in direction.strong.indices { number(&direction.strong[index].value, &map) }
    for index in direction.sources.indices {
      for peer in direction.sources[index].peers.indices {
        number(&direction.sources[index].peers[peer].value, &map)
        direction.filters[index].peers[peer].rules = direction.sources[index].peers[peer].value.rules
      }
    }
  }

  @inline(__always)
  private mutating func number(_ value: inout PolicyMapBuilder.Value, _ map: inout NumberMap) {
    value.rules = list(value.rules, &map)
    if value.redirect > 0 { value.redirect = redirect(value.redirect, &map) }
  }

  /// What one policy's own numbers stand for, and the tables' numbers as far as they are known.
  private struct NumberMap {
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
  private mutating func list(_ own: UInt32, _ map: inout NumberMap) -> UInt32 {
    let known = map.listNumbers[Int(own)]
    guard known == .max else { return known }
    let number = provenance.list(map.lists[Int(own)])
    map.listNumbers[Int(own)] = number
    return number
  }

  private mutating func redirect(_ own: UInt16, _ map: inout NumberMap) -> UInt16 {
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
