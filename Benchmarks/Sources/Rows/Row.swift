/// A benchmark and how its times are shown: one line of the table for each unit.
public struct Row: Sendable {
  public enum Unit: Sendable {
    case milliseconds
    case nanosecondsPerItem
    case microsecondsPerItem
    case itemsPerSecond
    case megabytesPerSecond
  }

  /// The benchmark's name, also in file names: lower-case letters, digits and hyphens, beginning with the topic.
  public let name: String
  public let title: String
  /// What is counted where a unit speaks of items.
  public let item: String
  public let units: [Unit]
  /// Cilium's time for the same work, in milliseconds.
  public let ciliumMilliseconds: Double?
  /// Whether its time per packet is compared with that of `Row.floor`.
  public let comparesFloor: Bool

  init(
    _ name: String, _ title: String, _ units: [Unit], item: String = "", ciliumMilliseconds: Double? = nil,
    comparesFloor: Bool = false
  ) {
    self.name = name
    self.title = title
    self.item = item
    self.units = units
    self.ciliumMilliseconds = ciliumMilliseconds
    self.comparesFloor = comparesFloor
  }

  /// What precedes the first hyphen: `compile`, `engine`, …
  public var topic: String { String(name.prefix { $0 != "-" }) }
}

/// The counts that accompany each measurement, by the names that the benchmark library writes them under.
public enum Count {
  public static let items = "items"
  public static let bytes = "bytes"
  /// What counts instead of the time from start to end, where a row is about a part of the work.
  public static let nanoseconds = "nanoseconds"
}
