/// How long the parts of a compilation took.
public struct CompilationTimes: Sendable {
  /// Labels, numbers and addresses of the cluster's own identities, and the tables' rows of all of them.
  public var identities = Duration.zero
  /// Rules: their services, the identities of the blocks that they name, what their selectors select.
  public var rules = Duration.zero
  /// The policies of the local endpoints.
  public var endpoints = Duration.zero

  public init() {}

  public var total: Duration { identities + rules + endpoints }
}
