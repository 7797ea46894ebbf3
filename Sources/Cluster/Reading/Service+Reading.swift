import Addresses
import Manifest

extension Service {
  init(_ object: ManifestObject, _ root: Field) throws(WrongShape) {
    self.init(namespace: object.namespace, name: object.name, location: object.location)
    labels = try root("metadata")("labels").stringMap()
    let spec = try root("spec")
    selector = try spec("selector").stringMap()
    type = try spec("type").string() ?? type
    clusterAddresses = try Self.clusterAddresses(spec)
    externalAddresses = try Self.addresses(try spec("externalIPs").elements())
    let ingress = try root("status")("loadBalancer")("ingress").elements()
    for element in ingress {
      // Load balancers with a name only have `hostname` instead.
      if let address = try element("ip").address() { loadBalancerAddresses.append(address) }
    }
    for port in try spec("ports").elements() { ports.append(try Port(port)) }
  }

  private static func clusterAddresses(_ spec: Field) throws(WrongShape) -> [IPAddress] {
    var fields = try spec("clusterIPs").elements()
    if fields.isEmpty { fields = [try spec("clusterIP")] }
    var result: [IPAddress] = []
    for field in fields where try field.string() != "None" {
      if let address = try field.address() { result.append(address) }
    }
    return result
  }

  private static func addresses(_ fields: [Field]) throws(WrongShape) -> [IPAddress] {
    var result: [IPAddress] = []
    for field in fields {
      if let address = try field.address() { result.append(address) }
    }
    return result
  }
}

extension Service.Port {
  init(_ field: Field) throws(WrongShape) {
    guard let port = try field("port").port() else { throw field.wrong("a port") }
    let nodePort = try field("nodePort").integer(UInt16.self, "a port")
    self.init(
      name: try field("name").string() ?? "", port: port, protocolNumber: try field("protocol").protocolNumber(),
      target: try Self.target(field("targetPort")) ?? .number(port), nodePort: nodePort == 0 ? nil : nodePort)
  }

  /// A number or the name of a container port. Zero and empty text count as absent.
  private static func target(_ field: Field) throws(WrongShape) -> Target? {
    guard let value = field.value else { return nil }
    switch value.content {
    case .integer(0), .string(""): return nil
    case .integer(let number):
      guard let port = UInt16(exactly: number) else { throw field.wrong("a port from 1 to 65535 or a port's name") }
      return .number(port)
    case .string(let text): return UInt16(text).map { .number($0) } ?? .name(text)
    default: throw field.wrong("a port from 1 to 65535 or a port's name")
    }
  }
}
