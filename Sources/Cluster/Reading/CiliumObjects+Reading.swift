import Manifest

extension CiliumEndpoint {
  init(_ object: ManifestObject, _ root: Field) throws(WrongShape) {
    self.init(namespace: object.namespace, name: object.name, location: object.location)
    let status = try root("status")
    endpointID = try status("id").integer(Int.self, "a number") ?? 0
    let identity = try status("identity")
    self.identity = try identity("id").integer(UInt32.self, "the number of an identity")
    for label in try identity("labels").elements() {
      if let text = try label.string() { labels.append(Label(parsing: text)) }
    }
    let networking = try status("networking")
    for pair in try networking("addressing").elements() { addresses += try pair.addressPair() }
    nodeAddress = try networking("node").address()
    for port in try status("named-ports").elements() {
      guard let name = try port("name").string(), let number = try port("port").port() else { continue }
      namedPorts.append(
        Pod.NamedPort(name: name, port: number, protocolNumber: try port("protocol").protocolNumber()))
    }
  }
}

extension CiliumIdentity {
  init(_ object: ManifestObject, _ root: Field) throws(WrongShape) {
    guard let id = UInt32(object.name) else {
      throw try root("metadata")("name").wrong("the number of the identity")
    }
    let labels = try root("security-labels").stringMap().map { key, value in
      // The key holds the source; the value may hold anything, so it must not be parsed with it.
      var label = Label(parsing: key)
      label.value = value
      return label
    }
    self.init(id: id, labels: labels.sorted(), location: object.location)
  }
}
