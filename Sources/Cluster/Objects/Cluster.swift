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
