/// How much a file may ask for. Input beyond a limit is an error with its place, never a crash or a full memory.
public struct ManifestLimits: Sendable {
  /// Bytes in one file.
  public var fileSize = 1 << 30
  /// Bytes in all files together.
  public var totalSize = 4 << 30
  /// Maps and lists inside one another.
  public var depth = 200
  /// Values that the aliases of one document may repeat.
  public var aliasedValues = 100_000
  /// Directories inside one another.
  public var directoryDepth = 64

  public init() {}
}
