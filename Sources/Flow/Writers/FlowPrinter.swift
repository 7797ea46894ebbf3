/// Appends events to a buffer in one of hubble's formats.
///
/// A table is held back until `finish`, or until it has `TableRows.limit` rows, because its columns are as wide as
/// their widest text; every other format is written at once.
public struct FlowPrinter: ~Copyable {
  public let options: FlowPrintOptions
  private let text: FlowText
  private var hasPrinted = false
  private var table: TableRows
  private var json = FlowJSONWriter()

  public init(_ options: FlowPrintOptions = FlowPrintOptions()) {
    self.options = options
    text = FlowText(options: options)
    var plain = options
    plain.color = false
    table = TableRows(text: FlowText(options: plain))
  }

  /// Appends one flow. In JSON its envelope repeats the flow's node and time.
  public mutating func print(_ flow: borrowing Flow, to bytes: inout OutputBuffer) {
    switch options.format {
    case .compact: printCompact(flow, to: &bytes)
    case .dict: printDict(flow, to: &bytes)
    case .table: table.add(flow, to: &bytes)
    case .jsonpb: LineLimit.write(flow, &json, to: &bytes)
    }
  }

  /// Appends one event. Node states have no text form on standard output: only JSON shows them.
  public mutating func print(_ event: FlowEvent, to bytes: inout OutputBuffer) {
    switch (event.content, options.format) {
    case (.flow(let flow), .jsonpb):
      LineLimit.write(flow, nodeName: event.nodeName, time: event.time, &json, to: &bytes)
    case (_, .jsonpb):
      json.write(event, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    case (.flow(let flow), _):
      print(flow, to: &bytes)
    case (.lostEvents(let lost), .compact):
      printCompact(lost, in: event, to: &bytes)
    case (.lostEvents(let lost), .dict):
      printDict(lost, in: event, to: &bytes)
    case (.lostEvents(let lost), .table):
      table.add(lost, in: event, to: &bytes)
    case (.nodeStatus, _):
      return
    }
  }

  /// Appends what was held back.
  public mutating func finish(to bytes: inout OutputBuffer) {
    table.flush(to: &bytes)
  }

  // MARK: Compact

  private func printCompact(_ flow: borrowing Flow, to bytes: inout OutputBuffer) {
    text.writeTime(flow.time, to: &bytes)
    if options.nodeNames {
      bytes.append(" [")
      bytes.append(terminal: flow.nodeName)
      bytes.append(UInt8(ascii: "]"))
    }
    bytes.append(": ")
    // The client stays on the left: replies have their ends swapped, and their arrow.
    if flow.isReply == true {
      writeDestinationEnd(of: flow, to: &bytes)
      bytes.append(" <- ")
      writeSourceEnd(of: flow, to: &bytes)
    } else {
      writeSourceEnd(of: flow, to: &bytes)
      bytes.append(flow.isReply == nil ? " <> " : " -> ")
      writeDestinationEnd(of: flow, to: &bytes)
    }
    bytes.append(UInt8(ascii: " "))
    text.writeType(of: flow, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    text.writeVerdict(of: flow, to: &bytes)
    bytes.append(" (")
    text.writeSummary(of: flow, to: &bytes)
    bytes.append(")\n")
  }

  private func writeSourceEnd(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    text.writeSource(of: flow, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    text.writeIdentity(flow.source.identity, to: &bytes)
  }

  private func writeDestinationEnd(of flow: borrowing Flow, to bytes: inout OutputBuffer) {
    text.writeDestination(of: flow, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    text.writeIdentity(flow.destination.identity, to: &bytes)
  }

  /// Without the node, as hubble has it.
  private func printCompact(_ lost: LostEvents, in event: FlowEvent, to bytes: inout OutputBuffer) {
    text.writeTime(event.time, to: &bytes)
    bytes.append(" EVENTS LOST: ")
    bytes.append(text: lost.source.protobufName)
    bytes.append(" CPU(")
    bytes.append(decimal: Int64(lost.cpu ?? 0))
    bytes.append(") ")
    bytes.append(decimal: lost.count)
    bytes.append(UInt8(ascii: "\n"))
  }

  // MARK: Dict

  private mutating func printDict(_ flow: borrowing Flow, to bytes: inout OutputBuffer) {
    beginDict(time: flow.time, nodeName: flow.nodeName, to: &bytes)
    bytes.append("     SOURCE: ")
    text.writeSource(of: flow, to: &bytes)
    bytes.append("\nDESTINATION: ")
    text.writeDestination(of: flow, to: &bytes)
    bytes.append("\n       TYPE: ")
    text.writeType(of: flow, to: &bytes)
    bytes.append("\n    VERDICT: ")
    text.writeVerdict(of: flow, to: &bytes)
    bytes.append("\n    SUMMARY: ")
    text.writeSummary(of: flow, to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func printDict(_ lost: LostEvents, in event: FlowEvent, to bytes: inout OutputBuffer) {
    beginDict(time: event.time, nodeName: event.nodeName, to: &bytes)
    bytes.append("     SOURCE: ")
    bytes.append(text: lost.source.protobufName)
    bytes.append("\n       TYPE: EVENTS LOST\n    VERDICT: -\n    SUMMARY: CPU(")
    bytes.append(decimal: Int64(lost.cpu ?? 0))
    bytes.append(") - ")
    bytes.append(decimal: lost.count)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func beginDict(time: Int64?, nodeName: String, to bytes: inout OutputBuffer) {
    if hasPrinted { bytes.append("------------\n") }
    hasPrinted = true
    bytes.append("  TIMESTAMP: ")
    text.writeTime(time, to: &bytes)
    if options.nodeNames {
      bytes.append("\n       NODE: ")
      bytes.append(terminal: nodeName)
    }
    bytes.append(UInt8(ascii: "\n"))
  }
}
