/// A small table for people: columns as wide as their widest text, two spaces between them.
struct TextTable {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// Begins a table with its titles.
  init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  /// There is nothing but the titles.
  var isEmpty: Bool { rows.count == 1 }

  /// Adds a row with as many cells as there are columns.
  mutating func add(_ cells: [String]) {
    rows.append(cells)
  }

  func write(to bytes: inout OutputBuffer) {
    var widths = alignments.map { _ in 0 }
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.unicodeScalars.count) }
    }
    for row in rows {
      for (column, cell) in row.enumerated() {
        let padding = widths[column] - cell.unicodeScalars.count
        if column > 0 { bytes.append("  ") }
        if alignments[column] == .right { bytes.append(UInt8(ascii: " "), count: padding) }
        bytes.append(text: cell)
        if alignments[column] == .left, column < row.count - 1 { bytes.append(UInt8(ascii: " "), count: padding) }
      }
      bytes.append(UInt8(ascii: "\n"))
    }
  }
}
