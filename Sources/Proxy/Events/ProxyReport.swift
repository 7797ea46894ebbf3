import Rules

/// What is found out about the packet in hand, and the counts so far.
struct ProxyReport {
  let recordsEvents: Bool
  var counters = ProxyCounters()
  var events: [ProxyEvent] = []
  var answers: [DNSAnswer] = []
  var outcome = ProxyOutcome()

  init(recordsEvents: Bool) {
    self.recordsEvents = recordsEvents
  }

  mutating func beginPacket() {
    events.removeAll(keepingCapacity: true)
    answers.removeAll(keepingCapacity: true)
    outcome = ProxyOutcome()
  }

  mutating func add(_ event: @autoclosure () -> ProxyEvent) {
    if recordsEvents { events.append(event()) }
  }

  /// The packet holds something that a proxy does not pass on. The first refusal that it meets counts.
  mutating func refuse(_ direction: Direction, endsFlow: Bool) {
    if outcome.refusedBy == nil || direction == .egress { outcome.refusedBy = direction }
    if endsFlow { outcome.endsFlow = true }
  }
}
