extension IPAddress {
  /// Reads dotted-quad IPv4 or RFC 4291 IPv6 text. As in Go's `net/netip`, leading zeros in IPv4 parts are refused.
  /// Zones (`%eth0`) are refused.
  public init?(_ text: some StringProtocol) {
    let parsed = text.utf8.withContiguousStorageIfAvailable { Self.parse($0) }
    guard let address = parsed ?? Array(text.utf8).withUnsafeBufferPointer({ Self.parse($0) }) else { return nil }
    self = address
  }

  private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> IPAddress? {
    for byte in bytes {
      if byte == UInt8(ascii: ".") { return parseIPv4(bytes[...]).map(IPAddress.init(ipv4:)) }
      if byte == UInt8(ascii: ":") { return parseIPv6(bytes) }
    }
    return nil
  }

  private static func parseIPv4(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
    var result: UInt32 = 0
    var parts = 0
    var part: UInt32 = 0
    var digits = 0
    for byte in bytes {
      if byte == UInt8(ascii: ".") {
        guard digits > 0, parts < 3 else { return nil }
        result = result << 8 | part
        parts += 1
        part = 0
        digits = 0
        continue
      }
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      if digits > 0, part == 0 { return nil }
      part = part * 10 + UInt32(byte - 0x30)
      digits += 1
      guard part <= 255 else { return nil }
    }
    guard parts == 3, digits > 0 else { return nil }
    return result << 8 | part
  }

  private static func parseIPv6(_ bytes: UnsafeBufferPointer<UInt8>) -> IPAddress? {
    var groups: (front: [UInt16], back: [UInt16]) = ([], [])
    var compressed = false
    var index = 0
    let count = bytes.count
    if count >= 2, bytes[0] == UInt8(ascii: ":") {
      guard bytes[1] == UInt8(ascii: ":") else { return nil }
      compressed = true
      index = 2
    }
    while index < count {
      let start = index
      var value: UInt32 = 0
      while index < count, let digit = hexadecimalDigit(bytes[index]) {
        value = value << 4 | UInt32(digit)
        index += 1
        guard index - start <= 4 else { return nil }
      }
      var group = [UInt16(value)]
      if index < count, bytes[index] == UInt8(ascii: ".") {
        guard let quad = parseIPv4(bytes[start...]) else { return nil }
        group = [UInt16(quad >> 16), UInt16(quad & 0xffff)]
        index = count
      } else if index == start {
        return nil
      }
      if compressed { groups.back += group } else { groups.front += group }
      guard groups.front.count + groups.back.count <= 8 else { return nil }
      if index == count { break }
      guard bytes[index] == UInt8(ascii: ":") else { return nil }
      index += 1
      guard index < count else { return nil }
      if bytes[index] == UInt8(ascii: ":") {
        guard !compressed else { return nil }
        compressed = true
        index += 1
      }
    }
    let given = groups.front.count + groups.back.count
    guard compressed ? given < 8 : given == 8 else { return nil }
    let all = groups.front + [UInt16](repeating: 0, count: 8 - given) + groups.back
    let halves = [all[0..<4], all[4..<8]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return IPAddress(ipv6High: halves[0], low: halves[1])
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// Appends the text of the address: dotted quad, or the form that RFC 5952 recommends.
  @inlinable
  public func write<Sink: ByteSink & ~Copyable>(to bytes: inout Sink) {
    if isIPv6 { writeIPv6(to: &bytes) } else { Self.writeIPv4(UInt32(truncatingIfNeeded: low), to: &bytes) }
  }

  @inlinable
  static func writeIPv4<Sink: ByteSink & ~Copyable>(_ address: UInt32, to bytes: inout Sink) {
    var shift: UInt32 = 32
    while shift > 0 {
      shift -= 8
      let part = UInt8(truncatingIfNeeded: address >> shift)
      if part >= 100 { bytes.append(0x30 + part / 100) }
      if part >= 10 { bytes.append(0x30 + part / 10 % 10) }
      bytes.append(0x30 + part % 10)
      if shift > 0 { bytes.append(UInt8(ascii: ".")) }
    }
  }

  @inlinable
  func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  @inlinable
  func writeIPv6<Sink: ByteSink & ~Copyable>(to bytes: inout Sink) {
    // IPv4-mapped addresses keep their dotted quad, as Go and glibc print them.
    if high == 0, low >> 32 == 0xffff {
      for byte in "::ffff:".utf8 { bytes.append(byte) }
      return Self.writeIPv4(UInt32(truncatingIfNeeded: low), to: &bytes)
    }
    let run = longestZeroRun()
    var index = 0
    while index < 8 {
      if index == run.lowerBound, !run.isEmpty {
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: ":"))
        index = run.upperBound
        continue
      }
      if index > 0, index != run.upperBound || run.isEmpty { bytes.append(UInt8(ascii: ":")) }
      Self.writeHexadecimal(group(index), to: &bytes)
      index += 1
    }
  }

  /// The first longest run of two or more zero groups; empty when there is none.
  @inlinable
  func longestZeroRun() -> Range<Int> {
    var best = 0..<0
    var index = 0
    while index < 8 {
      let start = index
      while index < 8, group(index) == 0 { index += 1 }
      if index - start >= 2, index - start > best.count { best = start..<index }
      index += 1
    }
    return best
  }

  @inlinable
  static func writeHexadecimal<Sink: ByteSink & ~Copyable>(_ value: UInt16, to bytes: inout Sink) {
    var started = false
    var shift: UInt16 = 16
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: value >> shift & 0xf)
      guard started || digit != 0 || shift == 0 else { continue }
      started = true
      bytes.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
    }
  }
}

extension IPAddress: CustomStringConvertible {
  public var description: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
