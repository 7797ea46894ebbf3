/// RFC 8200, section 4: next header, length in units of eight bytes beyond the first.
private enum ExtensionHeader {
  static let nextHeader = 0
  static let length = 1
  static let smallest = 2
  /// What Cilium follows: its loop looks at four headers, the last of which must be the transport's
  /// (`IPV6_MAX_HEADERS`, `ipv6_hdrlen_offset`).
  static let followed = 3
}

/// RFC 8200, section 4.5.
private enum FragmentHeader {
  static let offsetAndFlags = 2
  static let identification = 4
  static let length = 8
}

/// RFC 2675, section 2: option type, length, and the payload length in 32 bits.
private enum JumboOption {
  static let type: UInt8 = 0xc2
  static let length = 4
  static let padding: UInt8 = 0
}

extension PacketHeaders {
  /// Follows the extension headers from `start` to the transport. ESP is none of them: it hides what follows.
  ///
  /// With `checkingOptions`, the chain ends at a header with an option that runs out of the packet; Cilium looks at no
  /// options.
  @usableFromInline
  mutating func readExtensionHeaders(_ bytes: RawSpan, at start: Int, end: Int, checkingOptions: Bool = false) {
    var offset = start
    var count = 0
    while let length = extensionLength(bytes, at: offset, end: end) {
      flags.insert(.hasOptions)
      let kind = protocolNumber
      // What a header names that is cut counts, except for a fragment header: the datagram it belongs to is unknown.
      if end > offset, kind != IPProtocol.fragment || end - offset >= length {
        protocolNumber = bytes.byte(at: offset + ExtensionHeader.nextHeader)
      }
      guard end - offset >= length else { return endChain(at: offset, end: end, count, .truncated) }
      if kind == IPProtocol.fragment { readFragmentHeader(bytes, at: offset) }
      if checkingOptions, kind == IPProtocol.hopByHop || kind == IPProtocol.destinationOptions,
        !optionsFit(bytes, at: offset, headerEnd: offset + length, end: end)
      {
        return endChain(at: offset, end: end, count, .malformed)
      }
      offset += length
      count += 1
      if flags.contains(.laterFragment) { return endChain(at: offset, end: end, count, .ip) }
    }
    let refused = protocolNumber == IPProtocol.noNextHeader
    endChain(at: offset, end: end, count, refused ? .badExtensionHeader : .ip)
    if !refused { readTransport(bytes, at: offset, end: end) }
  }

  private mutating func endChain(at offset: Int, end: Int, _ count: Int, _ outcome: Outcome) {
    payloadOffset = UInt32(truncatingIfNeeded: Swift.min(offset, end))
    self.outcome = count > ExtensionHeader.followed ? .badExtensionHeader : outcome
  }

  /// The size of the extension header that `protocolNumber` announces at `offset`; nil when it announces none. A header
  /// whose length was not captured gets the smallest.
  private func extensionLength(_ bytes: RawSpan, at offset: Int, end: Int) -> Int? {
    let readable = end - offset >= ExtensionHeader.smallest
    switch protocolNumber {
    case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destinationOptions:
      return readable ? (Int(bytes.byte(at: offset + ExtensionHeader.length)) + 1) * 8 : ExtensionHeader.smallest
    case IPProtocol.authentication:
      // RFC 4302, section 2.2: in units of four bytes, minus two.
      return readable ? (Int(bytes.byte(at: offset + ExtensionHeader.length)) + 2) * 4 : ExtensionHeader.smallest
    case IPProtocol.fragment: return FragmentHeader.length
    default: return nil
    }
  }

  private mutating func readFragmentHeader(_ bytes: RawSpan, at offset: Int) {
    let field = bytes.big16(at: offset + FragmentHeader.offsetAndFlags)
    readFragment(
      offset: field >> 3, more: field & 1 != 0, identification: bytes.big32(at: offset + FragmentHeader.identification))
  }

  /// The length that a jumbo payload option at the start of the hop-by-hop header gives, if there is one.
  @usableFromInline
  func jumboPayloadLength(_ bytes: RawSpan, at start: Int) -> Int? {
    guard bytes.holds(ExtensionHeader.smallest, at: start) else { return nil }
    let end = start + (Int(bytes.byte(at: start + ExtensionHeader.length)) + 1) * 8
    var offset = start + ExtensionHeader.smallest
    while offset < end, bytes.holds(2 + JumboOption.length, at: offset) {
      let type = bytes.byte(at: offset)
      if type == JumboOption.padding {
        offset += 1
        continue
      }
      let length = Int(bytes.byte(at: offset + 1))
      if type == JumboOption.type, length == JumboOption.length {
        let jumbo = Int(bytes.big32(at: offset + 2))
        return jumbo > Int(UInt16.max) ? jumbo : nil
      }
      offset += 2 + length
    }
    return nil
  }
}
