/// Names as text.
extension DNSMessage {
  /// A name as Wireshark prints it: no final dot, `<Root>` for the root, unprintable characters escaped as in C, and what
  /// is wrong with a name that has no end. nil only for an offset at which no name of the message begins.
  public static func displayName(in bytes: RawSpan, at offset: Int) -> String? {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    return appendDisplayName(in: bytes, at: offset, to: &text) ? String(decoding: text, as: UTF8.self) : nil
  }

  /// Appends a name as `displayName` gives it; false, and nothing appended, where that gives none.
  public static func appendDisplayName(in bytes: RawSpan, at offset: Int, to text: inout [UInt8]) -> Bool {
    let start = text.count
    let walk = DNSName.walk(bytes, at: offset, followsForward: false) { piece in
      if text.count > start { text.append(UInt8(ascii: ".")) }
      switch piece {
      case .label(let label):
        bytes.part(label).withUnsafeBytes { text.append(contentsOf: $0) }
      case .bitString(let bits, let label):
        var digits = ""
        for index in label.range { digits += hexadecimal(bytes.byte(index)) }
        text += "\\[x\(digits)/\(bits)]".utf8
      }
    }
    func replace(_ other: String) {
      text.removeSubrange(start...)
      text.append(contentsOf: other.utf8)
    }
    switch walk?.end {
    case nil:
      text.removeSubrange(start...)
      return false
    case .root where text.count == start: replace("<Root>")
    case .root where text[start...].contains { !(0x20..<0x7f ~= $0) }: replace(escaped(text[start...]))
    case .root: break
    case .tooLong: replace("<Name too long>")
    case .loop: replace("<Name contains a pointer that loops>")
    case .forwardPointer: replace("<Name contains a pointer that points forward>")
    case .unknownLabel: replace("<Unknown extended label>")
    }
    return true
  }

  /// A name as Cilium's DNS proxy sees it: lower-cased, with its final dot, special characters escaped as in zone files
  /// (RFC 4343 §2.1). nil for what the proxy cannot unpack.
  public static func policyName(in bytes: RawSpan, at offset: Int) -> String? {
    var text: [UInt8] = []
    var isOld = false
    let walk = DNSName.walk(bytes, at: offset) { piece in
      guard case .label(let label) = piece else {
        isOld = true
        return
      }
      for index in label.range { appendForPolicy(bytes.byte(index), to: &text) }
      text.append(UInt8(ascii: "."))
    }
    guard walk?.end == .root, !isOld else { return nil }
    return text.isEmpty ? "." : String(decoding: text, as: UTF8.self)
  }

  /// What the DNS proxy judges a query by: the name of its first question.
  public func policyName(in bytes: RawSpan) -> String? {
    questions.first.flatMap { Self.policyName(in: bytes, at: $0.name) }
  }

  private static func appendForPolicy(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: " "), UInt8(ascii: "'"), UInt8(ascii: "@"), UInt8(ascii: ";"),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
      text += [UInt8(ascii: "\\"), byte]
    case ..<0x21, 0x7f...:
      text += [UInt8(ascii: "\\"), 0x30 + byte / 100, 0x30 + byte / 10 % 10, 0x30 + byte % 10]
    default:
      text.append(asciiLowercased(byte))
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x07: text += "\\a"
      case 0x08: text += "\\b"
      case 0x09: text += "\\t"
      case 0x0a: text += "\\n"
      case 0x0b: text += "\\v"
      case 0x0c: text += "\\f"
      case 0x0d: text += "\\r"
      case ..<0x20, 0x7f:
        let digits = String(scalar.value, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
