/// A flow's identifier, kept as its 128 bits until it is written.
public struct FlowUUID: Sendable, Hashable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The same seed and index always give the same identifier, marked as version 4.
  ///
  /// Different indices under one seed give different identifiers: the index is mixed by a bijection of 64 bits.
  public init(seed: UInt64, index: UInt64) {
    let first = Self.mix(seed ^ 0x9e37_79b9_7f4a_7c15)
    let second = Self.mix(index &+ first)
    high = first & 0xffff_ffff_ffff_0fff | 0x4000
    // The bits that the variant overwrites go to `high`, so that no index is lost.
    high = high ^ (second >> 62) << 32
    low = second & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
  }

  /// The finaliser of SplitMix64.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// Reads the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; nil for any other.
  public init?(_ text: String) {
    var digits = 0
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (index, byte) in text.utf8.enumerated() {
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard index < 36, let digit = byte.hexadecimalDigitValue else { return nil }
      if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
      digits += 1
    }
    guard digits == 32 else { return nil }
    self.init(high: high, low: low)
  }

  @inline(__always)
  func write(to bytes: inout OutputBuffer) {
    bytes.append(atMost: 48) { text in
      text.append(hexadecimal: high >> 32, digits: 8)
      text.append(UInt8(ascii: "-"))
      text.append(hexadecimal: high >> 16, digits: 4)
      text.append(UInt8(ascii: "-"))
      text.append(hexadecimal: high, digits: 4)
      text.append(UInt8(ascii: "-"))
      text.append(hexadecimal: low >> 48, digits: 4)
      text.append(UInt8(ascii: "-"))
      text.append(hexadecimal: low >> 16, digits: 8)
      text.append(hexadecimal: low, digits: 4)
    }
  }
}

extension FlowUUID: CustomStringConvertible {
  public var description: String {
    var bytes = OutputBuffer()
    write(to: &bytes)
    return bytes.text
  }
}
