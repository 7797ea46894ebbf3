import Addresses
import Cluster
import Manifest
import Policy

/// Makes small clusters in which many rules can meet.
struct ClusterGenerator {
  static let namespaces = ["shop", "ops", "dev"]
  static let nodes = ["n1", "n2"]
  static let serviceNames = ["front", "back", "outer", "empty", "dotted"]

  private static let location = Location(file: "cluster.yaml")

  /// Blocks that policies, groups and probes have in common; addresses inside the cluster are 10.0.0.0/16,
  /// 192.168.0.0/24 and fd00::/16.
  static func prefixes(_ settings: Settings) -> [String] {
    let ipv4 = [
      "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.11/32", "192.168.0.0/16", "192.168.0.1/32", "203.0.113.0/24",
      "203.0.113.64/26", "203.0.113.96/28", "203.0.113.100/32", "203.0.112.0/23", "198.51.100.0/25", "198.51.100.7/32",
      "128.0.0.0/1",
    ]
    let ipv6 = [
      "::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:2::/64", "2001:db8:1:2::8/125", "2001:db8:1:2::9/128",
      "fd00::/8", "fd00::11/128",
    ]
    return (settings.enableIPv4 ? ipv4 : []) + (settings.enableIPv6 ? ipv6 : [])
  }

  var random: SeededGenerator

  mutating func scenario(seed: UInt64) -> Scenario {
    var scenario = Scenario(seed: seed)
    scenario.cluster.settings = settings()
    scenario.compatibility = random.pick([.release, .release, .snapshot, .snapshot, .strict])
    addNodes(&scenario)
    addPods(&scenario)
    if random.chance(15) { addCiliumEndpoints(&scenario.cluster) }
    addServices(&scenario)
    addOutside(&scenario)
    if random.chance(30), !scenario.cluster.nodes.isEmpty { scenario.localNode = random.pick(Self.nodes) }
    return scenario
  }

  private mutating func settings() -> Settings {
    var settings = Settings()
    if random.chance(10) { settings.enforcement = random.pick([.always, .never]) }
    switch random.count(0...9) {
    case 0: settings.enableIPv6 = false
    case 1: settings.enableIPv4 = false
    default: break
    }
    if random.chance(20) { settings.clusterName = "east" }
    settings.defaultLocalCluster = !random.chance(20)
    settings.allowLocalhost = !random.chance(20)
    settings.hostFirewall = random.chance(40)
    settings.nonDefaultDenyPolicies = !random.chance(10)
    settings.nodeSelectorLabels = random.chance(20)
    settings.cidrMatchesNodes = random.chance(15)
    return settings
  }

  private func addresses(_ settings: Settings, _ ipv4: String, _ ipv6: String) -> [IPAddress] {
    [settings.enableIPv4 ? ipv4 : nil, settings.enableIPv6 ? ipv6 : nil].compactMap { $0.flatMap { IPAddress($0) } }
  }

  private mutating func addNodes(_ scenario: inout Scenario) {
    guard !random.chance(10) else { return }
    let settings = scenario.cluster.settings
    for (index, name) in Self.nodes.enumerated() {
      var node = Node(name: name, location: Self.location)
      node.labels = ["zone": random.pick(["a", "b"]), "role": random.pick(["worker", "control"])]
      node.addresses = addresses(settings, "192.168.0.\(index + 1)", "fd00:2::\(index + 1)")
      if random.chance(60) { node.healthAddresses = addresses(settings, "10.0.\(index).250", "fd00:\(index)::250") }
      if random.chance(40) { node.ingressAddresses = addresses(settings, "10.0.\(index).251", "fd00:\(index)::251") }
      scenario.cluster.nodes.append(node)
    }
  }

  private mutating func addPods(_ scenario: inout Scenario) {
    let settings = scenario.cluster.settings
    for name in Self.namespaces where !random.chance(15) {
      var labels = ["kubernetes.io/metadata.name": name]
      if random.chance(70) { labels["team"] = random.pick(["red", "blue"]) }
      scenario.cluster.namespaces.append(Namespace(name: name, labels: labels, location: Self.location))
    }
    for index in 0..<random.count(4...8) {
      var pod = Pod(namespace: random.pick(Self.namespaces), name: "p\(index)", location: Self.location)
      if random.chance(90) { pod.labels["app"] = random.pick(["a", "b", "c"]) }
      if random.chance(50) { pod.labels["tier"] = random.pick(["x", "y"]) }
      if random.chance(20) { pod.labels["app.kubernetes.io/name"] = "a" }
      if random.chance(20) { pod.labels["pod-template-hash"] = "1" }
      pod.serviceAccount = random.chance(30) ? "sa" : ""
      let group = scenario.cluster.nodes.isEmpty ? 0 : random.count(0...1)
      pod.node = scenario.cluster.nodes.isEmpty ? "" : Self.nodes[group]
      pod.addresses = addresses(settings, "10.0.\(group).\(10 + index)", "fd00:\(group)::\(10 + index)")
      if random.chance(8) { pod.phase = "Succeeded" }
      if random.chance(8), let node = scenario.cluster.nodes.first(where: { $0.name == pod.node }) {
        pod.hostNetwork = true
        pod.addresses = node.addresses
      }
      pod.ports = ports()
      scenario.cluster.pods.append(pod)
    }
  }

