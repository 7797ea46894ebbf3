import Addresses
import Cluster
import Policy
import Rules

/// Makes policies whose rules overlap: few labels, few ports, every kind of peer.
///
/// Each parser has ports of its own, as two parsers for one peer and port are an error; ranges of different parsers still
/// overlap. Each listener has a priority of its own.
struct PolicyGenerator {
  var random: SeededGenerator
  let scenario: Scenario
  /// Rules name authentication modes.
  let usesAuthentication: Bool
  /// Rules made so far, from which later ones borrow, so that many meet in one filter.
  private var known: [WrittenElement] = []

  private var settings: Settings { scenario.cluster.settings }

  init(random: SeededGenerator, scenario: Scenario) {
    self.random = random
    self.scenario = scenario
    usesAuthentication = self.random.chance(30)
  }

  mutating func policies() -> [WrittenPolicy] {
    (0..<random.count(1...9)).map { policy(named: "policy-\($0)") }
  }

  mutating func policy(named name: String) -> WrittenPolicy {
    switch random.count(0...9) {
    case 0...4:
      let namespace = random.pick(ClusterGenerator.namespaces)
      var policy = WrittenPolicy(kind: .namespaced, namespace: namespace, name: name, rules: [])
      for _ in 0..<random.count(1...2) { policy.rules.append(rule(in: policy)) }
      return policy
    case 5...7:
      var policy = WrittenPolicy(kind: .clusterwide, namespace: "", name: name, rules: [])
      for _ in 0..<random.count(1...2) { policy.rules.append(rule(in: policy)) }
      return policy
    default:
      let namespace = random.pick(ClusterGenerator.namespaces)
      return WrittenPolicy(kind: .kubernetes, namespace: namespace, name: name, rules: [networkPolicy()])
    }
  }

  // MARK: Rules

  private mutating func rule(in policy: WrittenPolicy) -> WrittenRule {
    var rule = WrittenRule(subject: WrittenSelector(), elements: [])
    if policy.kind == .clusterwide, random.chance(15) {
      rule.selectsNodes = true
      if random.chance(50) { rule.subject = WrittenSelector(terms: [.init(key: "zone", values: ["a"])]) }
    } else {
      rule.subject = subject(policy)
    }
    for _ in 0..<random.count(1...3) { rule.elements.append(element(rule, policy)) }
    for direction in Direction.allCases where random.chance(15) { rule.defaultDeny[direction] = random.chance(30) }
    return rule
  }

  private mutating func subject(_ policy: WrittenPolicy) -> WrittenSelector {
    switch random.count(0...9) {
    case 0...2: return WrittenSelector()
    case 3 where policy.kind == .clusterwide:
      return WrittenSelector(terms: [
        .init(source: "reserved", key: random.pick(["init", "health"]), operator: .exists)
      ])
    case 3:
      return WrittenSelector(terms: [
        .init(
          source: random.pick(["", "k8s"]), key: "io.kubernetes.pod.namespace",
          values: [random.pick(ClusterGenerator.namespaces)])
      ])
    default: return WrittenSelector(terms: terms(upTo: 1))
    }
  }

  private mutating func element(_ rule: WrittenRule, _ policy: WrittenPolicy) -> WrittenElement {
    var element = WrittenElement(direction: random.pick(Direction.allCases))
    element.isDeny = random.chance(20)
    let alike = known.filter { $0.direction == element.direction && $0.isDeny == element.isDeny }
    element.peers = alike.isEmpty || random.chance(60) ? peers(element, policy) : random.pick(alike).peers
    switch random.count(0...9) {
    case 0...1: break
    case 2:
      element.icmps = random.chance(10) ? [] : [icmps()]
    case 3 where random.chance(30): element.ports = random.pick([[], [WrittenPorts(ports: [])]])
    default:
      for _ in 0..<random.count(1...2) { element.ports = (element.ports ?? []) + [ports(element, rule, policy)] }
    }
    let portable = alike.filter { $0.ports?.allSatisfy { $0.proxy == nil } ?? false }
    if !portable.isEmpty, element.icmps == nil, random.chance(30) { element.ports = random.pick(portable).ports }
    if scenario.compatibility.honoursRequires, random.chance(8) {
      element.requires = [WrittenSelector(terms: terms(upTo: 1))]
    }
    if usesAuthentication, !element.isDeny, random.chance(40) {
      element.authentication = random.pick([.required, .required, .disabled, .testAlwaysFail])
    }
    known.append(element)
    return element
  }

