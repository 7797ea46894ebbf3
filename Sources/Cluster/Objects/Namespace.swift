public import Manifest

public struct Namespace: Sendable, Equatable {
  public var name: String
  public var labels: [String: String]
  public var location: Location

  public init(name: String, labels: [String: String], location: Location) {
    self.name = name
    self.labels = labels
    self.location = location
  }
}
