/// Hashing of addresses and tuples. Unseeded, so that equal inputs give equal output; every table that holds keys from
/// captures therefore bounds its probes instead of trusting the spread.
enum Hashing {
  /// One end of a connection. Two rounds, because the ends are added: with one, neighbouring addresses whose numbers
  /// have equal sums (10.0.0.1 with .4, .2 with .3) would fall together.
  @inline(__always)
  static func end(high: UInt64, low: UInt64, port: UInt16) -> UInt64 {
    let first = (low ^ UInt64(port) &<< 32) &* 0x9E37_79B9_7F4A_7C15 ^ high &* 0xC2B2_AE3D_27D4_EB4F
    return fold(fold(first) &* 0x1656_67B1_9E37_79F9)
  }

  /// The same for both directions of a connection.
  @inline(__always)
  static func connection(_ one: UInt64, _ other: UInt64, protocolNumber: UInt8) -> UInt64 {
    let sum = (one &+ other) ^ UInt64(protocolNumber)
    return fold(sum &* 0xBF58_476D_1CE4_E5B9)
  }

  /// One end of a connection, in half the time of `end`: the halves of one long product. Which backend serves a client
  /// hangs on `end`, so that stays as it is.
  @inline(__always)
  static func tupleEnd(high: UInt64, low: UInt64, port: UInt16) -> UInt64 {
    mix(low ^ 0x9E37_79B9_7F4A_7C15, high ^ UInt64(port) &<< 32 ^ 0xC2B2_AE3D_27D4_EB4F)
  }

  /// Two such ends in either order.
  @inline(__always)
  static func pair(_ one: UInt64, _ other: UInt64, protocolNumber: UInt8) -> UInt64 {
    mix((one &+ other) ^ UInt64(protocolNumber), 0xBF58_476D_1CE4_E5B9)
  }

  /// One end of a connection as a number: of IPv4 ends the address and the port themselves, so that none have the same;
  /// of IPv6 ends a mixture.
  @inline(__always)
  static func rank(high: UInt64, low: UInt64, port: UInt16) -> UInt64 {
    ((low &<< 16 | low &>> 48) ^ UInt64(port)) &+ high &* 0xC2B2_AE3D_27D4_EB4F
  }

  /// Two ends by their ranks, the smaller one first.
  @inline(__always)
  static func tuple(_ first: UInt64, _ second: UInt64, protocolNumber: UInt8) -> UInt64 {
    mix(first ^ 0x9E37_79B9_7F4A_7C15, second ^ UInt64(protocolNumber) &<< 48 ^ 0xBF58_476D_1CE4_E5B9)
  }

  @inline(__always)
  static func address(high: UInt64, low: UInt64) -> UInt64 {
    fold(low &* 0x9E37_79B9_7F4A_7C15 ^ high &* 0xC2B2_AE3D_27D4_EB4F)
  }

  @inline(__always)
  static func word(_ value: UInt64) -> UInt64 {
    fold(value &* 0x9E37_79B9_7F4A_7C15)
  }

  @inline(__always)
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// Brings the well-mixed high bits of a product down to where the table masks look.
  @inline(__always)
  private static func fold(_ value: UInt64) -> UInt64 {
    value ^ value &>> 32
  }

  /// The smallest power of two that is at least `count` and `minimum`; at most 2³⁰.
  static func tableSize(_ count: Int, minimum: Int) -> Int {
    var size = minimum
    while size < count && size < 1 << 30 { size <<= 1 }
    return size
  }
}
