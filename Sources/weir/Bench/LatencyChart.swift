import Glibc
import Latency

/// A histogram as columns of text: time to the right, in equal steps of its logarithm, and packets upwards.
struct LatencyChart {
  let columns: [LatencySummary.Column]
  /// In characters, the axis included.
  let width: Int
  /// Blocks in eighths; otherwise `#` alone.
  let usesBlocks: Bool

  private static let height = 7
  private static let margin = 7
  private static let eighths: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
  /// Of the packets, at either end, that would stretch the picture.
  private static let outliers = 0.0005

  /// The lines from top to bottom; none without packets.
  func lines(marks: [(name: String, nanoseconds: Double)]) -> [String] {
    guard let range else { return [] }
    let bins = bins(range)
    guard let peak = bins.max(), peak > 0 else { return [] }
    var lines = (0..<Self.height).map { row in
      let label = row == 0 ? percent(peak) : ""
      return pad(label, Self.margin - 2) + (usesBlocks ? " ┤" : " |")
        + String(bins.map { cell($0 / peak, Self.height - 1 - row) })
    }
    lines.append(axis(range))
    lines.append(labels(Self.ticks(range).map { (Self.text($0), $0) }, range))
    lines.append(labels(marks.map { ("^" + $0.name, $0.nanoseconds) }, range))
    return lines
  }

  /// How many columns of characters there are.
  private var count: Int { max(20, width - Self.margin) }

  /// The times from the first column's left to the last one's right.
  private var range: ClosedRange<Double>? {
    let total = columns.reduce(0) { $0 + $1.count }
    guard total > 0 else { return nil }
    let skipped = UInt64(Double(total) * Self.outliers)
    func edge(_ columns: some Sequence<LatencySummary.Column>) -> Double {
      var seen: UInt64 = 0
      for column in columns {
        seen += column.count
        if seen > skipped { return max(column.nanoseconds, 1) }
      }
      return 1
    }
    let (low, high) = (edge(columns), edge(columns.reversed()))
    return low * 0.9...max(high, low * 2) * 1.1
  }

  private func position(_ nanoseconds: Double, _ range: ClosedRange<Double>) -> Int {
    let part = log(nanoseconds / range.lowerBound) / log(range.upperBound / range.lowerBound)
    return Int((part * Double(count)).rounded(.down))
  }

  /// Parts of all packets.
  private func bins(_ range: ClosedRange<Double>) -> [Double] {
    var bins = [Double](repeating: 0, count: count)
    let total = Double(columns.reduce(0) { $0 + $1.count })
    for column in columns where column.nanoseconds > 0 {
      let bin = position(column.nanoseconds, range)
      if bins.indices.contains(bin) { bins[bin] += Double(column.count) / total }
    }
    return bins
  }

  private func cell(_ height: Double, _ row: Int) -> Character {
    let level = height * Double(Self.height) - Double(row)
    guard usesBlocks else { return level >= 0.5 || (row == 0 && height > 0) ? "#" : " " }
    // What is there at all is seen.
    let eighth = Int((min(max(level, 0), 1) * 8).rounded())
    return Self.eighths[row == 0 && height > 0 ? max(eighth, 1) : eighth]
  }

  private func axis(_ range: ClosedRange<Double>) -> String {
    var line = [Character](repeating: usesBlocks ? "─" : "-", count: count)
    for tick in Self.ticks(range) {
      let place = position(tick, range)
      if line.indices.contains(place) { line[place] = usesBlocks ? "┬" : "+" }
    }
    return pad("", Self.margin - 2) + (usesBlocks ? " └" : " +") + String(line)
  }

  /// Texts that begin under their places, left out where there is no room.
  private func labels(_ texts: [(text: String, nanoseconds: Double)], _ range: ClosedRange<Double>) -> String {
    var line = ""
    for (text, nanoseconds) in texts {
      let place = position(nanoseconds, range)
      guard place >= 0, place + text.count <= count, line.isEmpty || place > line.count else { continue }
      line += String(repeating: " ", count: place - line.count) + text
    }
    return String(repeating: " ", count: Self.margin) + line
  }

  /// 1, 2 and 5 of each power of ten within the range.
  private static func ticks(_ range: ClosedRange<Double>) -> [Double] {
    var ticks: [Double] = []
    var decade = 1.0
    while decade <= range.upperBound {
      ticks += [1, 2, 5].map { $0 * decade }.filter(range.contains)
      decade *= 10
    }
    return ticks
  }

  private static func text(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case 1e6...: "\(Int(nanoseconds / 1e6)) ms"
    case 1e3...: "\(Int(nanoseconds / 1e3)) µs"
    default: "\(Int(nanoseconds)) ns"
    }
  }

  private func percent(_ part: Double) -> String { "\(Int((part * 100).rounded()))%" }

  private func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
