/// One Kubernetes object as read from a file, with its head already taken out.
public struct ManifestObject: Sendable {
  public var apiVersion: String
  /// Empty for the Helm values of Cilium's chart, which are no object.
  public var kind: String
  /// Empty when the file gives none.
  public var namespace: String
  public var name: String
  /// The whole object, head included.
  public var value: Value
  /// The first line of the object.
  public var location: Location

  public init(
    apiVersion: String, kind: String, namespace: String, name: String, value: Value, location: Location
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.value = value
    self.location = location
  }

  /// `kind namespace/name`, as messages name an object.
  public var title: String {
    namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)"
  }

  /// The API group: `apps` of `apps/v1`, empty for the core group.
  public var group: String {
    apiVersion.firstIndex(of: "/").map { String(apiVersion[..<$0]) } ?? ""
  }
}
