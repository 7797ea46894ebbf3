import Foundation
import Rows

/// `report SAMPLES RESULTS`: reads what the benchmark library wrote into the folder SAMPLES, prints the table and writes
/// it as JSON to the file RESULTS.
@main
enum Report {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let folder = arguments.first, let results = arguments.dropFirst().first, arguments.count == 2 else {
      FileHandle.standardError.write(Data("usage: report SAMPLES RESULTS\n".utf8))
      exit(64)
    }
    let measurements = try Row.table.compactMap { row in
      try Measurement(row, in: URL(filePath: folder))
    }
    guard !measurements.isEmpty else {
      FileHandle.standardError.write(Data("error: nothing was measured; does the filter match anything?\n".utf8))
      exit(66)
    }
    let floor = measurements.first { $0.row.name == Row.floor.name }?.medianPerItem
    let lines = measurements.flatMap { $0.lines(floor: floor) }
    let machine = Machine.current()
    print(TableText.text(lines, machine: machine))
    try ResultsFile(machine: machine, lines: lines).write(to: URL(filePath: results))
  }
}
