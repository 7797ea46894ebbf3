/// Which events are wanted.
///
/// An event is wanted if it is in the stretch of time, any of the `allow` filters matches it (or there are none), and
/// none of the `deny` filters does.
public struct FlowSelection: Sendable {
  public var allow: [FlowFilter] = []
  public var deny: [FlowFilter] = []
  /// Nanoseconds since 1970-01-01 UTC; both bounds are included. Events without a time are outside any bound.
  public var since: Int64?
  public var until: Int64?
  /// Only this many wanted events from the beginning, or from the end.
  public var first: Int?
  public var last: Int?

  /// The largest `last`: so many events are kept in memory.
  public static let longestTail = 1_000_000

  public init() {}

  /// Whether everything is wanted, so that asking is not worth the time.
  public var isEverything: Bool {
    allow.isEmpty && deny.isEmpty && since == nil && until == nil && first == nil && last == nil
  }

  /// Whether the flow is wanted, `first` and `last` aside.
  public func admits(_ flow: borrowing Flow) -> Bool {
    admits(time: flow.time) && (allow.isEmpty || allow.contains { $0.matches(flow) })
      && !deny.contains { $0.matches(flow) }
  }

  /// Whether the event is wanted, `first` and `last` aside. Its time is that of the envelope.
  public func admits(_ event: FlowEvent) -> Bool {
    guard admits(time: event.time) else { return false }
    guard case .flow(let flow) = event.content else {
      return (allow.isEmpty || allow.contains { $0.matchesEventsWithoutFlow() })
        && !deny.contains { $0.matchesEventsWithoutFlow() }
    }
    return (allow.isEmpty || allow.contains { $0.matches(flow) }) && !deny.contains { $0.matches(flow) }
  }

  private func admits(time: Int64?) -> Bool {
    if since == nil, until == nil { return true }
    guard let time else { return false }
    return time >= since ?? .min && time <= until ?? .max
  }
}
