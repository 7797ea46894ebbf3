public import Addresses
public import Manifest

public struct CiliumEndpoint: Sendable, Equatable {
  public var namespace: String
  public var name: String
  /// The endpoint's number on its node; 0 when unknown.
  public var endpointID = 0
  /// nil when `status.identity` is missing.
  public var identity: UInt32?
  public var labels: [Label] = []
  public var addresses: [IPAddress] = []
  /// The node's address as `status.networking.node` gives it.
  public var nodeAddress: IPAddress?
  public var namedPorts: [Pod.NamedPort] = []
  public var location: Location

  public init(namespace: String, name: String, location: Location) {
    self.namespace = namespace
    self.name = name
    self.location = location
  }
}
