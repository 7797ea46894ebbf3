/// Which rules stand behind the entries of the tables. Entries hold an index into `lists`; equal lists are stored once.
public struct Provenance: Sendable, Equatable {
  /// One element of a policy's rule list, or one of Cilium's own allowances.
  public struct Rule: Sendable, Hashable {
    /// `CiliumNetworkPolicy`, …; `reserved` for Cilium's own (then `name` is such as `allow-localhost-ingress`).
    public var kind: String
    public var namespace: String
    public var name: String
    /// The path as the user gave it; empty for Cilium's own.
    public var file: String
    public var line: Int
    /// The path of the element in its object, such as `spec.ingress[0]`.
    public var path: String
    /// `log.value` of the rule; empty when none.
    public var log: String

    public init(
      kind: String, namespace: String, name: String, file: String = "", line: Int = 0, path: String = "",
      log: String = ""
    ) {
      self.kind = kind
      self.namespace = namespace
      self.name = name
      self.file = file
      self.line = line
      self.path = path
      self.log = log
    }

    /// `namespace/name`, or `name` for cluster-wide policies.
    public var policy: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
  }

  public var rules: [Rule] = []
  /// Sorted indices into `rules`; the list at index 0 is empty.
  public var lists: [[UInt32]] = [[]]

  public init() {}

  public func rules(of list: UInt32) -> [Rule] {
    lists[Int(list)].map { rules[Int($0)] }
  }
}
