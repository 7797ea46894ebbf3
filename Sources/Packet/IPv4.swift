public import Addresses

/// RFC 791, section 3.1.
@usableFromInline
enum IPv4 {
  @usableFromInline static let versionAndLength = 0
  @usableFromInline static let totalLength = 2
  @usableFromInline static let identification = 4
  @usableFromInline static let fragment = 6
  @usableFromInline static let protocolNumber = 9
  @usableFromInline static let source = 12
  @usableFromInline static let destination = 16
  @usableFromInline static let headerLength = 20

  @usableFromInline static let moreFragments: UInt16 = 0x2000
  @usableFromInline static let fragmentOffset: UInt16 = 0x1fff
}

extension PacketHeaders {
  /// Reads an IPv4 packet that begins at `start` and ends at `wireEnd` at the latest.
  @inlinable
  mutating func readIPv4(_ bytes: RawSpan, at start: Int, wireEnd: Int) {
    networkOffset = UInt32(truncatingIfNeeded: start)
    let present = Swift.min(wireEnd, bytes.byteCount) - start
    guard present >= 1 else { return outcome = .truncated }
    let first = bytes.byte(at: start + IPv4.versionAndLength)
    guard first >> 4 == 4 else { return readMismatched(bytes, at: start, wireEnd: wireEnd, version: first >> 4) }
    let headerLength = Int(first & 0xf) * 4
    guard headerLength >= IPv4.headerLength else { return outcome = .malformed }
    guard present >= IPv4.headerLength else {
      if wireEnd > bytes.byteCount { flags.insert(.cutByCapture) }
      return outcome = .truncated
    }
    let total = Int(bytes.big16(at: start + IPv4.totalLength))
    // Segmentation offload leaves 0 where the kernel hands on more than 64 KiB: the frame's end counts.
    guard total == 0 || total >= headerLength else { return outcome = .malformed }

    ipVersion = 4
    protocolNumber = bytes.byte(at: start + IPv4.protocolNumber)
    source = IPAddress(ipv4: bytes.big32(at: start + IPv4.source))
    destination = IPAddress(ipv4: bytes.big32(at: start + IPv4.destination))
    if headerLength > IPv4.headerLength { flags.insert(.hasOptions) }

    let end = limit(total == 0 ? wireEnd - start : total, from: start, wireEnd: wireEnd, captured: bytes.byteCount)
    payloadEnd = UInt32(truncatingIfNeeded: end)
    let payload = start + headerLength
    payloadOffset = UInt32(truncatingIfNeeded: Swift.min(payload, end))
    let fragment = bytes.big16(at: start + IPv4.fragment)
    if fragment & (IPv4.moreFragments | IPv4.fragmentOffset) != 0 {
      readFragment(
        offset: fragment & IPv4.fragmentOffset, more: fragment & IPv4.moreFragments != 0,
        identification: UInt32(bytes.big16(at: start + IPv4.identification)))
    }
    guard payload <= end else { return outcome = .truncated }
    outcome = .ip
    guard !flags.contains(.laterFragment) else { return }
    readTransport(bytes, at: payload, end: end)
  }

  /// Sets the fragment fields, which IPv4's header and IPv6's fragment header have in common.
  @inlinable @inline(__always)
  mutating func readFragment(offset: UInt16, more: Bool, identification: UInt32) {
    flags.insert(.fragment)
    if more { flags.insert(.moreFragments) }
    if offset != 0 { flags.insert(.laterFragment) }
    fragmentOffset = offset
    fragmentIdentification = identification
  }

  /// Where the captured part of an IP packet ends that claims to be `length` bytes long.
  @inlinable @inline(__always)
  mutating func limit(_ length: Int, from start: Int, wireEnd: Int, captured: Int) -> Int {
    if length > wireEnd - start { flags.insert(.lengthExceedsFrame) }
    let end = Swift.min(start + length, wireEnd)
    if end > captured { flags.insert(.cutByCapture) }
    return Swift.min(end, captured)
  }

  /// A frame said to be IPv4 that has another version: IPv6 is read as what it is, yet no dataplane takes it.
  @usableFromInline
  mutating func readMismatched(_ bytes: RawSpan, at start: Int, wireEnd: Int, version: UInt8) {
    if version == 6 { readIPv6(bytes, at: start, wireEnd: wireEnd) }
    outcome = .malformed
  }
}