  // MARK: Selectors

  private mutating func terms(upTo limit: Int) -> [WrittenSelector.Term] {
    random.some(["app", "tier"], upTo: limit).map { term($0, $0 == "app" ? ["a", "b", "c"] : ["x", "y"]) }
  }

  private mutating func term(_ key: String, _ values: [String]) -> WrittenSelector.Term {
    var term = WrittenSelector.Term(source: random.pick(["", "", "k8s", "any"]), key: key)
    switch random.count(0...9) {
    case 0...5: term.values = [random.pick(values)]
    case 6: (term.operator, term.values) = (.in, random.some(values, upTo: 2))
    case 7: (term.operator, term.values) = (.notIn, random.some(values, upTo: 2))
    case 8: term.operator = .exists
    default: term.operator = .doesNotExist
    }
    return term
  }

  private mutating func peerSelector() -> WrittenSelector {
    let namespace = "io.kubernetes.pod.namespace"
    switch random.count(0...11) {
    case 0...1: return WrittenSelector()
    case 2...3: return WrittenSelector(terms: terms(upTo: 1) + [term(namespace, ClusterGenerator.namespaces)])
    case 4: return WrittenSelector(terms: [term("io.cilium.k8s.namespace.labels.team", ["red", "blue"])])
    case 5:
      let name = random.pick(["host", "health", "world", "init", "remote-node", "kube-apiserver", "unmanaged"])
      return WrittenSelector(terms: [
        .init(source: "reserved", key: name, operator: random.pick([.exists, .exists, .doesNotExist]))
      ])
    case 6: return WrittenSelector(terms: [.init(key: "io.cilium.k8s.policy.serviceaccount", values: ["sa"])])
    case 7:
      return WrittenSelector(terms: [.init(source: "k8s", key: "io.cilium.k8s.policy.cluster", values: ["east"])])
    default: return WrittenSelector(terms: terms(upTo: 2))
    }
  }

  // MARK: Peers

  private mutating func peers(_ element: WrittenElement, _ policy: WrittenPolicy) -> WrittenPeers {
    switch random.count(0...15) {
    case 0...2: return .absent
    case 3...6: return .endpoints(random.chance(5) ? [] : (0..<random.count(1...2)).map { _ in peerSelector() })
    case 7...9:
      let names = [
        "all", "world", "cluster", "host", "remote-node", "kube-apiserver", "health", "init", "ingress", "unmanaged",
        "none", "world-ipv4", "world-ipv6",
      ]
      return .entities(random.chance(3) ? [] : random.some(names, upTo: 2))
    case 10...11: return .cidrs(random.some(blocks, upTo: 2))
    case 12...13: return .cidrSets((0..<random.count(1...2)).map { _ in cidrSet() })
    case 14 where element.direction == .egress && !element.isDeny && random.chance(50):
      let names = [
        WrittenName(isPattern: false, text: "www.example.org"), WrittenName(isPattern: false, text: "EXAMPLE.net"),
        WrittenName(isPattern: true, text: "*.example.org"), WrittenName(isPattern: true, text: "*"),
      ]
      return .names(random.some(names, upTo: 2))
    case 14 where settings.nodeSelectorLabels && !settings.defaultLocalCluster:
      return .nodes([WrittenSelector(terms: random.chance(30) ? [] : [term("zone", ["a", "b"]).withoutSource])])
    case 15 where element.direction == .egress: return .services([service()])
    default: return .endpoints([peerSelector()])
    }
  }

