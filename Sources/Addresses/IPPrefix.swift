/// A block of addresses: a base address and the number of leading bits that all its addresses share.
///
/// The base is always masked, so two spellings of one block are equal.
public struct IPPrefix: Hashable, Sendable {
  public let address: IPAddress
  /// 0…32 for IPv4, 0…128 for IPv6.
  public let length: Int

  /// Clears the bits of `address` beyond `length`, which must be within the family's width.
  public init(_ address: IPAddress, length: Int) {
    precondition(length >= 0 && length <= address.bitWidth)
    self.address = address.masked(to: length)
    self.length = length
  }

  /// The block that holds just this address.
  public init(host address: IPAddress) {
    self.init(address, length: address.bitWidth)
  }

  /// Reads `10.0.0.0/8` or `2001:db8::/32`. Base bits beyond the length are cleared. As in Go's `net/netip`, the length
  /// has no sign and no leading zeros.
  public init?(_ text: some StringProtocol) {
    guard let slash = text.lastIndex(of: "/"), let address = IPAddress(text[..<slash]) else { return nil }
    let digits = text[text.index(after: slash)...].utf8
    guard !digits.isEmpty, digits.count <= 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
      digits.count == 1 || digits.first != 0x30
    else { return nil }
    let length = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    guard length <= address.bitWidth else { return nil }
    self.init(address, length: length)
  }

  public var isIPv6: Bool { address.isIPv6 }

  /// True for a block that holds a single address.
  public var isHost: Bool { length == address.bitWidth }

  public func contains(_ other: IPAddress) -> Bool {
    other.isIPv6 == isIPv6 && other.masked(to: length) == address
  }

  /// True when every address of `other` is in this block; equal blocks contain each other.
  public func contains(_ other: IPPrefix) -> Bool {
    other.length >= length && contains(other.address)
  }
}

extension IPPrefix: Comparable {
  /// By address, then the wider block first.
  public static func < (a: IPPrefix, b: IPPrefix) -> Bool {
    a.address != b.address ? a.address < b.address : a.length < b.length
  }
}

extension IPPrefix: CustomStringConvertible {
  public var description: String { "\(address)/\(length)" }
}
