/// One end of a flow.
public struct FlowEndpoint: Sendable, Hashable {
  /// The endpoint's number on this node; 0 for remote peers.
  public var id: UInt32
  /// The security identity's number.
  public var identity: UInt32
  public var clusterName: String
  public var namespace: String
  /// `source:key=value`, sorted.
  public var labels: [String]
  public var podName: String
  public var workloads: [Workload]

  public init(
    id: UInt32 = 0, identity: UInt32 = 0, clusterName: String = "", namespace: String = "", labels: [String] = [],
    podName: String = "", workloads: [Workload] = []
  ) {
    self.id = id
    self.identity = identity
    self.clusterName = clusterName
    self.namespace = namespace
    self.labels = labels
    self.podName = podName
    self.workloads = workloads
  }

  public static let none = SharedValue(FlowEndpoint())

  /// What a pod belongs to: a Deployment, a StatefulSet…
  public struct Workload: Sendable, Hashable {
    public var name: String
    public var kind: String

    public init(name: String, kind: String) {
      self.name = name
      self.kind = kind
    }
  }
}

extension Flow {
  /// A Kubernetes service, where the address and port are its frontend.
  public struct Service: Sendable, Hashable {
    public var name: String
    public var namespace: String

    public init(name: String, namespace: String) {
      self.name = name
      self.namespace = namespace
    }
  }

  /// A policy that allowed or denied the flow.
  public struct Policy: Sendable, Hashable {
    public var name: String
    public var namespace: String
    public var labels: [String]
    public var revision: UInt64
    /// `CiliumNetworkPolicy`, `CiliumClusterwideNetworkPolicy` or `NetworkPolicy`.
    public var kind: String

    public init(name: String, namespace: String, labels: [String] = [], revision: UInt64 = 0, kind: String) {
      self.name = name
      self.namespace = namespace
      self.labels = labels
      self.revision = revision
      self.kind = kind
    }
  }
}
