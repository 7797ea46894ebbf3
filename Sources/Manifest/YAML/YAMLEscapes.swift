/// The escapes of YAML's double quotes.
enum YAMLEscapes {
  /// Decodes the escape at `index` and moves past it.
  static func append(
    at index: inout Int, _ end: Int, _ bytes: ByteView, to text: inout [UInt8]
  ) throws(NotPlain) {
    let character = bytes[index + 1]
    if let scalar = simple(character) {
      text.append(contentsOf: String(Character(scalar)).utf8)
      index += 2
      return
    }
    let digits: Int
    switch character {
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    default: throw NotPlain()
    }
    guard index + 2 + digits <= end else { throw NotPlain() }
    var number: UInt32 = 0
    for offset in 0..<digits {
      guard let digit = JSONEscapes.hexadecimalDigit(bytes[index + 2 + offset]) else { throw NotPlain() }
      number = number << 4 | digit
    }
    guard let scalar = Unicode.Scalar(number) else { throw NotPlain() }
    text.append(contentsOf: String(Character(scalar)).utf8)
    index += 2 + digits
  }

  private static func simple(_ character: UInt8) -> Unicode.Scalar? {
    switch character {
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "t"), 0x09: "\t"
    case UInt8(ascii: "\""): "\""
    case UInt8(ascii: "\\"): "\\"
    case UInt8(ascii: "/"): "/"
    case UInt8(ascii: " "): " "
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "0"): "\0"
    case UInt8(ascii: "a"): "\u{07}"
    case UInt8(ascii: "b"): "\u{08}"
    case UInt8(ascii: "v"): "\u{0B}"
    case UInt8(ascii: "f"): "\u{0C}"
    case UInt8(ascii: "e"): "\u{1B}"
    case UInt8(ascii: "N"): "\u{85}"
    case UInt8(ascii: "_"): "\u{A0}"
    case UInt8(ascii: "L"): "\u{2028}"
    case UInt8(ascii: "P"): "\u{2029}"
    default: nil
    }
  }
}
