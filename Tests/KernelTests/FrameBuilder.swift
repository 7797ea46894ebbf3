import Addresses

/// Builds Ethernet frames byte by byte, right or wrong.
struct FrameBuilder {
  private(set) var bytes: [UInt8] = []

  init(type: UInt16, tags: [UInt16] = []) {
    bytes = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    for (index, tag) in tags.enumerated() {
      append(index == 0 && tags.count > 1 ? UInt16(0x88a8) : 0x8100)
      append(tag)
    }
    append(type)
  }

  mutating func append(_ value: UInt8) { bytes.append(value) }
  mutating func append(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }
  mutating func append(_ value: UInt32) {
    append(UInt16(value >> 16))
    append(UInt16(truncatingIfNeeded: value))
  }
  mutating func append(_ more: [UInt8]) { bytes += more }

  mutating func append(_ address: IPAddress) {
    func word(_ half: UInt64) {
      append(UInt32(half >> 32))
      append(UInt32(truncatingIfNeeded: half))
    }
    guard address.isIPv6 else { return append(UInt32(truncatingIfNeeded: address.low)) }
    word(address.high)
    word(address.low)
  }

  /// - Parameter fragment: flags and offset as in the header.
  mutating func appendIPv4(
    _ source: IPAddress, _ destination: IPAddress, protocolNumber: UInt8, payload: [UInt8], options: [UInt8] = [],
    identification: UInt16 = 0, fragment: UInt16 = 0
  ) {
    append(UInt8(0x40 | (20 + options.count) / 4))
    append(0 as UInt8)
    append(UInt16(truncatingIfNeeded: 20 + options.count + payload.count))
    append(identification)
    append(fragment)
    append([64, protocolNumber, 0, 0])
    append(source)
    append(destination)
    append(options)
    append(payload)
  }

  mutating func appendIPv6(_ source: IPAddress, _ destination: IPAddress, nextHeader: UInt8, payload: [UInt8]) {
    append(0x6000_0000 as UInt32)
    append(UInt16(truncatingIfNeeded: payload.count))
    append([nextHeader, 64])
    append(source)
    append(destination)
    append(payload)
  }

  // MARK: Payloads

  static func tcp(_ source: UInt16, _ destination: UInt16, flags: UInt8) -> [UInt8] {
    ports(source, destination) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
  }

  static func udp(_ source: UInt16, _ destination: UInt16, data: [UInt8] = []) -> [UInt8] {
    ports(source, destination) + [0, UInt8(truncatingIfNeeded: 8 + data.count), 0, 0] + data
  }

  static func sctp(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
    ports(source, destination) + [0, 0, 0, 1, 0, 0, 0, 0]
  }

  static func icmp(_ type: UInt8, code: UInt8, identifier: UInt16) -> [UInt8] {
    [type, code, 0, 0, UInt8(identifier >> 8), UInt8(truncatingIfNeeded: identifier), 0, 1]
  }

  private static func ports(_ source: UInt16, _ destination: UInt16) -> [UInt8] {
    [
      UInt8(source >> 8), UInt8(truncatingIfNeeded: source), UInt8(destination >> 8),
      UInt8(truncatingIfNeeded: destination),
    ]
  }
}
