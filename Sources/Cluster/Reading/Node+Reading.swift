import Addresses
import Manifest

extension Node {
  /// From a Kubernetes Node.
  init(node object: ManifestObject, _ root: Field) throws(WrongShape) {
    self.init(name: object.name, location: object.location)
    labels = try root("metadata")("labels").stringMap()
    for element in try root("status")("addresses").elements() {
      switch try element("type").string() {
      case "InternalIP", "ExternalIP": add(try element("address").address())
      default: continue
      }
    }
    var blocks = try root("spec")("podCIDRs").elements()
    if blocks.isEmpty { blocks = [try root("spec")("podCIDR")] }
    try addBlocks(blocks)
  }

  /// From a CiliumNode.
  init(ciliumNode object: ManifestObject, _ root: Field) throws(WrongShape) {
    self.init(name: object.name, location: object.location)
    labels = try root("metadata")("labels").stringMap()
    let spec = try root("spec")
    for element in try spec("addresses").elements() { add(try element("ip").address()) }
    healthAddresses = try spec("health").addressPair()
    ingressAddresses = try spec("ingress").addressPair()
    try addBlocks(try spec("ipam")("podCIDRs").elements())
  }

  /// Adds what a CiliumNode knows. Where both have a label, the Node's own counts.
  mutating func merge(_ other: Node) {
    labels.merge(other.labels) { own, _ in own }
    for address in other.addresses { add(address) }
    healthAddresses = other.healthAddresses
    ingressAddresses = other.ingressAddresses
    podCIDRs += other.podCIDRs.filter { !podCIDRs.contains($0) }
  }

  private mutating func add(_ address: IPAddress?) {
    if let address, !addresses.contains(address) { addresses.append(address) }
  }

  private mutating func addBlocks(_ fields: [Field]) throws(WrongShape) {
    for field in fields {
      if let block = try field.prefix(), !podCIDRs.contains(block) { podCIDRs.append(block) }
    }
  }
}
