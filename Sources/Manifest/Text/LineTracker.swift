/// Turns byte offsets into lines and columns while a parser moves forward through a text.
struct LineTracker {
  /// Counted from 1.
  private(set) var line: Int
  /// The offset at which a line of ASCII would have had to begin for the column to be right: each byte that continues
  /// a character moves it forward.
  private var start: Int
  private var counted: Int
  private let isASCII: Bool

  init(line: Int = 1, start: Int = 0, isASCII: Bool) {
    self.line = line
    self.start = start
    counted = start
    self.isASCII = isASCII
  }

  /// A new line begins at `offset`.
  @inline(__always)
  mutating func newLine(at offset: Int) {
    line += 1
    start = offset
    counted = offset
  }

  /// The place of `offset`, which is on the current line and not before one asked for earlier.
  @inline(__always)
  mutating func position(of offset: Int, in bytes: ByteView) -> Position {
    if !isASCII { countContinuations(to: offset, in: bytes) }
    return Position(line: line, column: offset - start + 1)
  }

  private mutating func countContinuations(to offset: Int, in bytes: ByteView) {
    while counted < offset {
      if bytes[counted] & 0xC0 == 0x80 { start += 1 }
      counted += 1
    }
  }
}