  /// Mostly the same numbers, so that names on egress often have one meaning.
  private mutating func ports() -> [Pod.NamedPort] {
    var result: [Pod.NamedPort] = []
    if random.chance(60) {
      result.append(.init(name: random.pick(["web", "Web"]), port: random.chance(95) ? 80 : 81, protocolNumber: 6))
    }
    if random.chance(40) { result.append(.init(name: "dns", port: 53, protocolNumber: 17)) }
    if random.chance(20) { result.append(.init(name: "dns", port: 53, protocolNumber: 6)) }
    if random.chance(30) {
      result.append(.init(name: "high", port: random.chance(90) ? 7000 : 7001, protocolNumber: 6))
    }
    return result
  }

  /// The dump then knows identities; pods without one are unmanaged, and some are still initialising.
  private mutating func addCiliumEndpoints(_ cluster: inout Cluster) {
    var numbers: [Set<Label>: UInt32] = [:]
    for pod in cluster.pods where !pod.isFinished && !pod.hostNetwork && !random.chance(20) {
      var endpoint = CiliumEndpoint(namespace: pod.namespace, name: pod.name, location: Self.location)
      if random.chance(25) {
        (endpoint.identity, endpoint.labels) = (5, [.reserved("init")])
      } else {
        endpoint.labels = NaiveWorld.labels(of: pod, in: cluster)
        let number = numbers[Set(endpoint.labels)] ?? UInt32(1000 + numbers.count)
        numbers[Set(endpoint.labels)] = number
        endpoint.identity = number
      }
      cluster.ciliumEndpoints.append(endpoint)
    }
  }

  private mutating func addServices(_ scenario: inout Scenario) {
    let settings = scenario.cluster.settings
    for name in Self.serviceNames where random.chance(60) {
      var service = Service(namespace: random.pick(Self.namespaces), name: name, location: Self.location)
      service.labels = ["kind": random.pick(["in", "out"])]
      switch name {
      case "front": service.selector = ["app": "a"]
      case "back": service.selector = ["app": "b", "tier": random.pick(["x", "y"])]
      case "dotted": service.selector = ["app.kubernetes.io/name": "a"]
      case "outer":
        var backends = ServiceEndpoints(namespace: service.namespace, service: name, location: Self.location)
        backends.addresses =
          addresses(settings, "203.0.113.100", "2001:db8:1:2::9") + addresses(settings, "10.0.0.11", "fd00::11")
        scenario.cluster.serviceEndpoints.append(backends)
      default: break
      }
      scenario.cluster.services.append(service)
    }
    guard random.chance(50) else { return }
    var server = ServiceEndpoints(namespace: "default", service: "kubernetes", location: Self.location)
    server.addresses = random.some(
      addresses(settings, "192.168.0.1", "fd00:2::1") + addresses(settings, "198.51.100.7", "2001:db8:1::7"), upTo: 3)
    scenario.cluster.serviceEndpoints.append(server)
  }

  private mutating func addOutside(_ scenario: inout Scenario) {
    let settings = scenario.cluster.settings
    for name in ["g1", "g2"] where random.chance(50) {
      // Of two groups with one block either label could win; they get different blocks.
      let free = Self.prefixes(settings).filter { text in
        !text.hasSuffix("/0") && !scenario.groups.contains { $0.prefixes.contains { $0.description == text } }
      }
      scenario.groups.append(
        CIDRGroup(
          name: name, labels: random.chance(80) ? ["role": random.pick(["ext", "int"])] : [:],
          prefixes: random.some(free, upTo: 3).compactMap { IPPrefix($0) }, location: Self.location))
    }
    for name in ["www.example.org", "api.example.org", "example.net"] where random.chance(50) {
      let known =
        addresses(settings, "203.0.113.99", "2001:db8:1:2::a")
        + addresses(settings, "198.18.0.\(name.count)", "2001:db8:9::1")
        + addresses(settings, "10.0.0.12", "fd00::12")
      scenario.names.append((name, random.some(known, upTo: 3)))
    }
  }
}
