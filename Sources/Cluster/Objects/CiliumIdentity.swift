public import Manifest

public struct CiliumIdentity: Sendable, Equatable {
  public var id: UInt32
  /// From `security-labels`.
  public var labels: [Label]
  public var location: Location

  public init(id: UInt32, labels: [Label], location: Location) {
    self.id = id
    self.labels = labels
    self.location = location
  }
}
