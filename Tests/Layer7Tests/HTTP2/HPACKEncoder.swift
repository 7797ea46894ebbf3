@testable import Layer7

/// A simple encoder of header blocks and frames, independent of the decoder's tables but for the code's word lengths.
struct HPACKEncoder {
  /// The newest entry first.
  private var table: [(name: String, value: String)] = []

  enum Form: CaseIterable {
    case plain, added, neverIndexed
  }

  /// A literal field; its name by index when the table has it.
  mutating func literal(_ name: String, _ value: String, _ form: Form, huffman: Bool) -> [UInt8] {
    let index = table.firstIndex { $0.name == name }.map { $0 + 62 } ?? 0
    var bytes: [UInt8]
    switch form {
    case .plain: bytes = Self.integer(index, prefix: 4, 0)
    case .added: bytes = Self.integer(index, prefix: 6, 0x40)
    case .neverIndexed: bytes = Self.integer(index, prefix: 4, 0x10)
    }
    if index == 0 { bytes += Self.string(name, huffman) }
    if form == .added { table.insert((name, value), at: 0) }
    return bytes + Self.string(value, huffman)
  }

  /// The index of a field that the table has.
  func indexed(_ name: String, _ value: String) -> [UInt8]? {
    table.firstIndex { $0 == (name, value) }.map { Self.integer($0 + 62, prefix: 7, 0x80) }
  }

  static func integer(_ value: Int, prefix: Int, _ first: UInt8) -> [UInt8] {
    let most = 1 << prefix - 1
    guard value >= most else { return [first | UInt8(value)] }
    var bytes = [first | UInt8(most)]
    var rest = value - most
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func string(_ text: String, _ huffman: Bool) -> [UInt8] {
    let bytes = huffman ? Self.huffman(text) : Array(text.utf8)
    return integer(bytes.count, prefix: 7, huffman ? 0x80 : 0) + bytes
  }

  private static let words: [(word: Int, length: Int)] = {
    var words = Array(repeating: (word: 0, length: 0), count: 257)
    var next = 0
    var previous = 0
    for (symbol, length) in HuffmanCode.lengths.enumerated().sorted(by: {
      ($0.element, $0.offset) < ($1.element, $1.offset)
    }) {
      next <<= Int(length) - previous
      previous = Int(length)
      words[symbol] = (next, previous)
      next += 1
    }
    return words
  }()

  static func huffman(_ text: String) -> [UInt8] {
    var bits: [Bool] = []
    for byte in text.utf8 {
      let (word, length) = words[Int(byte)]
      bits += (0..<length).reversed().map { word >> $0 & 1 == 1 }
    }
    bits += Array(repeating: true, count: (8 - bits.count % 8) % 8)
    return stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
  }

  static func frame(_ kind: UInt8, _ flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let count = payload.count
    return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), kind, flags]
      + stride(from: 24, through: 0, by: -8).map { UInt8(stream >> $0 & 255) } + payload
  }
}
