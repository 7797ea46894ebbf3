/// Where a rule that a proxy applies stands in its endpoint's policy.
public struct RulePlace: Sendable, Hashable {
  /// Index into `EndpointPolicy.filters`.
  public var filter: Int
  /// Index into `L4Filter.peers`.
  public var peer: Int
  /// The number of the L7 rule among those of the peer; nil where the peer has none that were asked.
  public var rule: Int?

  public init(filter: Int, peer: Int, rule: Int? = nil) {
    self.filter = filter
    self.peer = peer
    self.rule = rule
  }
}
