extension [UInt8] {
  @inline(__always)
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  @inline(__always)
  mutating func append(text: String) {
    let copied: Void? = text.utf8.withContiguousStorageIfAvailable { append(contentsOf: $0) }
    if copied == nil { append(contentsOf: text.utf8) }
  }

  mutating func append(decimal value: UInt64) {
    if value < 10 { return append(0x30 + UInt8(truncatingIfNeeded: value)) }
    // 20 digits hold any 64-bit number.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var rest = value
      var start = 20
      repeat {
        start -= 1
        digits[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest != 0
      append(contentsOf: digits[start...])
    }
  }

  mutating func append(decimal value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// Appends the last `digits` decimal digits of `value`, zeros in front.
  mutating func append(decimal value: UInt64, digits: Int) {
    var divisor: UInt64 = 1
    for _ in 1..<Swift.max(1, digits) { divisor *= 10 }
    var rest = value
    while divisor != 0 {
      append(0x30 + UInt8(truncatingIfNeeded: rest / divisor % 10))
      rest %= divisor
      divisor /= 10
    }
  }

  /// Appends the last `digits` hexadecimal digits of `value`, in lower case.
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    var shift = UInt64(digits * 4)
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: value >> shift & 0xf)
      append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
    }
  }

  /// Appends the six bytes of a link-layer address, parted by colons.
  mutating func append(mac value: UInt64) {
    var shift: UInt64 = 48
    while shift > 0 {
      shift -= 8
      append(hexadecimal: value >> shift, digits: 2)
      if shift > 0 { append(UInt8(ascii: ":")) }
    }
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
