/// Passes on the wanted events of a stream, the first or last of them where only so many are wanted.
public struct FlowSelector {
  public let selection: FlowSelection
  private var taken = 0
  /// A ring of the last events, once it is full.
  private var tail: [FlowEvent] = []
  private var oldest = 0

  public init(_ selection: FlowSelection) {
    self.selection = selection
  }

  /// Whether no further event can be wanted.
  public var isSatisfied: Bool { selection.first.map { taken >= $0 } ?? false }

  /// Calls `emit` with the event if it is wanted; keeps it back where only the last ones are.
  public mutating func take<Failure: Error>(
    _ event: FlowEvent, _ emit: (FlowEvent) throws(Failure) -> Void
  ) throws(Failure) {
    guard !isSatisfied, selection.admits(event) else { return }
    taken += 1
    guard let last = selection.last else { return try emit(event) }
    if tail.count < last {
      tail.append(event)
    } else if last > 0 {
      tail[oldest] = event
      oldest = (oldest + 1) % last
    }
  }

  /// Whether the flow is to be shown at once; keeps it back where only the last ones are wanted.
  public mutating func admits(_ flow: borrowing Flow) -> Bool {
    guard !isSatisfied, selection.admits(flow) else { return false }
    guard selection.last == nil else {
      take(FlowEvent(copy flow)) { _ in }
      return false
    }
    taken += 1
    return true
  }

  /// Calls `emit` with the events that were kept back, oldest first.
  public mutating func finish<Failure: Error>(_ emit: (FlowEvent) throws(Failure) -> Void) throws(Failure) {
    for event in tail[oldest...] { try emit(event) }
    for event in tail[..<oldest] { try emit(event) }
    tail = []
    oldest = 0
  }
}
