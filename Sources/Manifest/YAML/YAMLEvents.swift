import CYAML

/// One step of libyaml through a text.
struct YAMLEvent {
  enum Kind {
    case streamEnd
    case documentStart
    case documentEnd
    case scalar(text: String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
    case alias(String)
  }

  var kind: Kind
  var position: Position
  var anchor: String?
  var tag: String?
}

/// libyaml's event parser over a lent text.
///
/// Unsafe code on the side of libyaml is confined to this file. It is sound because the parser and its event live in
/// memory that this value owns and frees once, because the text outlives it (see `SourceText.withBytes`), and because
/// everything taken from an event is copied before the event is freed.
struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: ByteView
  private let range: Range<Int>
  private let firstLine: Int

  /// Reads `range` of the text, whose first byte is at the beginning of `line`. nil when memory is short.
  init?(_ bytes: ByteView, _ range: Range<Int>, line: Int) {
    parser = .allocate(capacity: 1)
    firstLine = line
    self.bytes = bytes
    self.range = range
    guard yaml_parser_initialize(parser) != 0 else {
      parser.deallocate()
      return nil
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    bytes.withPointer(range) { yaml_parser_set_input_string(parser, $0, $1) }
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event but the stream's start. With `withoutText`, scalars that no alias can
  /// repeat come empty.
  mutating func next(withoutText: Bool = false) throws(SyntaxError) -> YAMLEvent {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) != 0 else { throw failure() }
      defer { yaml_event_delete(&event) }
      let anchor: UnsafeMutablePointer<UInt8>?
      var tag: UnsafeMutablePointer<UInt8>?
      let kind: YAMLEvent.Kind
      switch event.type {
      case YAML_STREAM_END_EVENT: (kind, anchor) = (.streamEnd, nil)
      case YAML_DOCUMENT_START_EVENT: (kind, anchor) = (.documentStart, nil)
      case YAML_DOCUMENT_END_EVENT: (kind, anchor) = (.documentEnd, nil)
      case YAML_SEQUENCE_END_EVENT: (kind, anchor) = (.sequenceEnd, nil)
      case YAML_MAPPING_END_EVENT: (kind, anchor) = (.mappingEnd, nil)
      case YAML_SEQUENCE_START_EVENT: (kind, anchor, tag) = (.sequenceStart, event.data.sequence_start.anchor, nil)
      case YAML_MAPPING_START_EVENT: (kind, anchor, tag) = (.mappingStart, event.data.mapping_start.anchor, nil)
      case YAML_ALIAS_EVENT: (kind, anchor) = (.alias(Self.text(event.data.alias.anchor) ?? ""), nil)
      case YAML_SCALAR_EVENT:
        let scalar = event.data.scalar
        let text =
          withoutText && scalar.anchor == nil
          ? "" : String(decoding: UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)), as: UTF8.self)
        kind = .scalar(text: text, isPlain: scalar.plain_implicit != 0 && scalar.style == YAML_PLAIN_SCALAR_STYLE)
        (anchor, tag) = (scalar.anchor, scalar.tag)
      default: continue
      }
      return YAMLEvent(
        kind: kind, position: position(event.start_mark), anchor: Self.text(anchor), tag: Self.text(tag))
    }
  }

  private func position(_ mark: yaml_mark_t) -> Position {
    Position(line: firstLine + Int(mark.line), column: Int(mark.column) + 1)
  }

  /// The reader is ahead of the parser, so its errors come without a mark.
  private func position(ofByte offset: Int) -> Position {
    var lines = LineTracker(line: firstLine, start: range.lowerBound, isASCII: false)
    let end = min(range.lowerBound + offset, range.upperBound)
    for index in range.lowerBound..<end where bytes[index] == 0x0A { lines.newLine(at: index + 1) }
    return lines.position(of: end, in: bytes)
  }

  private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func failure() -> SyntaxError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "libyaml gave up"
    switch parser.pointee.error {
    case YAML_READER_ERROR:
      return SyntaxError(
        position(ofByte: parser.pointee.problem_offset),
        "\(problem) (U+\(hexadecimal(parser.pointee.problem_value)))")
    case YAML_MEMORY_ERROR: return SyntaxError(position(parser.pointee.mark), "out of memory")
    default:
      guard let context = parser.pointee.context else {
        return SyntaxError(position(parser.pointee.problem_mark), problem)
      }
      let begin = position(parser.pointee.context_mark)
      return SyntaxError(
        position(parser.pointee.problem_mark), problem,
        hint: "\(String(cString: context)) that begins at line \(begin.line), column \(begin.column)")
    }
  }

  private func hexadecimal(_ number: Int32) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
