import Addresses

extension OutputBuffer {
  @inline(__always)
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  @inline(__always)
  mutating func append(text: String) {
    let copied: Void? = text.utf8.withContiguousStorageIfAvailable { append(contentsOf: $0) }
    if copied == nil { append(contentsOf: Array(text.utf8)) }
  }

  mutating func append(decimal value: UInt64) {
    var digits = 1
    var limit: UInt64 = 10
    while value >= limit {
      digits += 1
      // A 64-bit number has at most 20 digits, the last of which no power of ten bounds.
      if digits == 20 { break }
      limit *= 10
    }
    append(decimal: value, digits: digits)
  }

  mutating func append(decimal value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// Appends the last `digits` decimal digits of `value`, zeros in front.
  mutating func append(decimal value: UInt64, digits: Int) {
    var rest = value
    append(count: digits) { place in
      for index in stride(from: digits - 1, through: 0, by: -1) {
        place[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
  }

  /// Appends the last `digits` hexadecimal digits of `value`, in lower case.
  @inline(__always)
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    append(atMost: 32) { text in
      if digits > 8 { text.append(hexadecimal: value >> 32, digits: digits - 8) }
      text.append(hexadecimal: value, digits: min(digits, 8))
    }
  }

  /// Appends the six bytes of a link-layer address, parted by colons.
  mutating func append(mac value: UInt64) {
    append(atMost: 32) { text in
      var shift: UInt64 = 48
      while shift > 0 {
        shift -= 8
        text.append(hexadecimal: value >> shift, digits: 2)
        if shift > 0 { text.append(UInt8(ascii: ":")) }
      }
    }
  }

  /// Appends an address in its canonical form.
  mutating func append(address: IPAddress) {
    append(atMost: 64) { address.write(to: &$0) }
  }
}

extension UInt8 {
  var hexadecimalDigitValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }

  var isDecimalDigit: Bool { self >= 0x30 && self <= 0x39 }
}
