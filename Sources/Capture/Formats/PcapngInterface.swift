/// An interface description block: what the packets of one interface are, and in which unit their times.
struct PcapngInterface: BitwiseCopyable {
  private static let fixedLength = 8
  private static let timeResolution: UInt16 = 9
  private static let timeOffset: UInt16 = 14
  /// The high bit says that the rest is a power of two, not of ten.
  private static let binary: UInt8 = 0x80

  let linkType: UInt32
  /// The most bytes of a packet; 0 when there is no limit.
  let snapLength: UInt32
  /// Units of time in a second.
  private var unitsPerSecond: UInt64 = 1_000_000
  /// Nanoseconds in a unit where that is a whole number, else 0.
  private var nanosecondsPerUnit: UInt64 = 1000
  /// Seconds to add.
  private var offset: Int64 = 0

  /// - Parameter body: the block without its frame; options that run out of it are not looked at.
  init(_ body: UnsafeRawBufferPointer, swapped: Bool) throws(FormatError) {
    guard let start = body.baseAddress, body.count >= Self.fixedLength else {
      throw FormatError("an interface description is cut short")
    }
    linkType = LinkNumber.registered(UInt32(start.half(0, swapped: swapped)))
    snapLength = start.word(4, swapped: swapped)
    var position = Self.fixedLength
    while body.count - position >= 4 {
      let code = start.half(position, swapped: swapped)
      let length = Int(start.half(position + 2, swapped: swapped))
      let value = position + 4
      guard code != 0, body.count - value >= length else { return }
      if code == Self.timeResolution, length >= 1 {
        try setResolution(start.load(fromByteOffset: value, as: UInt8.self))
      }
      if code == Self.timeOffset, length >= 8 {
        let bits = start.loadUnaligned(fromByteOffset: value, as: UInt64.self)
        offset = Int64(bitPattern: swapped ? bits.byteSwapped : bits)
      }
      // Values are padded to four bytes; the last one's padding may be missing.
      position = value + (length + 3) & ~3
    }
  }

  private mutating func setResolution(_ value: UInt8) throws(FormatError) {
    if value & Self.binary != 0 {
      let exponent = value & ~Self.binary
      guard exponent < 64 else { throw FormatError("an interface counts time in units of 2^-\(exponent) seconds") }
      unitsPerSecond = 1 << UInt64(exponent)
    } else {
      guard value < 20 else { throw FormatError("an interface counts time in units of 10^-\(value) seconds") }
      unitsPerSecond = (0..<value).reduce(1) { power, _ in power * 10 }
    }
    let (quotient, remainder) = UInt64(1_000_000_000).quotientAndRemainder(dividingBy: unitsPerSecond)
    nanosecondsPerUnit = remainder == 0 ? quotient : 0
  }

  /// Nanoseconds since 1970; times that no clock shows are clamped.
  @inline(__always)
  func timestamp(_ time: UInt64) -> Int64 {
    let (product, overflow) = time.multipliedReportingOverflow(by: nanosecondsPerUnit)
    if nanosecondsPerUnit != 0, offset == 0, !overflow, product <= UInt64(Int64.max) {
      return Int64(truncatingIfNeeded: product)
    }
    return exactTimestamp(time)
  }

  @inline(never)
  private func exactTimestamp(_ time: UInt64) -> Int64 {
    let (whole, rest) = time.quotientAndRemainder(dividingBy: unitsPerSecond)
    // The rest is below the divisor, and so the quotient below 10⁹.
    let fraction = unitsPerSecond.dividingFullWidth(rest.multipliedFullWidth(by: 1_000_000_000)).quotient
    let (seconds, tooLate) = Int64(clamping: whole).addingReportingOverflow(offset)
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(Int64(fraction))
    if tooLate || overflow || carry { return !tooLate && seconds < 0 ? .min : .max }
    return sum
  }
}
