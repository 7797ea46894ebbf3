import Addresses
import Manifest

/// What an Endpoints object or an EndpointSlice says of a service's backends.
///
/// Whether the addresses that only serve while they terminate count depends on the other slices of the service, so both
/// sorts are kept until all are read.
struct Backends {
  var ready: ServiceEndpoints
  var terminating: [IPAddress] = []
}

extension Backends {
  /// The subsets of an Endpoints object. Addresses that are not ready are in a list that nobody reads.
  static func endpoints(_ object: ManifestObject, _ root: Field) throws(WrongShape) -> [Backends] {
    var result: [Backends] = []
    for subset in try root("subsets").elements() {
      var part = ServiceEndpoints(namespace: object.namespace, service: object.name, location: object.location)
      for address in try subset("addresses").elements() {
        if let address = try address("ip").address() { part.addresses.append(address) }
      }
      part.ports = try ports(subset)
      result.append(Backends(ready: part))
    }
    return result
  }

  /// An EndpointSlice; none when it belongs to no service or holds names instead of addresses.
  static func slice(_ object: ManifestObject, _ root: Field) throws(WrongShape) -> [Backends] {
    let labels = try root("metadata")("labels").stringMap()
    guard let service = labels["kubernetes.io/service-name"], !service.isEmpty else { return [] }
    switch try root("addressType").string() {
    case "FQDN": return []
    case nil, "", "IPv4", "IPv6": break
    default: throw try root("addressType").wrong("IPv4, IPv6 or FQDN")
    }
    var part = ServiceEndpoints(namespace: object.namespace, service: service, location: object.location)
    var terminating: [IPAddress] = []
    for endpoint in try root("endpoints").elements() {
      let conditions = try endpoint("conditions")
      let isReady = try conditions("ready").boolean() ?? true
      let isServing = try conditions("serving").boolean() ?? isReady
      let isTerminating = try conditions("terminating").boolean() ?? false
      for address in try endpoint("addresses").elements() {
        guard let address = try address.address() else { continue }
        if isReady { part.addresses.append(address) } else if isServing, isTerminating { terminating.append(address) }
      }
    }
    part.ports = try ports(root)
    return [Backends(ready: part, terminating: terminating)]
  }

  private static func ports(_ field: Field) throws(WrongShape) -> [ServiceEndpoints.Port] {
    var result: [ServiceEndpoints.Port] = []
    for port in try field("ports").elements() {
      // A slice's port without a number stands for all ports.
      guard let number = try port("port").port() else { continue }
      result.append(
        ServiceEndpoints.Port(
          name: try port("name").string() ?? "", port: number, protocolNumber: try port("protocol").protocolNumber()))
    }
    return result
  }

  /// Settles which addresses of each service count: the ready ones, or, of a service without any, the terminating ones
  /// that still serve.
  static func settle(_ all: [Backends]) -> [ServiceEndpoints] {
    struct Key: Hashable {
      var namespace: String
      var service: String
    }
    var served: Set<Key> = []
    for part in all where !part.ready.addresses.isEmpty {
      served.insert(Key(namespace: part.ready.namespace, service: part.ready.service))
    }
    return all.map { part in
      var result = part.ready
      if !served.contains(Key(namespace: result.namespace, service: result.service)) {
        result.addresses = part.terminating
      }
      return result
    }
  }
}
