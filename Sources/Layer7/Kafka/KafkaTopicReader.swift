/// Reads a request's body by its schema and collects the topics' names.
struct KafkaTopicReader {
  let version: Int16
  let isFlexible: Bool
  private(set) var topics: [ByteRange] = []

  init(version: Int16, isFlexible: Bool) {
    self.version = version
    self.isFlexible = isFlexible
  }

  /// False when the bytes do not fit the schema.
  mutating func read(_ fields: [KafkaSchema], _ reader: inout ByteReader) -> Bool {
    for field in fields {
      guard read(field, &reader) else { return false }
    }
    return true
  }

  private mutating func read(_ field: KafkaSchema, _ reader: inout ByteReader) -> Bool {
    switch field {
    case .fixed(let count):
      return reader.skip(count)
    case .string:
      return string(&reader) != nil
    case .topic:
      guard let name = string(&reader) else { return false }
      if let name { topics.append(name) }
      return true
    case .bytes:
      guard let count = isFlexible ? compactLength(&reader) : reader.uint32().map({ Int(Int32(bitPattern: $0)) })
      else { return false }
      return reader.skip(max(count, 0))
    case .list(let element):
      return array(&reader) { reader, this in this.read(element, &reader) }
    case .structures(let fields):
      return array(&reader) { reader, this in
        this.read(fields, &reader) && (!this.isFlexible || Self.passTags(&reader))
      }
    case .versions(let versions, let field):
      return !versions.contains(version) || read(field, &reader)
    }
  }

  /// Every element takes at least one byte, so that a claimed count ends with the bytes.
  private mutating func array(
    _ reader: inout ByteReader, _ element: (inout ByteReader, inout KafkaTopicReader) -> Bool
  ) -> Bool {
    guard let count = isFlexible ? compactLength(&reader) : reader.uint32().map({ Int(Int32(bitPattern: $0)) }),
      count <= reader.remaining
    else { return false }
    for _ in 0..<max(count, 0) {
      guard element(&reader, &self) else { return false }
    }
    return true
  }

  /// nil when the bytes end first; a null string is `.some(nil)`.
  private func string(_ reader: inout ByteReader) -> ByteRange?? {
    guard let count = isFlexible ? compactLength(&reader) : reader.uint16().map({ Int(Int16(bitPattern: $0)) })
    else { return nil }
    guard count >= 0 else { return .some(nil) }
    return reader.range(count).map { ByteRange($0) }
  }

  /// A length of the flexible versions is one more than it says; -1 stands for null.
  private func compactLength(_ reader: inout ByteReader) -> Int? {
    Self.unsignedVarint(&reader).map { Int($0) - 1 }
  }

  /// At most 32 bits, seven in each byte, the lowest first.
  static func unsignedVarint(_ reader: inout ByteReader) -> UInt32? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 28, by: 7) {
      guard let byte = reader.byte() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return UInt32(exactly: value) }
    }
    return nil
  }

  /// The tagged fields that end a structure (KIP-482).
  static func passTags(_ reader: inout ByteReader) -> Bool {
    guard let count = unsignedVarint(&reader), Int(count) <= reader.remaining else { return false }
    for _ in 0..<count {
      guard unsignedVarint(&reader) != nil, let size = unsignedVarint(&reader), reader.skip(Int(size)) else {
        return false
      }
    }
    return true
  }
}
