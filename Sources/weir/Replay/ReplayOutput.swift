import Flow

/// Events on their way to whoever asked for them.
struct ReplayOutput: FlowSink, ~Copyable {
  private var selector: FlowSelector
  private let selectsEverything: Bool
  /// nil: only totals are wanted.
  private var writer: FlowWriter?

  init(_ selection: FlowSelection, _ writer: consuming FlowWriter?) {
    selector = FlowSelector(selection)
    selectsEverything = selection.isEverything
    self.writer = writer
  }

  /// Whether anybody wants events.
  var isWanted: Bool {
    switch writer {
    case .some: true
    case nil: false
    }
  }

  /// Whoever read the events has gone away, and what followed was not written.
  var readerIsGone: Bool {
    switch writer {
    case .some(let writer): writer.readerIsGone
    case nil: false
    }
  }

  mutating func take(_ flow: borrowing Flow) throws(FlowWriter.Failure) {
    if selectsEverything || selector.admits(flow) { try writer?.write(flow) }
  }

  /// Writes what there is so far, where others may wait for it.
  mutating func flush() throws(FlowWriter.Failure) { try writer?.flush() }

  /// Writes everything that was held back. To be called once, at the end.
  mutating func finish() throws(FlowWriter.Failure) {
    var kept: [FlowEvent] = []
    selector.finish { kept.append($0) }
    for event in kept { try writer?.write(event) }
    try writer?.finish()
  }
}
