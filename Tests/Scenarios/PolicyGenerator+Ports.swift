import Cluster
import Rules

extension PolicyGenerator {
  private typealias Ports = (port: String, endPort: Int?)

  mutating func icmps() -> [WrittenICMP] {
    (0..<random.count(1...2)).map { _ in
      WrittenICMP(family: random.pick(["", "IPv4", "IPv6"]), type: random.pick([0, 3, 8, 128, 129, 255]))
    }
  }

  mutating func ports(_ element: WrittenElement, _ rule: WrittenRule, _ policy: WrittenPolicy) -> WrittenPorts {
    // Denies have no proxies, and host policies no proxies but DNS.
    let mayProxy = !element.isDeny && !rule.selectsNodes
    switch random.count(0...15) {
    case 0...2 where mayProxy:
      return proxied([("80", nil), ("80", 95), ("8080", nil), ("8080", 8100), ("web", nil)], .http)
    case 3 where mayProxy: return proxied([("9092", nil), ("86", nil)], .kafka)
    case 4 where mayProxy: return proxied([("88", nil), ("88", 89)], .proxylib("memo"))
    case 5 where mayProxy && element.direction == .egress:
      return proxied(
        [("53", nil), ("85", nil), ("dns", nil)], .dns, protocols: ["UDP", "TCP", "ANY", ""])
    case 6 where mayProxy:
      return proxied(
        [("443", nil), ("84", 90), ("70", 100)], .serverNames(random.pick([["a.example.org"], ["b.example.org"]])))
    case 7 where mayProxy && element.direction == .egress: return listened(policy)
    case 8 where mayProxy: return proxied([("80", nil), ("81", nil)], .emptyHTTP)
    default: return WrittenPorts(ports: (0..<random.count(1...2)).map { _ in plainPort() })
    }
  }

  private mutating func proxied(
    _ choices: [Ports], _ proxy: WrittenPorts.Proxy, protocols: [String] = ["TCP"]
  ) -> WrittenPorts {
    WrittenPorts(
      ports: random.some(choices, upTo: 2).map {
        .init(port: $0.port, endPort: $0.endPort, protocol: random.pick(protocols))
      }, proxy: proxy)
  }

  private mutating func listened(_ policy: WrittenPolicy) -> WrittenPorts {
    let isClusterwide = policy.kind == .clusterwide
    let (name, priority) = random.pick(isClusterwide ? [("wide", 20), ("broad", 50)] : [("near", 30), ("plain", 0)])
    // A port for each listener and namespace, as two listeners for one peer and port may be an error.
    let base = 60 + 2 * (ClusterGenerator.namespaces.firstIndex(of: policy.namespace) ?? 3)
    let ports: [Ports] = [("\(base + 11)", nil), ("\(base)", base + 60)]
    return proxied(
      [priority == 0 || priority == 50 ? ports[0] : ports[1]],
      .listener(config: "envoy", name: name, priority: priority, isClusterwide: isClusterwide))
  }

  mutating func plainPort() -> WrittenPorts.Port {
    let choices: [Ports] = [
      ("0", nil), ("80", nil), ("80", 90), ("1", 65535), ("0", 65535), ("0", 100), ("79", 80), ("82", 95), ("90", 80),
      ("443", nil), ("443", 443), ("53", nil), ("1024", 65535), ("8080", nil), ("web", nil), ("web", 90), ("high", nil),
      ("dns", nil), ("missing", nil), ("65535", nil),
    ]
    let (port, end) = random.pick(choices)
    if port == "0", end == nil, random.chance(20) {
      return .init(port: port, endPort: nil, protocol: random.pick(["VRRP", "IGMP"]))
    }
    return .init(port: port, endPort: end, protocol: random.pick(["TCP", "TCP", "TCP", "UDP", "SCTP", "ANY", ""]))
  }

  mutating func kubernetesPort() -> WrittenPorts.Port {
    var port = plainPort()
    if !["TCP", "UDP", "SCTP", ""].contains(port.protocol) { port.protocol = "TCP" }
    // An API server wants the end of a range to be beside a number and not below it.
    if let end = port.endPort, UInt16(port.port).map({ Int($0) == 0 || Int($0) > end }) ?? true { port.endPort = nil }
    return port
  }
}
