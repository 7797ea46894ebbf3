import Flow

/// Takes events, one after the other.
protocol FlowSink: ~Copyable {
  associatedtype Failure: Error

  mutating func take(_ flow: borrowing Flow) throws(Failure)
}

/// The events of one packet.
struct FlowList: FlowSink {
  private(set) var flows: [Flow] = []

  mutating func take(_ flow: borrowing Flow) { flows.append(copy flow) }
}
