public import Addresses
public import Manifest

/// The cluster as its objects describe it: who exists, under which labels and addresses. Knows nothing of policies.
public struct Cluster: Sendable {
  public var settings = Settings()
  public var namespaces: [Namespace] = []
  public var nodes: [Node] = []
  public var pods: [Pod] = []
  public var services: [Service] = []
  public var serviceEndpoints: [ServiceEndpoints] = []
  public var ciliumEndpoints: [CiliumEndpoint] = []
  public var ciliumIdentities: [CiliumIdentity] = []
  /// Header secrets: `namespace/name` to the decoded items.
  public var secrets: [String: [String: String]] = [:]

  public init() {}
}

public struct Namespace: Sendable, Equatable {
  public var name: String
  public var labels: [String: String]
  public var location: Location

  public init(name: String, labels: [String: String], location: Location) {
    self.name = name
    self.labels = labels
    self.location = location
  }
}

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

public struct CiliumIdentity: Sendable, Equatable {
  public var id: UInt32
  /// From `security-labels`.
  public var labels: [Label]
  public var location: Location

  public init(id: UInt32, labels: [Label], location: Location) {
    self.id = id
    self.labels = labels
    self.location = location
  }
}
