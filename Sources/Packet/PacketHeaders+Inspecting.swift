extension PacketHeaders {
  /// The same packet as someone sees it who looks at everything in it, where Cilium's datapath does not.
  ///
  /// - IPv4: authentication (RFC 4302) and the other headers that IPv6 knows as extensions are looked through; to Cilium
  ///   their numbers are unknown protocols. Where no TCP, UDP, SCTP or ICMP is found behind them, nothing changes.
  /// - IPv6: what follows a header whose options run out of the packet is not read; Cilium looks at no options.
  public func inspected(_ bytes: RawSpan) -> PacketHeaders {
    guard mayHideMore else { return self }
    if ipVersion == 6 { return inspectedIPv6(bytes) }
    var inner = self
    inner.readExtensionHeaders(bytes, at: Int(transportOffset), end: Int(payloadEnd), checkingOptions: true)
    guard inner.flags.contains(.hasPorts) || inner.flags.contains(.hasICMP) else { return self }
    return inner
  }

  /// The same for bytes behind a pointer.
  public func inspected(_ bytes: UnsafeRawBufferPointer) -> PacketHeaders { inspected(bytes.bytes) }

  /// Whether `inspected` may find anything else.
  @inlinable @inline(__always)
  public var mayHideMore: Bool {
    if ipVersion == 6 { return flags.contains(.hasOptions) }
    return ipVersion == 4 && transportOffset != 0
      && flags.isDisjoint(with: Self.transportFlags)
  }

  @usableFromInline static let transportFlags: Flags = [.hasPorts, .hasICMP, .transportTruncated, .transportMalformed]

  private func inspectedIPv6(_ bytes: RawSpan) -> PacketHeaders {
    var inner = self
    inner.flags.subtract(Self.transportFlags)
    inner.sourcePort = 0
    inner.destinationPort = 0
    inner.transportOffset = 0
    inner.protocolNumber = bytes.byte(at: Int(networkOffset) + IPv6.nextHeader)
    inner.readExtensionHeaders(
      bytes, at: Int(networkOffset) + IPv6.headerLength, end: Int(payloadEnd), checkingOptions: true)
    // What the frame is to a dataplane does not change with how closely one looks.
    inner.outcome = inner.outcome == .malformed ? .malformed : outcome
    return inner
  }
}