  /// Where CIDRs match nodes, whether a /0 does depends on the other policies' blocks.
  private var blocks: [String] {
    ClusterGenerator.prefixes(settings).filter { !settings.cidrMatchesNodes || !$0.hasSuffix("/0") }
  }

  private mutating func cidrSet(isKubernetes: Bool = false) -> WrittenCIDRSet {
    if !isKubernetes, random.chance(25) {
      return random.chance(60)
        ? WrittenCIDRSet(
          base: .group(random.pick(["g1", "g2", "g9"])), exceptions: random.chance(40) ? [exception()] : [])
        : WrittenCIDRSet(
          base: .groupSelector(WrittenSelector(terms: [.init(key: "role", values: [random.pick(["ext", "int"])])])))
    }
    let base = random.pick(blocks)
    var set = WrittenCIDRSet(base: .prefix(base))
    guard let prefix = IPPrefix(base), random.chance(60) else { return set }
    let inner = ClusterGenerator.prefixes(settings).filter { text in
      !text.hasSuffix("/0") && IPPrefix(text).map { prefix.contains($0.address) } ?? false
    }
    if !inner.isEmpty { set.exceptions = random.some(inner, upTo: 2) }
    return set
  }

  private mutating func exception() -> String {
    random.pick(ClusterGenerator.prefixes(settings).filter { !$0.hasSuffix("/0") })
  }

  private mutating func service() -> WrittenService {
    let namespace = random.chance(60) ? random.pick(ClusterGenerator.namespaces) : nil
    if random.chance(30) {
      return WrittenService(
        namespace: namespace,
        selector: WrittenSelector(terms: [.init(key: "kind", values: [random.pick(["in", "out"])])]))
    }
    return WrittenService(namespace: namespace, name: random.pick(ClusterGenerator.serviceNames))
  }

  // MARK: NetworkPolicy

  private mutating func networkPolicy() -> WrittenRule {
    var rule = WrittenRule(
      subject: WrittenSelector(terms: random.chance(30) ? [] : kubernetesTerms("app", ["a", "b", "c"])), elements: [])
    if random.chance(70) { rule.types = random.some(Direction.allCases, upTo: 2) }
    for _ in 0..<random.count(0...2) {
      var element = WrittenElement(direction: random.pick(Direction.allCases))
      if random.chance(75) {
        element.peers = .kubernetes((0..<random.count(0...2)).map { _ in kubernetesPeer() })
      }
      if random.chance(65) {
        element.ports = [WrittenPorts(ports: (0..<random.count(1...2)).map { _ in kubernetesPort() })]
      }
      rule.elements.append(element)
    }
    return rule
  }

  private mutating func kubernetesTerms(_ key: String, _ values: [String]) -> [WrittenSelector.Term] {
    [term(key, values).withoutSource]
  }

  private mutating func kubernetesPeer() -> WrittenPeer {
    var peer = WrittenPeer()
    switch random.count(0...3) {
    case 0: peer.block = cidrSet(isKubernetes: true)
    case 1: peer.pods = WrittenSelector(terms: random.chance(30) ? [] : kubernetesTerms("app", ["a", "b", "c"]))
    case 2: peer.namespaces = WrittenSelector(terms: random.chance(30) ? [] : kubernetesTerms("team", ["red", "blue"]))
    default:
      peer.pods = WrittenSelector(terms: kubernetesTerms("tier", ["x", "y"]))
      peer.namespaces = WrittenSelector(terms: kubernetesTerms("team", ["red", "blue"]))
    }
    return peer
  }
}

extension WrittenSelector.Term {
  fileprivate var withoutSource: Self {
    var term = self
    term.source = ""
    return term
  }
}
