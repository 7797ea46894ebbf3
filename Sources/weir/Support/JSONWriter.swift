/// Writes JSON with keys in the order given, into one buffer.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// Whether the next element of the innermost container needs a comma before it.
  private var needsComma = false

  mutating func object(_ body: (inout JSONWriter) -> Void) { container("{", "}", body) }

  mutating func array(_ body: (inout JSONWriter) -> Void) { container("[", "]", body) }

  mutating func array<Element>(_ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void) {
    array { writer in
      for element in elements { body(&writer, element) }
    }
  }

  private mutating func container(_ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONWriter) -> Void) {
    begin(open)
    body(&self)
    end(close)
  }

  /// Begins an object or array that `end` is to close: for documents that are written while they are made.
  mutating func begin(_ bracket: Unicode.Scalar) {
    separate()
    bytes.append(UInt8(ascii: bracket))
    needsComma = false
  }

  mutating func end(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    needsComma = true
  }

  /// Hands out the text so far, and goes on with an empty buffer.
  mutating func flush(_ body: ([UInt8]) -> Void) {
    body(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func value(_ text: String) {
    separate()
    quote(text)
  }

  mutating func value(_ number: some BinaryInteger) {
    separate()
    guard let word = UInt64(exactly: number.magnitude) else { return bytes.append(contentsOf: String(number).utf8) }
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(word)
  }

  private mutating func digits(_ number: UInt64) {
    if number >= 10 { digits(number / 10) }
    bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
  }

  mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  /// With six digits after the point.
  mutating func value(seconds: Double) {
    separate()
    let microseconds = Int((seconds * 1e6).rounded())
    let fraction = String(microseconds % 1_000_000)
    let padding = String(repeating: "0", count: 6 - fraction.count)
    bytes.append(contentsOf: "\(microseconds / 1_000_000).\(padding)\(fraction)".utf8)
  }

  mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Text that needs no escapes, written in place.
  mutating func quoted(_ body: (inout [UInt8]) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    body(&bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes values that stand for themselves, without a comma between this one and the last.
  mutating func separately(_ body: (inout JSONWriter) -> Void) {
    needsComma = false
    body(&self)
  }

  /// A value that another writer has made.
  mutating func value(json text: ArraySlice<UInt8>) {
    separate()
    bytes.append(contentsOf: text)
  }

  mutating func line() { bytes.append(UInt8(ascii: "\n")); needsComma = false }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { text in
      let isPlain = text.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
      if isPlain { bytes.append(contentsOf: text) } else { escape(text) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
      case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [byte >> 4, byte & 0xf].map { $0 < 10 ? 0x30 + $0 : 0x57 + $0 })
      default: bytes.append(byte)
      }
    }
  }
}

extension JSONWriter {
  mutating func field(_ name: String, _ text: String) { key(name); value(text) }
  mutating func field(_ name: String, _ number: some BinaryInteger) { key(name); value(number) }
  mutating func field(_ name: String, _ flag: Bool) { key(name); value(flag) }

  mutating func field(_ name: String, _ texts: some Sequence<String>) {
    key(name)
    array(texts) { $0.value($1) }
  }

  /// Left out when empty.
  mutating func optional(_ name: String, _ text: String) {
    if !text.isEmpty { field(name, text) }
  }

  /// Left out when 0.
  mutating func optional(_ name: String, _ number: some BinaryInteger) {
    if number != 0 { field(name, number) }
  }

  /// Left out when false.
  mutating func optional(_ name: String, _ flag: Bool) {
    if flag { field(name, flag) }
  }

  mutating func optional(_ name: String, _ texts: [String]) {
    if !texts.isEmpty { field(name, texts) }
  }
}
