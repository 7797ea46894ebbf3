/// Go's `strconv.ParseUint(text, 0, 16)`, with which Cilium reads ports: the base is told by the prefix (`0x`, `0b`, `0o`,
/// or a leading `0` for octal), and underscores may separate digits.
enum PortNumber: Equatable {
  case number(UInt16)
  case invalidSyntax
  case outOfRange

  init(parsing text: String) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, Self.underscoresAreSound(bytes) else {
      self = .invalidSyntax
      return
    }
    var digits = bytes[...]
    var base: UInt32 = 10
    if bytes[0] == UInt8(ascii: "0") {
      if bytes.count >= 3, let prefixed = Self.base(of: bytes[1]) {
        base = prefixed
        digits = bytes[2...]
      } else {
        base = 8
        digits = bytes[1...]
      }
    }
    var result: UInt32 = 0
    for byte in digits where byte != UInt8(ascii: "_") {
      guard let digit = Self.digit(byte), digit < base else {
        self = .invalidSyntax
        return
      }
      result = result * base + digit
      guard result <= UInt32(UInt16.max) else {
        self = .outOfRange
        return
      }
    }
    self = .number(UInt16(truncatingIfNeeded: result))
  }

  private static func base(of letter: UInt8) -> UInt32? {
    switch letter | 0x20 {
    case UInt8(ascii: "b"): 2
    case UInt8(ascii: "o"): 8
    case UInt8(ascii: "x"): 16
    default: nil
    }
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    if byte.isDigit { return UInt32(byte - UInt8(ascii: "0")) }
    if byte.isLetter { return UInt32((byte | 0x20) - UInt8(ascii: "a")) + 10 }
    return nil
  }

  /// Underscores only between digits, or between a base prefix and a digit.
  private static func underscoresAreSound(_ bytes: [UInt8]) -> Bool {
    guard bytes.contains(UInt8(ascii: "_")) else { return true }
    let isPrefixed = bytes.count >= 2 && bytes[0] == UInt8(ascii: "0") && base(of: bytes[1]) != nil
    var previousIsDigit = isPrefixed
    for byte in bytes[(isPrefixed ? 2 : 0)...] {
      guard byte == UInt8(ascii: "_") ? previousIsDigit : byte.isAlphanumeric else { return false }
      previousIsDigit = byte != UInt8(ascii: "_")
    }
    return previousIsDigit
  }
}
