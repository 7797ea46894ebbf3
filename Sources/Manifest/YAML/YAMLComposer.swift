/// Composes values from libyaml's events: the whole of YAML 1.1, with anchors, tags and merge keys. The slow road, and
/// the authority on what a text means.
struct YAMLComposer: ~Copyable {
  private var events: YAMLEvents
  private let limits: ManifestLimits
  private var anchors: [String: (value: Value, size: Int)] = [:]
  private var aliasedValues = 0
  private var depth = 0
  /// Values built so far; tells how large an anchored one is.
  private var built = 0

  init?(_ bytes: ByteView, _ range: Range<Int>, line: Int, limits: ManifestLimits) {
    guard let events = YAMLEvents(bytes, range, line: line) else { return nil }
    self.events = events
    self.limits = limits
  }

  /// The next document; nil at the end of the text.
  mutating func document(_ mask: FieldMask) throws(SyntaxError) -> Value? {
    guard try beginDocument() != nil else { return nil }
    let value = try node(try events.next(), mask)
    _ = try events.next()
    return value
  }

  /// The line on which the next document begins; nil when there is none. That document is lost to this composer.
  mutating func nextDocumentLine() throws(SyntaxError) -> Int? { try beginDocument() }

  /// Moves into the next document; returns its line, or nil at the end of the text.
  private mutating func beginDocument() throws(SyntaxError) -> Int? {
    anchors = [:]
    aliasedValues = 0
    while true {
      let event = try events.next()
      switch event.kind {
      case .streamEnd: return nil
      case .documentStart: return Int(event.position.line)
      default: continue
      }
    }
  }

  private mutating func node(_ event: YAMLEvent, _ mask: FieldMask) throws(SyntaxError) -> Value {
    // What has a name may be needed elsewhere, whatever the mask says here.
    let mask = event.anchor == nil ? mask : .everything
    let before = built
    built += 1
    var value = Value(.null, at: event.position)
    switch event.kind {
    case .scalar(let text, let isPlain): value.content = try scalar(text, isPlain, event)
    case .sequenceStart: value.content = .list(try list(mask, event.position))
    case .mappingStart: value.content = .map(try map(mask, event.position))
    case .alias(let name): return try alias(name, event.position)
    case .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      throw SyntaxError(event.position, "expected a value")
    }
    if let anchor = event.anchor { anchors[anchor] = (value, built - before) }
    return value
  }

  // MARK: Scalars

  private func scalar(_ text: String, _ isPlain: Bool, _ event: YAMLEvent) throws(SyntaxError) -> Value.Content {
    switch event.tag {
    case nil: return isPlain ? Scalar.resolve(text) : .string(text)
    case "tag:yaml.org,2002:binary":
      guard let bytes = Base64.decode(text) else { throw SyntaxError(event.position, "!!binary without valid base64") }
      return .string(String(decoding: bytes, as: UTF8.self))
    case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
      return Scalar.resolve(text)
    default: return .string(text)
    }
  }

  private mutating func alias(_ name: String, _ position: Position) throws(SyntaxError) -> Value {
    guard let (value, size) = anchors[name] else { throw SyntaxError(position, "unknown anchor '\(name)'") }
    aliasedValues += size
    // An anchored value may itself hold aliases, whose values count again each time.
    built += size - 1
    guard aliasedValues <= limits.aliasedValues else {
      throw SyntaxError(position, "the aliases of this document repeat more than \(limits.aliasedValues) values")
    }
    return value
  }

  // MARK: Lists and maps

  private mutating func list(_ mask: FieldMask, _ start: Position) throws(SyntaxError) -> [Value] {
    try enter(start)
    defer { depth -= 1 }
    var elements: [Value] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind { return elements }
      elements.append(try node(event, mask))
    }
  }

  private mutating func map(_ mask: FieldMask, _ start: Position) throws(SyntaxError) -> [Value.Member] {
    try enter(start)
    defer { depth -= 1 }
    var members: [Value.Member] = []
    var fields = MapMask(mask)
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { return members }
      if case .scalar("<<", true) = event.kind {
        try merge(try node(try events.next(), .everything), into: &members)
        continue
      }
      let keyValue = try node(event, .everything)
      guard let key = Scalar.key(keyValue.content) else {
        throw SyntaxError(event.position, "a key must be a string, not \(keyValue.typeNameWithArticle)")
      }
      let fieldMask = fields.value(of: key)
      if case .nothing = fieldMask.extent {
        try skip()
        continue
      }
      let value = try node(try events.next(), fieldMask)
      fields.didRead(key, value)
      members.append(Value.Member(key: key, keyPosition: event.position, value: value))
    }
  }

  /// Passes one value; what it anchors is built all the same.
  private mutating func skip() throws(SyntaxError) {
    var open = 0
    repeat {
      let event = try events.next(withoutText: true)
      if event.anchor != nil {
        try anchored(event)
        continue
      }
      switch event.kind {
      case .sequenceStart, .mappingStart: open += 1
      case .sequenceEnd, .mappingEnd: open -= 1
      case .alias(let name):
        guard anchors[name] != nil else { throw SyntaxError(event.position, "unknown anchor '\(name)'") }
      default: break
      }
      guard depth + open <= limits.depth else { throw tooDeep(event.position) }
    } while open > 0
  }

  private mutating func anchored(_ event: YAMLEvent) throws(SyntaxError) {
    _ = try node(event, .everything)
  }

  /// As Kubernetes' YAML library does it: merged keys override those written before `<<`, in a list the first map wins.
  private func merge(_ value: Value, into members: inout [Value.Member]) throws(SyntaxError) {
    switch value.content {
    case .map(let merged): members += merged
    case .list(let maps):
      for map in maps.reversed() {
        guard case .map(let merged) = map.content else { throw badMerge(map.position) }
        members += merged
      }
    default: throw badMerge(value.position)
    }
  }

  private func badMerge(_ position: Position) -> SyntaxError {
    SyntaxError(position, "'<<' merges a map or a list of maps, found something else")
  }

  private mutating func enter(_ position: Position) throws(SyntaxError) {
    depth += 1
    guard depth <= limits.depth else { throw tooDeep(position) }
  }

  private func tooDeep(_ position: Position) -> SyntaxError {
    SyntaxError(position, "more than \(limits.depth) maps and lists inside one another")
  }
}
