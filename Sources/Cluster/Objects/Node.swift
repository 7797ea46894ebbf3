public import Addresses
public import Manifest

/// A Node merged with the CiliumNode of the same name.
public struct Node: Sendable, Equatable {
  public var name: String
  public var labels: [String: String] = [:]
  /// InternalIP and ExternalIP addresses and those of CiliumNode (`InternalIP`, `CiliumInternalIP`, …), without repeats.
  public var addresses: [IPAddress] = []
  /// `spec.health` of CiliumNode.
  public var healthAddresses: [IPAddress] = []
  /// `spec.ingress` of CiliumNode.
  public var ingressAddresses: [IPAddress] = []
  public var podCIDRs: [IPPrefix] = []
  public var location: Location

  public init(name: String, location: Location) {
    self.name = name
    self.location = location
  }
}
