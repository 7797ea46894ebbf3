import Foundation

/// What the benchmarks ran on.
struct Machine: Codable {
  let processor: String
  let cores: Int
  let memoryGiB: Int
  let system: String
  /// Processes that wanted to run, on average over the last minute: the benchmarks' own among them.
  let load: Double

  static func current() -> Machine {
    Machine(
      processor: field("model name", of: "/proc/cpuinfo") ?? "unknown processor",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      memoryGiB: Int((Double(ProcessInfo.processInfo.physicalMemory) / 1_073_741_824).rounded()),
      system: ProcessInfo.processInfo.operatingSystemVersionString,
      load: Double(contents("/proc/loadavg").prefix { $0 != " " }) ?? 0)
  }

  var description: String { "\(processor), \(cores) cores, \(memoryGiB) GiB; \(system); load \(load)" }

  private static func field(_ name: String, of file: String) -> String? {
    let line = contents(file).split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
  }

  /// Empty where the file does not exist.
  private static func contents(_ file: String) -> String {
    (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
  }
}

/// The table for programs.
struct ResultsFile: Codable {
  let machine: Machine
  let lines: [Line]

  func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try encoder.encode(self).write(to: file)
  }
}
