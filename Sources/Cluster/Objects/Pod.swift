public import Addresses
public import Manifest

public struct Pod: Sendable, Equatable {
  public struct NamedPort: Sendable, Hashable {
    /// As written; names are compared case-insensitively.
    public var name: String
    public var port: UInt16
    /// TCP, UDP or SCTP as an IP protocol number.
    public var protocolNumber: UInt8

    public init(name: String, port: UInt16, protocolNumber: UInt8) {
      self.name = name
      self.port = port
      self.protocolNumber = protocolNumber
    }
  }

  public struct Workload: Sendable, Hashable {
    public var kind: String
    public var name: String

    public init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  public var namespace: String
  public var name: String
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  public var addresses: [IPAddress] = []
  /// Those of `addresses` that the object writes otherwise than RFC 5952 recommends, such as `fd00:0::a`. The agent's
  /// caches are keyed by the text and do not find them under their usual form.
  public var oddlyWrittenAddresses: [IPAddress] = []
  /// Empty while the pod is not scheduled.
  public var node = ""
  public var serviceAccount = ""
  public var hostNetwork = false
  /// `Succeeded` and `Failed` pods have given up their addresses.
  public var phase = ""
  /// Container ports (init containers that restart always included).
  public var ports: [NamedPort] = []
  /// The controller, a ReplicaSet with its hash being named as its Deployment, as Hubble does.
  public var workload: Workload?
  public var location: Location

  public init(namespace: String, name: String, location: Location) {
    self.namespace = namespace
    self.name = name
    self.location = location
  }

  public var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }
}
