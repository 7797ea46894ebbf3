/// Values that nobody reads are most of a dump: they are checked like the others, and nothing is made of them.
extension JSONParser {
  /// Moves past the value that begins here.
  mutating func skipValue() throws(SyntaxError) {
    guard index < bytes.count else { throw SyntaxError(here, "expected a value, found the end of the text") }
    switch bytes[index] {
    case UInt8(ascii: "{"): try skipMap()
    case UInt8(ascii: "["): try skipList()
    case UInt8(ascii: "\""): _ = try skipString()
    case UInt8(ascii: "t") where word("true"): break
    case UInt8(ascii: "f") where word("false"): break
    case UInt8(ascii: "n") where word("null"): break
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try skipNumber()
    default: throw SyntaxError(here, "expected a value, found \(found)")
    }
  }

  private mutating func skipMap() throws(SyntaxError) {
    let start = here
    try enter(start)
    index += 1
    skipSpace()
    guard !take("}") else {
      depth -= 1
      return
    }
    while true {
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw SyntaxError(here, "expected a \"key\", found \(found)", hint: opened("{", start))
      }
      _ = try skipString()
      skipSpace()
      guard take(":") else { throw SyntaxError(here, "expected ':' after the key, found \(found)") }
      skipSpace()
      try skipValue()
      skipSpace()
      if take("}") { break }
      guard take(",") else {
        throw SyntaxError(here, "expected ',' or '}', found \(found)", hint: opened("{", start))
      }
    }
    depth -= 1
  }

  private mutating func skipList() throws(SyntaxError) {
    let start = here
    try enter(start)
    index += 1
    skipSpace()
    guard !take("]") else {
      depth -= 1
      return
    }
    while true {
      skipSpace()
      try skipValue()
      skipSpace()
      if take("]") { break }
      guard take(",") else {
        throw SyntaxError(here, "expected ',' or ']', found \(found)", hint: opened("[", start))
      }
    }
    depth -= 1
  }
}
