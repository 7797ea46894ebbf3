import Addresses

@testable import Packet

/// Hand-built frames: each function wraps bytes in one header.
enum Frame {
  static let source: [UInt8] = [10, 0, 0, 1]
  static let destination: [UInt8] = [10, 0, 0, 2]

  static func big(_ value: Int, _ count: Int = 2) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> ((count - 1 - $0) * 8)) }
  }

  static func ethernet(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
    [2, 0, 0, 0, 0, 2] + [2, 0, 0, 0, 0, 1] + big(type) + payload
  }

  static func vlan(_ identifier: Int, _ type: Int, _ payload: [UInt8]) -> [UInt8] {
    big(identifier) + big(type) + payload
  }

  static func ipv4(
    _ number: Int, _ payload: [UInt8], options: [UInt8] = [], fragment: Int = 0, total: Int? = nil, version: Int = 4,
    words: Int? = nil
  ) -> [UInt8] {
    let length = 20 + options.count
    var bytes: [UInt8] = [UInt8(version << 4 | (words ?? length / 4)), 0]
    bytes += big(total ?? length + payload.count)
    bytes += big(0x1234)
    bytes += big(fragment)
    bytes += [64, UInt8(number), 0, 0]
    return bytes + source + destination + options + payload
  }

  static func ipv6(_ next: Int, _ payload: [UInt8], length: Int? = nil) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: 13)
    var bytes: [UInt8] = [0x60, 0, 0, 0]
    bytes += big(length ?? payload.count)
    bytes += [UInt8(next), 64]
    bytes += [0x20, 1] + zeros + [1]
    bytes += [0x20, 1] + zeros + [2]
    return bytes + payload
  }

  /// An IPv6 extension header of `units` × 8 bytes.
  static func extensionHeader(_ next: Int, units: Int = 1, _ payload: [UInt8]) -> [UInt8] {
    [UInt8(next), UInt8(units - 1)] + [UInt8](repeating: 0, count: units * 8 - 2) + payload
  }

  static func fragmentHeader(_ next: Int, offset: Int, more: Bool, _ payload: [UInt8]) -> [UInt8] {
    [UInt8(next), 0] + big(offset << 3 | (more ? 1 : 0)) + big(0xdead_beef, 4) + payload
  }

  /// RFC 4302, with a check value of 12 bytes.
  static func authentication(_ next: Int, _ payload: [UInt8]) -> [UInt8] {
    [UInt8(next), 4] + [UInt8](repeating: 0, count: 22) + payload
  }

  static func tcp(flags: Int = 0x02, words: Int = 5, _ payload: [UInt8] = []) -> [UInt8] {
    var bytes = big(40000) + big(80)
    bytes += big(1, 4) + big(0, 4)
    bytes += big(words << 12 | flags) + big(1024) + big(0, 4)
    bytes += [UInt8](repeating: 1, count: max(words - 5, 0) * 4)
    return bytes + payload
  }

  static func udp(_ payload: [UInt8] = [1, 2, 3], length: Int? = nil) -> [UInt8] {
    big(40000) + big(53) + big(length ?? 8 + payload.count) + big(0) + payload
  }

  static func echo(_ type: Int) -> [UInt8] { [UInt8(type), 0, 0, 0] + big(77) + big(1) }

  static func dissect(
    _ bytes: [UInt8], _ linkType: LinkType = .ethernet, originalLength: Int? = nil
  ) -> PacketHeaders {
    bytes.withUnsafeBytes {
      PacketHeaders(dissecting: $0, linkType: linkType, originalLength: UInt32(originalLength ?? bytes.count))
    }
  }
}

extension PacketHeaders {
  /// `protocol source:port > destination:port`, for short expectations; `-` without an IP header.
  var tuple: String {
    guard ipVersion != 0 else { return "-" }
    guard flags.contains(.hasPorts) else { return "\(protocolNumber) \(source) > \(destination)" }
    return "\(protocolNumber) \(source):\(sourcePort) > \(destination):\(destinationPort)"
  }
}
