/// An IPv4 or IPv6 address, small enough to travel in registers through the packet loop.
///
/// An IPv4 address occupies the low 32 bits of `low`. The family is part of the value: `::1.2.3.4`, as an IPv6
/// address, is never equal to `1.2.3.4`.
@frozen
public struct IPAddress: Hashable, Sendable {
  /// The first eight bytes of an IPv6 address in host order; 0 for IPv4.
  public var high: UInt64
  /// The last eight bytes of an IPv6 address, or the four bytes of an IPv4 address, in host order.
  public var low: UInt64
  public var isIPv6: Bool

  @inlinable @inline(__always)
  public init(ipv4: UInt32) {
    high = 0
    low = UInt64(ipv4)
    isIPv6 = false
  }

  @inlinable @inline(__always)
  public init(ipv6High: UInt64, low: UInt64) {
    high = ipv6High
    self.low = low
    isIPv6 = true
  }

  /// The number of bits in an address of this family: 32 or 128.
  @inlinable
  public var bitWidth: Int { isIPv6 ? 128 : 32 }

  /// The address with all but its first `length` bits cleared. `length` is clamped to 0…`bitWidth`.
  @inlinable
  public func masked(to length: Int) -> IPAddress {
    let length = Swift.max(0, Swift.min(length, bitWidth))
    guard isIPv6 else {
      let mask = length == 0 ? 0 : UInt64(UInt32.max << UInt32(32 - length))
      return IPAddress(ipv4: UInt32(truncatingIfNeeded: low & mask))
    }
    // A shift by 64 or more yields 0 with Swift's smart shifts, which is what an empty mask needs.
    let highMask = ~UInt64(0) << UInt64(length >= 64 ? 0 : 64 - length)
    let lowMask = length <= 64 ? 0 : ~UInt64(0) << UInt64(128 - length)
    return IPAddress(ipv6High: length == 0 ? 0 : high & highMask, low: low & lowMask)
  }
}

extension IPAddress: Comparable {
  /// IPv4 before IPv6, then by number.
  @inlinable
  public static func < (a: IPAddress, b: IPAddress) -> Bool {
    if a.isIPv6 != b.isIPv6 { return !a.isIPv6 }
    return a.high != b.high ? a.high < b.high : a.low < b.low
  }
}
