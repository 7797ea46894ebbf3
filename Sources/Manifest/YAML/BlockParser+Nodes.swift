extension BlockParser {
  /// The value that begins at the cursor, inside a collection at column `parent`.
  mutating func node(in parent: Int, _ mask: FieldMask) throws(NotPlain) -> Value {
    let position = here
    switch bytes[index] {
    case UInt8(ascii: "-") where isBlank(index + 1): return try list(mask, position)
    case UInt8(ascii: "?") where isBlank(index + 1), UInt8(ascii: ":") where isBlank(index + 1): throw NotPlain()
    case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "%"), UInt8(ascii: "@"),
      UInt8(ascii: "`"), UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"):
      throw NotPlain()
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      if let end = quotedEnd(), end < lineEnd, bytes[end] == UInt8(ascii: ":") { return try map(mask, position) }
      return try inlineValue(in: parent, mask, position)
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "|"), UInt8(ascii: ">"):
      return try inlineValue(in: parent, mask, position)
    default:
      if try plainEnd(from: index).isKey { return try map(mask, position) }
      return try inlineValue(in: parent, mask, position)
    }
  }

  /// A scalar or something in brackets. After a key or a dash nothing else may be on the line.
  private mutating func inlineValue(
    in parent: Int, _ mask: FieldMask, _ position: Position
  ) throws(NotPlain) -> Value {
    let content: Value.Content
    switch bytes[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      content = .string(try quoted())
      try endLine()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      content = try brackets(mask)
      try endLine()
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      content = .string(try blockScalar(in: parent))
    default:
      content = try plain(in: parent)
    }
    return Value(content, at: position)
  }

  // MARK: Maps

  private mutating func map(_ mask: FieldMask, _ position: Position) throws(NotPlain) -> Value {
    try enter()
    let column = index - lineStart
    var fields = MapMask(mask)
    var members: [Value.Member] = []
    repeat {
      let keyPosition = here
      let (range, decoded) = try key()
      let choice = fields.value(of: decoded, or: range, in: bytes)
      index += 1
      if case .nothing = choice.mask.extent {
        try skipValue(of: column)
      } else {
        let name: String
        if let known = choice.name { name = known } else { name = try plainKey(range) }
        let value = try mapValue(in: column, choice.mask)
        fields.didRead(name, value)
        members.append(Value.Member(key: name, keyPosition: keyPosition, value: value))
      }
    } while indent == column && !isAtDash
    guard indent < column || isAtDash else { throw NotPlain() }
    depth -= 1
    return Value(.map(members), at: position)
  }

  /// Reads a key and stops on its colon. The text is `decoded` if it was in quotes, else that of `range`.
  private mutating func key() throws(NotPlain) -> (range: Range<Int>, decoded: String?) {
    let start = index
    if bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") {
      guard let end = quotedEnd(), end < lineEnd, bytes[end] == UInt8(ascii: ":"), isBlank(end + 1),
        end - start <= 1000
      else { throw NotPlain() }
      let text = try quoted()
      return (start..<end, text)
    }
    guard !isIndicator(bytes[index]) else { throw NotPlain() }
    let (end, isKey) = try plainEnd(from: index)
    // libyaml looks for the colon of a key in the next 1024 characters only.
    guard isKey, end - start <= 1000 else { throw NotPlain() }
    index = end
    while bytes[index] != UInt8(ascii: ":") { index += 1 }
    return (start..<end, nil)
  }

  /// What no plain scalar begins with, `-`, `?` and `:` aside, on which the next character decides.
  private func isIndicator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"),
      UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "}"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: "#"):
      true
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"): isBlank(index + 1)
    default: false
    }
  }

  private func plainKey(_ range: Range<Int>) throws(NotPlain) -> String {
    let text = bytes.string(range)
    // Merge keys and null are libyaml's.
    guard text != "<<", let key = Scalar.key(Scalar.resolve(text)) else { throw NotPlain() }
    return key
  }

  private mutating func mapValue(in column: Int, _ mask: FieldMask) throws(NotPlain) -> Value {
    let position = here
    if isLineDone() {
      try nextLine()
      if indent > column || indent == column && isAtDash { return try node(in: column, mask) }
      return Value(.null, at: position)
    }
    switch bytes[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "|"),
      UInt8(ascii: ">"):
      break
    default: guard !isIndicator(bytes[index]), bytes[index] != 0x09 else { throw NotPlain() }
    }
    let start = here
    return try inlineValue(in: column, mask, start)
  }

  // MARK: Lists

  private mutating func list(_ mask: FieldMask, _ position: Position) throws(NotPlain) -> Value {
    try enter()
    let column = index - lineStart
    var elements: [Value] = []
    var holdsObjects = false
    if case .object = mask.extent { holdsObjects = true }
    repeat {
      elements.append(holdsObjects ? try object(column, mask) : try element(column, mask))
    } while indent == column && isAtDash
    guard indent <= column else { throw NotPlain() }
    depth -= 1
    return Value(.list(elements), at: position)
  }

  private mutating func element(_ column: Int, _ mask: FieldMask) throws(NotPlain) -> Value {
    index += 1
    let position = here
    if isLineDone() {
      try nextLine()
      if indent > column { return try node(in: column, mask) }
      return Value(.null, at: position)
    }
    guard bytes[index] != 0x09 else { throw NotPlain() }
    return try node(in: column, mask)
  }

  /// An element of a list of objects. One of ten thousand that is not plain must not cost the others their speed, so
  /// libyaml is given the lines of this one alone.
  private mutating func object(_ column: Int, _ mask: FieldMask) throws(NotPlain) -> Value {
    let start = self
    do {
      return try element(column, mask)
    } catch {
      guard start.index == start.lineStart + column, !start.isMeasuring else { throw error }
      self = start
      try measure(column)
      let range = start.lineStart..<lineStart
      guard var composer = YAMLComposer(bytes, range, line: start.lines.line, limits: limits),
        let document = try? composer.document(mask), case .list(let list) = document.content, list.count == 1,
        let value = list.first
      else { throw NotPlain() }
      return value
    }
  }

  // MARK: Brackets

  private mutating func brackets(_ mask: FieldMask) throws(NotPlain) -> Value.Content {
    var parser = JSONParser(bytes, at: index, lines: lines, depthLimit: limits.depth - depth)
    guard let value = try? parser.parse(mask) else { throw NotPlain() }
    move(to: parser.index, lines: parser.lines)
    return value.content
  }

  /// Moves the cursor to where another parser stopped, perhaps some lines below.
  mutating func move(to offset: Int, lines: LineTracker) {
    if lines.line != self.lines.line {
      lineStart = offset
      lineEnd = bytes.firstIndex(of: 0x0A, in: offset..<bytes.count) ?? bytes.count
    }
    self.lines = lines
    index = offset
  }

  private mutating func enter() throws(NotPlain) {
    depth += 1
    guard depth <= limits.depth else { throw NotPlain() }
  }
}
