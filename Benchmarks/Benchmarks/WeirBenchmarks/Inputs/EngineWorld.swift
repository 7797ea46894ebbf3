import Addresses
import Dataplane
import Rules
import Tables

/// Tables for the engine: 256 pods, all judged, each with a policy of 512 entries that lets it talk to every other on
/// TCP 8080 only; 16,384 further addresses and 1,024 prefixes in the ipcache.
enum EngineWorld {
  static let pods = 256
  static let openPort: UInt16 = 8080
  static let closedPort: UInt16 = 23

  static func address(_ pod: Int) -> IPAddress { IPAddress(ipv4: 0x0a00_0000 + UInt32(pod)) }
  static func addressIPv6(_ pod: Int) -> IPAddress { IPAddress(ipv6High: 0xfd00 << 48, low: UInt64(pod)) }

  static func tables() -> Tables {
    var tables = Tables()
    for pod in 0..<pods {
      var endpoint = Endpoint(name: "default/pod-\(pod)", identity: identity(pod), isLocal: true)
      endpoint.node = "node-\(pod % 8)"
      endpoint.nodeIndex = Int32(pod % 8)
      endpoint.addresses = [address(pod), addressIPv6(pod)]
      endpoint.policy = pod
      tables.endpoints.append(endpoint)
      tables.ipcache += endpoint.addresses.map { IPCacheEntry(prefix: IPPrefix(host: $0), identity: endpoint.identity) }
      tables.policies.append(policy())
    }
    for number in 0..<16_384 {
      let address = IPAddress(ipv4: 0x0a80_0000 + UInt32(number))
      tables.ipcache.append(IPCacheEntry(prefix: IPPrefix(host: address), identity: UInt32(20_000 + number)))
    }
    for number in 0..<1024 {
      let network = IPPrefix(IPAddress(ipv4: 0xc612_0000 + UInt32(number) << 6), length: 26)
      tables.ipcache.append(IPCacheEntry(prefix: network, identity: ReservedIdentity.firstLocal + UInt32(number)))
    }
    return tables
  }

  private static func identity(_ pod: Int) -> UInt32 { UInt32(1000 + pod) }

  private static func policy() -> EndpointPolicy {
    var policy = EndpointPolicy()
    policy.ingressEnforced = true
    policy.egressEnforced = true
    for direction in [Direction.ingress, .egress] {
      for peer in 0..<pods {
        policy.entries.append(
          PolicyMapEntry(
            key: PolicyMapKey(
              direction: direction, identity: identity(peer), protocolNumber: 6, port: openPort,
              portPrefixLength: 16)))
      }
    }
    policy.entries.sort { $0.key < $1.key }
    return policy
  }
}
