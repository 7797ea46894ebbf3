public import Addresses
public import Manifest

public struct Service: Sendable, Equatable {
  public struct Port: Sendable, Hashable {
    public enum Target: Sendable, Hashable {
      case number(UInt16)
      case name(String)
    }

    public var name: String
    public var port: UInt16
    public var protocolNumber: UInt8
    /// Where the backends listen; equal to `port` when the object leaves it out.
    public var target: Target
    public var nodePort: UInt16?

    public init(name: String, port: UInt16, protocolNumber: UInt8, target: Target, nodePort: UInt16?) {
      self.name = name
      self.port = port
      self.protocolNumber = protocolNumber
      self.target = target
      self.nodePort = nodePort
    }
  }

  public var namespace: String
  public var name: String
  public var labels: [String: String] = [:]
  /// Empty for a service whose backends somebody else maintains.
  public var selector: [String: String] = [:]
  public var type = "ClusterIP"
  /// `None` left out.
  public var clusterAddresses: [IPAddress] = []
  public var externalAddresses: [IPAddress] = []
  public var loadBalancerAddresses: [IPAddress] = []
  public var ports: [Port] = []
  public var location: Location

  public init(namespace: String, name: String, location: Location) {
    self.namespace = namespace
    self.name = name
    self.location = location
  }
}
