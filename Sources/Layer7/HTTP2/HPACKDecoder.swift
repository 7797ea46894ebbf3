/// Decodes the header blocks of one direction (RFC 7541).
struct HPACKDecoder: Sendable {
  enum Failure: Sendable, Hashable {
    /// The block ends within a field.
    case truncated
    /// An integer beyond 2²⁸, or with needless bytes.
    case integer
    /// A string that is not of the Huffman code.
    case huffman
    /// An index beyond the tables of a connection whose beginning was seen.
    case index
    /// A table size above `maximumTableSize`, or not at the block's beginning (RFC 7541 §4.2).
    case tableSize
    /// The decoded fields exceed the limits of `HTTP2HeaderBlock`.
    case tooLarge
  }

  /// The largest dynamic table that an encoder may ask for, in bytes. The receiver's setting usually says 4,096 or
  /// 65,536.
  static let maximumTableSize = 256 << 10
  /// Stands for what was put into the dynamic table before the capture began.
  static let unknown: StaticString = "<unknown>"

  private var table = HPACKDynamicTable(maximumSize: 4_096)
  /// The dynamic table had entries that were not seen.
  private var lacksEntries: Bool

  /// About how many bytes the dynamic table takes: twice its size, as evicted entries stay for a while.
  var tableBytes: Int { table.size * 2 }

  init(fromBeginning: Bool) {
    lacksEntries = !fromBeginning
  }

  /// Appends the fields of a whole block. After a failure the direction's further blocks cannot be decoded.
  mutating func decode(_ bytes: RawSpan, into block: inout HTTP2HeaderBlock) -> Failure? {
    var reader = ByteReader(bytes)
    var hasField = false
    while reader.remaining > 0 {
      guard let first = reader.byte() else { return .truncated }
      let failure: Failure?
      if first & 0x80 != 0 {
        failure = indexed(first, &reader, &block)
        hasField = true
      } else if first & 0xe0 == 0x20 {
        failure = hasField ? .tableSize : tableSize(first, &reader)
      } else {
        let isAdded = first & 0x40 != 0
        failure = literal(first, prefix: isAdded ? 6 : 4, isAdded: isAdded, bytes, &reader, &block)
        hasField = true
      }
      if let failure { return failure }
      guard block.isWithinLimits else { return .tooLarge }
    }
    return nil
  }

  private func indexed(_ first: UInt8, _ reader: inout ByteReader, _ block: inout HTTP2HeaderBlock) -> Failure? {
    guard let index = Self.integer(first, prefix: 7, &reader) else { return .integer }
    let start = block.bytes.count
    guard let counts = append(index, nameOnly: false, to: &block.bytes) else { return .index }
    block.add(nameStart: start, nameCount: counts.name, valueCount: counts.value)
    return nil
  }

  private mutating func tableSize(_ first: UInt8, _ reader: inout ByteReader) -> Failure? {
    guard let size = Self.integer(first, prefix: 5, &reader) else { return .integer }
    guard size <= Self.maximumTableSize else { return .tableSize }
    table.setMaximumSize(size)
    return nil
  }

  private mutating func literal(
    _ first: UInt8, prefix: Int, isAdded: Bool, _ bytes: RawSpan, _ reader: inout ByteReader,
    _ block: inout HTTP2HeaderBlock
  ) -> Failure? {
    guard let index = Self.integer(first, prefix: prefix, &reader) else { return .integer }
    let start = block.bytes.count
    if index == 0 {
      if let failure = Self.string(bytes, &reader, &block.bytes) { return failure }
    } else if append(index, nameOnly: true, to: &block.bytes) == nil {
      return .index
    }
    let middle = block.bytes.count
    if let failure = Self.string(bytes, &reader, &block.bytes) { return failure }
    let end = block.bytes.count
    block.add(nameStart: start, nameCount: middle - start, valueCount: end - middle)
    if isAdded { table.insert(name: block.bytes[start..<middle], value: block.bytes[middle..<end]) }
    return nil
  }

  /// Appends an entry of either table (RFC 7541 §2.3.3).
  private func append(_ index: Int, nameOnly: Bool, to text: inout [UInt8]) -> (name: Int, value: Int)? {
    guard index > 0 else { return nil }
    let entries = HPACKStaticTable.entries
    if index <= entries.count {
      let entry = entries[index - 1]
      Self.append(entry.name, to: &text)
      if nameOnly { return (entry.name.utf8CodeUnitCount, 0) }
      Self.append(entry.value, to: &text)
      return (entry.name.utf8CodeUnitCount, entry.value.utf8CodeUnitCount)
    }
    if let counts = table.append(index - entries.count - 1, nameOnly: nameOnly, to: &text) { return counts }
    guard lacksEntries else { return nil }
    Self.append(Self.unknown, to: &text)
    if !nameOnly { Self.append(Self.unknown, to: &text) }
    return (Self.unknown.utf8CodeUnitCount, nameOnly ? 0 : Self.unknown.utf8CodeUnitCount)
  }

  private static func append(_ string: StaticString, to text: inout [UInt8]) {
    string.withUTF8Buffer { text.append(contentsOf: $0) }
  }

  /// RFC 7541 §5.1; nil when it is cut off or beyond 2²⁸.
  private static func integer(_ first: UInt8, prefix: Int, _ reader: inout ByteReader) -> Int? {
    let mask = UInt8(1) << prefix &- 1
    var value = Int(first & mask)
    guard first & mask == mask else { return value }
    for shift in stride(from: 0, through: 21, by: 7) {
      guard let byte = reader.byte() else { return nil }
      value += Int(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  /// RFC 7541 §5.2.
  private static func string(_ bytes: RawSpan, _ reader: inout ByteReader, _ text: inout [UInt8]) -> Failure? {
    guard let first = reader.byte() else { return .truncated }
    guard let count = integer(first, prefix: 7, &reader) else { return .integer }
    guard let range = reader.range(count) else { return .truncated }
    let limit = HTTP2HeaderBlock.maximumBytes
    if first & 0x80 != 0 {
      return HuffmanCode.decode(bytes.extracting(range), into: &text, limit: limit) ? nil : .huffman
    }
    guard count <= limit else { return .tooLarge }
    bytes.extracting(range).withUnsafeBytes { text.append(contentsOf: $0) }
    return nil
  }
}
