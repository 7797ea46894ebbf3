/// Parsers in use, each known by a number, so that a connection without one costs no memory for it.
struct ParserPool<Parser> {
  private var parsers: ContiguousArray<Parser> = []
  private var free: [Int32] = []

  /// The number of a parser that nobody uses.
  ///
  /// - Parameter prepare: makes one as new that was used before.
  mutating func take(_ new: @autoclosure () -> Parser, prepare: (inout Parser) -> Void) -> Int32 {
    if let number = free.popLast() {
      prepare(&parsers[Int(number)])
      return number
    }
    parsers.append(new())
    return Int32(truncatingIfNeeded: parsers.count - 1)
  }

  mutating func take(_ new: Parser) -> Int32 { take(new, prepare: { $0 = new }) }

  mutating func giveBack(_ number: Int32) { free.append(number) }

  subscript(number: Int32) -> Parser {
    _read { yield parsers[Int(number)] }
    _modify { yield &parsers[Int(number)] }
  }
}
