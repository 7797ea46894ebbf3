/// A filter ready to match flows.
public struct FlowFilter: Sendable {
  private let fields: FlowFilterFields
  private let constraints: [Constraint]

  /// Throws when a value of `fields` cannot be understood.
  public init(_ fields: FlowFilterFields) throws(FlowFilterError) {
    self.fields = fields
    constraints = try Constraint.all(of: fields)
  }

  /// What the filter was made from.
  public var source: FlowFilterFields { fields }

  public func matches(_ flow: Flow) -> Bool {
    for constraint in constraints where !constraint.holds(for: flow) { return false }
    return true
  }

  /// Whether the filter matches an event that is no flow. Such an event has no field that could match, but also no
  /// labels, which is all that `app!=probe` asks.
  public func matchesEventsWithoutFlow() -> Bool {
    for constraint in constraints where !constraint.holdsWithoutFlow { return false }
    return true
  }
}
