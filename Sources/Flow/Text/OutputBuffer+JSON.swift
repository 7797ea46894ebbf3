extension OutputBuffer {
  /// Begins a member of the object (or an element of the array) that is being written: `name` holds the quoted name
  /// and its colon. A comma is put in front unless the object was just opened.
  @inline(__always)
  mutating func member(_ name: StaticString) {
    separate()
    append(name)
  }

  /// Puts a comma, unless an object or array was just opened.
  @inline(__always)
  mutating func separate() {
    guard let last, last != UInt8(ascii: "{"), last != UInt8(ascii: "[") else { return }
    append(UInt8(ascii: ","))
  }

  /// Appends `text` as a JSON string, as Go's encoder does for output that a web page might embed: `<`, `>`, `&` and
  /// the two line separators of Unicode are escaped too. A `String` is always valid Unicode: what was not was replaced
  /// by U+FFFD when it was made from bytes.
  mutating func append(json text: String) {
    append(UInt8(ascii: "\""))
    let copied: Void? = text.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
    if copied == nil {
      Array(text.utf8).withUnsafeBufferPointer { appendEscaped($0) }
    }
    append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
    var start = 0
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte.isPlainInJSON {
        index &+= 1
        continue
      }
      // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
      if byte == 0xe2 {
        guard index + 2 < text.count, text[index + 1] == 0x80, text[index + 2] & 0xfe == 0xa8 else {
          index += 1
          continue
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
        append(text[index + 2] == 0xa8 ? "\\u2028" : "\\u2029")
        index += 3
        start = index
        continue
      }
      append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
      appendEscape(byte)
      index += 1
      start = index
    }
    append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
  }

  private mutating func appendEscape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0a: append("\\n")
    case 0x0c: append("\\f")
    case 0x0d: append("\\r")
    default:
      append("\\u")
      append(hexadecimal: UInt64(byte), digits: 4)
    }
  }
}

extension UInt8 {
  /// Whether the byte stands for itself inside a JSON string. 0xE2 may begin a line separator of Unicode.
  @inline(__always)
  fileprivate var isPlainInJSON: Bool {
    switch self {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"),
      0xe2:
      false
    default:
      true
    }
  }
}
