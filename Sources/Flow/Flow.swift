/// One event in Hubble's shape.
public struct Flow: Sendable {
  public init() {}
}
