import Foundation
import Rows

/// All measurements of one row.
struct Measurement {
  let row: Row
  /// Nanoseconds, ascending.
  private let times: [Double]
  private let items: Double
  private let bytes: Double

  /// nil when the row was not run.
  init?(_ row: Row, in folder: URL) throws {
    var times = try Self.samples(Count.nanoseconds, of: row, in: folder)
    if times.allSatisfy({ $0 == 0 }) { times = try Self.samples("wallClock", of: row, in: folder) }
    guard !times.isEmpty else { return nil }
    self.row = row
    self.times = times.sorted()
    items = try Self.samples(Count.items, of: row, in: folder).max() ?? 1
    bytes = try Self.samples(Count.bytes, of: row, in: folder).max() ?? 0
  }

  /// The library writes each metric of each benchmark to a file of its own: a heading, then a number a line.
  private static func samples(_ metric: String, of row: Row, in folder: URL) throws -> [Double] {
    let file = folder.appending(path: "Current_run.WeirBenchmarks.\(row.name).\(metric).histogram.samples.tsv")
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { Double($0) }
  }

  /// Nanoseconds for each item.
  var medianPerItem: Double { times[times.count / 2] / items }

  /// The row in each of its units.
  ///
  /// - Parameter floor: nanoseconds for each packet of `Row.floor` in this run.
  func lines(floor: Double?) -> [Line] {
    row.units.map { unit in
      let median = value(times[times.count / 2], in: unit)
      let cilium = cilium(in: unit)
      let ratio = cilium.map { $0 / median }
      return Line(
        name: row.name, topic: row.topic, title: row.title, unit: text(of: unit), median: median,
        best: value(times[0], in: unit), measurements: times.count,
        cilium: cilium, ratio: ratio, floors: row.comparesFloor ? floor.map { median / $0 } : nil)
    }
  }

  private func cilium(in unit: Row.Unit) -> Double? {
    switch unit {
    case .milliseconds: row.ciliumMilliseconds
    case .microsecondsPerItem: row.ciliumMilliseconds.map { $0 * 1000 }
    default: nil
    }
  }

  private func value(_ nanoseconds: Double, in unit: Row.Unit) -> Double {
    switch unit {
    case .milliseconds: nanoseconds / 1e6
    case .nanosecondsPerItem: nanoseconds / items
    case .microsecondsPerItem: nanoseconds / items / 1e3
    case .itemsPerSecond: items / nanoseconds * 1e9
    case .megabytesPerSecond: bytes / nanoseconds * 1e3
    }
  }

  private func text(of unit: Row.Unit) -> String {
    switch unit {
    case .milliseconds: "ms"
    case .nanosecondsPerItem: "ns/\(row.item)"
    case .microsecondsPerItem: "µs/\(row.item)"
    case .itemsPerSecond: "\(row.item)/s"
    case .megabytesPerSecond: "MB/s"
    }
  }
}

/// One line of the table.
struct Line: Codable {
  let name: String
  let topic: String
  let title: String
  let unit: String
  let median: Double
  let best: Double
  /// How often the work was measured.
  let measurements: Int
  /// Cilium's time in the row's unit.
  let cilium: Double?
  /// Cilium's time in Weir's median.
  let ratio: Double?
  /// How many times the floor's time per packet it takes.
  let floors: Double?
}
