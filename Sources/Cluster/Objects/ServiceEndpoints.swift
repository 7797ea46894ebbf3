public import Addresses
public import Manifest

/// The backends of a service: one subset of an Endpoints object, or one EndpointSlice.
public struct ServiceEndpoints: Sendable, Equatable {
  public struct Port: Sendable, Hashable {
    public var name: String
    public var port: UInt16
    public var protocolNumber: UInt8

    public init(name: String, port: UInt16, protocolNumber: UInt8) {
      self.name = name
      self.port = port
      self.protocolNumber = protocolNumber
    }
  }

  public var namespace: String
  /// The service's name: of a slice, its `kubernetes.io/service-name` label.
  public var service: String
  /// Ready addresses only, unless none is ready and some still serve while terminating.
  public var addresses: [IPAddress] = []
  public var ports: [Port] = []
  public var location: Location

  public init(namespace: String, service: String, location: Location) {
    self.namespace = namespace
    self.service = service
    self.location = location
  }
}
