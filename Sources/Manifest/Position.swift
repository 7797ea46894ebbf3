/// A place in a text file. Both numbers count from 1; 0 means unknown.
public struct Position: Hashable, Sendable {
  public var line: Int32
  public var column: Int32

  public init(line: Int, column: Int) {
    self.line = Int32(clamping: line)
    self.column = Int32(clamping: column)
  }

  public static let unknown = Position(line: 0, column: 0)
}

/// A place in a named file, as error messages print it: `FILE:LINE:COLUMN`.
public struct Location: Hashable, Sendable, CustomStringConvertible {
  /// The path as the user gave it, or `<stdin>`.
  public var file: String
  public var position: Position

  public init(file: String, position: Position = .unknown) {
    self.file = file
    self.position = position
  }

  public var line: Int { Int(position.line) }

  public var description: String {
    position.line > 0 ? "\(file):\(position.line):\(position.column)" : file
  }
}
