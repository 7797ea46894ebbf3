/// Rows of a table that wait for the widths of their columns.
///
/// At most `limit` rows wait: then they are written with the widths known so far, and later rows get at least these.
struct TableRows: ~Copyable {
  static let limit = 100_000
  /// Spaces between the widest text of a column and the next column.
  private static let padding = 3

  let text: FlowText
  /// The cells of all rows, one after the other.
  private var cells = OutputBuffer()
  /// Where each cell ends.
  private var ends: [Int] = []
  private var widths: [Int] = []
  private var hasHeader = false
  private var rows = 0

  init(text: FlowText) { self.text = text }

  mutating func add(_ flow: Flow, to bytes: inout OutputBuffer) {
    addHeader()
    let text = text
    addCell { text.writeTime(flow.time, to: &$0) }
    if text.options.nodeNames { addCell { $0.append(terminal: flow.nodeName) } }
    addCell { text.writeSource(of: flow, to: &$0) }
    addCell { text.writeDestination(of: flow, to: &$0) }
    addCell { text.writeType(of: flow, to: &$0) }
    addCell { text.writeVerdict(of: flow, to: &$0) }
    addCell { text.writeSummary(of: flow, to: &$0) }
    endRow(to: &bytes)
  }

  mutating func add(_ lost: LostEvents, in event: FlowEvent, to bytes: inout OutputBuffer) {
    addHeader()
    let text = text
    addCell { text.writeTime(event.time, to: &$0) }
    if text.options.nodeNames { addCell { $0.append(terminal: event.nodeName) } }
    addCell { $0.append(text: lost.source.protobufName) }
    addCell { $0.append("-") }
    addCell { $0.append("EVENTS LOST") }
    addCell { $0.append("-") }
    addCell { bytes in
      bytes.append("CPU(")
      bytes.append(decimal: Int64(lost.cpu ?? 0))
      bytes.append(") - ")
      bytes.append(decimal: lost.count)
    }
    endRow(to: &bytes)
  }

  private mutating func addHeader() {
    guard !hasHeader else { return }
    hasHeader = true
    var titles: [StaticString] = ["TIMESTAMP", "SOURCE", "DESTINATION", "TYPE", "VERDICT", "SUMMARY"]
    if text.options.nodeNames { titles.insert("NODE", at: 1) }
    widths = Array(repeating: 0, count: titles.count)
    for title in titles { addCell { $0.append(title) } }
    rows += 1
  }

  private mutating func addCell(_ body: (inout OutputBuffer) -> Void) {
    let start = cells.count
    body(&cells)
    let column = ends.count % widths.count
    widths[column] = max(widths[column], cells.characters(start..<cells.count))
    ends.append(cells.count)
  }

  private mutating func endRow(to bytes: inout OutputBuffer) {
    rows += 1
    if rows >= Self.limit { flush(to: &bytes) }
  }

  mutating func flush(to bytes: inout OutputBuffer) {
    var start = 0
    for (index, end) in ends.enumerated() {
      let column = index % widths.count
      cells.copy(start..<end, to: &bytes)
      if column == widths.count - 1 {
        bytes.append(UInt8(ascii: "\n"))
      } else {
        bytes.append(UInt8(ascii: " "), count: widths[column] + Self.padding - cells.characters(start..<end))
      }
      start = end
    }
    cells.removeAll()
    ends.removeAll(keepingCapacity: true)
    rows = 0
  }
}
