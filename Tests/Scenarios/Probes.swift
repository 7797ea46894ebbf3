import Addresses
import Cluster
import Rules

/// Connections that lie on the borders of what a scenario's rules speak of.
struct Probes {
  struct Probe {
    var subject: NaiveActor
    var node: String
    var direction: Direction
    var peer: NaiveActor
    var protocolNumber: UInt8
    var port: UInt16
  }

  private struct Side {
    var subject: NaiveActor
    var node: String
    var direction: Direction
    /// Those that select the subject.
    var rules: [NaiveElement]
  }

  private let world: NaiveWorld
  private let sides: [Side]
  /// Those under the rules of some policy.
  private let enforced: [Side]
  private let pods: [NaiveActor]
  private let addresses: [IPAddress]
  private let ports: [UInt16]

  init(_ scenario: Scenario) {
    let settings = scenario.cluster.settings
    world = NaiveWorld(scenario: scenario)
    let naive = NaiveEvaluator(scenario)
    var sides: [(side: Side, isEnforced: Bool)] = []
    for (actor, node) in world.subjects {
      let policy = naive.policy(of: actor, on: node)
      for direction in Direction.allCases {
        let rules = policy.elements.filter { $0.direction == direction }
        let side = Side(subject: actor, node: node, direction: direction, rules: rules)
        sides.append((side, policy.enforcement(direction) != .off))
      }
    }
    self.sides = sides.map(\.side)
    enforced = sides.filter(\.isEnforced).map(\.side)
    pods = scenario.cluster.pods.indices.filter {
      !scenario.cluster.pods[$0].isFinished && !scenario.cluster.pods[$0].hostNetwork
    }.map(NaiveActor.pod)
    var addresses = Set(scenario.cluster.pods.flatMap(\.addresses))
    for node in scenario.cluster.nodes {
      addresses.formUnion(node.addresses + node.healthAddresses + node.ingressAddresses)
    }
    for text in ClusterGenerator.prefixes(settings) {
      guard let prefix = IPPrefix(text) else { continue }
      addresses.formUnion(prefix.borders)
    }
    addresses.formUnion(scenario.names.flatMap(\.addresses))
    addresses.formUnion(scenario.cluster.serviceEndpoints.flatMap(\.addresses))
    self.addresses = addresses.sorted()
    ports = Self.ports(of: scenario)
  }

  /// Both ends of every range, the ports beside them, and the numbers behind the names.
  private static func ports(of scenario: Scenario) -> [UInt16] {
    var borders: Set<Int> = [0, 1, 65_535]
    for rule in scenario.policies.flatMap(\.rules) {
      for port in rule.elements.flatMap({ $0.ports ?? [] }).flatMap(\.ports) {
        if let number = Int(port.port) { borders.insert(number) }
        if let end = port.endPort { borders.insert(end) }
      }
    }
    borders.formUnion(scenario.cluster.pods.flatMap(\.ports).map { Int($0.port) })
    return Set(borders.flatMap { [$0 - 1, $0, $0 + 1] }).compactMap { UInt16(exactly: $0) }.sorted()
  }

  /// nil when nobody has a policy.
  func probe(using random: inout SeededGenerator) -> Probe? {
    guard !sides.isEmpty else { return nil }
    let side = random.pick(enforced.isEmpty || random.chance(10) ? sides : enforced)
    var probe = Probe(
      subject: side.subject, node: side.node, direction: side.direction, peer: peer(using: &random),
      protocolNumber: random.pick([6, 6, 6, 6, 17, 17, 132, 1, 58, 112, 2, 47]), port: 0)
    switch probe.protocolNumber {
    case 6, 17, 132: probe.port = random.pick(ports)
    case 1, 58: probe.port = random.pick([0, 1, 3, 8, 9, 128, 129, 255])
    default: break
    }
    if !side.rules.isEmpty, random.chance(80) { aim(&probe, at: random.pick(side.rules), using: &random) }
    return probe
  }

  private func peer(using random: inout SeededGenerator) -> NaiveActor {
    random.chance(50) && !pods.isEmpty ? random.pick(pods) : .address(random.pick(addresses))
  }

  /// At a peer and a port that the rule names, or just beside the port.
  private func aim(_ probe: inout Probe, at rule: NaiveElement, using random: inout SeededGenerator) {
    for _ in 0..<8 {
      let party = world.party(probe.peer, seenFrom: probe.node)
      guard let peers = rule.peers, !peers.isEmpty, !peers.contains(where: { $0.matches(party) }) else { break }
      probe.peer = peer(using: &random)
    }
    guard let demands = rule.demands, !demands.isEmpty else { return }
    let demand = random.pick(demands)
    probe.protocolNumber = demand.key.protocolNumber
    guard case .number(let number) = demand.key.port else {
      probe.port = random.pick([80, 80, 53, 7000, random.pick(ports)])
      return
    }
    let first = Int(number)
    let end = max(first, demand.key.endPort)
    probe.port = UInt16(
      clamping: random.pick([first, first, first, first - 1, first + 1, (first + end) / 2, end, end, end + 1]))
    if [112, 2].contains(probe.protocolNumber) { probe.port = 0 }
  }
}

extension IPPrefix {
  /// The first and the last address of the block and the addresses beside them.
  fileprivate var borders: [IPAddress] {
    let span = address.bitWidth - length
    let width = address.isIPv6 ? UInt128.max : UInt128(UInt32.max)
    let first = UInt128(address.high) << 64 | UInt128(address.low)
    let last = span == 128 ? UInt128.max : first | (UInt128(1) << UInt128(span) - 1)
    var numbers = [first, last]
    if first > 0 { numbers.append(first - 1) }
    if last < width { numbers.append(last + 1) }
    return numbers.map { number in
      address.isIPv6
        ? IPAddress(ipv6High: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
        : IPAddress(ipv4: UInt32(truncatingIfNeeded: number))
    }
  }
}
